// Package sqs is the SQS of the local cloud, as far as dead-letter queues and
// notifications need it: standard queues with visibility timeouts.
package sqs

import (
	"context"
	"crypto/md5" // #nosec G501 -- SQS's MD5OfMessageBody is this, by its API
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"weir/local/api"
	"weir/local/clock"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	// Endpoint is the local cloud's URL, which queue URLs begin with.
	Endpoint func() string
}

// Service is SQS.
type Service struct {
	Options
	mu     sync.Mutex
	queues map[string]*queue
}

type queue struct {
	name       string
	attributes map[string]string
	tags       map[string]string
	messages   []*message
}

type message struct {
	id, body, receipt string
	visible           time.Time
	received          int
}

// New returns a service without queues.
func New(options Options) *Service { return &Service{Options: options, queues: map[string]*queue{}} }

// Inputs and outputs have SQS's member names.
type (
	// CreateQueueInput names a queue.
	CreateQueueInput struct {
		QueueName  *string
		Attributes map[string]string
		Tags       map[string]string
	}
	// QueueURL is the answer that names a queue.
	QueueURL struct{ QueueUrl *string }
	// GetQueueUrlInput names a queue.
	GetQueueUrlInput struct{ QueueName *string }
	// QueueInput addresses a queue. QueueUrl may be its ARN, which services of
	// the local cloud know a queue by.
	QueueInput struct{ QueueUrl *string }
	// AttributesInput asks for attributes.
	AttributesInput struct {
		QueueUrl       *string
		AttributeNames []string
	}
	// Attributes of a queue.
	Attributes struct{ Attributes map[string]string }
	// SetAttributesInput changes attributes.
	SetAttributesInput struct {
		QueueUrl   *string
		Attributes map[string]string
	}
	// SendMessageInput is one message.
	SendMessageInput struct {
		QueueUrl     *string
		MessageBody  *string
		DelaySeconds *int32
	}
	// SendMessageOutput is what became of it.
	SendMessageOutput struct{ MessageId, MD5OfMessageBody *string }
	// ReceiveMessageInput asks for messages.
	ReceiveMessageInput struct {
		QueueUrl            *string
		MaxNumberOfMessages *int32
		VisibilityTimeout   *int32
	}
	// Message is one received message.
	Message struct {
		MessageId, ReceiptHandle, Body, MD5OfBody *string
		Attributes                                map[string]string
	}
	// ReceiveMessageOutput holds the messages.
	ReceiveMessageOutput struct{ Messages []Message }
	// DeleteMessageInput names a received message.
	DeleteMessageInput struct{ QueueUrl, ReceiptHandle *string }
	// ListQueuesOutput holds the URLs of the queues.
	ListQueuesOutput struct{ QueueUrls []string }
	// TagQueueInput tags a queue.
	TagQueueInput struct {
		QueueUrl *string
		Tags     map[string]string
	}
	// Nothing has no members.
	Nothing struct{}
)

// API describes the service to the bus and the wire.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "sqs", Protocols: []api.Protocol{api.JSON10}, TargetPrefix: "AmazonSQS",
		Operations: api.Table(
			api.Op("CreateQueue", s.createQueue, api.On("sqs:CreateQueue", func(in *CreateQueueInput) string { return s.Env.ARN("sqs", deref(in.QueueName)) })),
			api.Op("GetQueueUrl", s.getQueueURL, api.On("sqs:GetQueueUrl", func(in *GetQueueUrlInput) string { return s.Env.ARN("sqs", deref(in.QueueName)) })),
			api.Op("GetQueueAttributes", s.getAttributes, api.On("sqs:GetQueueAttributes", func(in *AttributesInput) string { return s.arnOf(in.QueueUrl) })),
			api.Op("SetQueueAttributes", s.setAttributes, api.On("sqs:SetQueueAttributes", func(in *SetAttributesInput) string { return s.arnOf(in.QueueUrl) })),
			api.Op("SendMessage", s.sendMessage, api.On("sqs:SendMessage", func(in *SendMessageInput) string { return s.arnOf(in.QueueUrl) })),
			api.Op("ReceiveMessage", s.receiveMessage, api.On("sqs:ReceiveMessage", func(in *ReceiveMessageInput) string { return s.arnOf(in.QueueUrl) })),
			api.Op("DeleteMessage", s.deleteMessage, api.On("sqs:DeleteMessage", func(in *DeleteMessageInput) string { return s.arnOf(in.QueueUrl) })),
			api.Op("PurgeQueue", s.purgeQueue, api.On("sqs:PurgeQueue", func(in *QueueInput) string { return s.arnOf(in.QueueUrl) })),
			api.Op("DeleteQueue", s.deleteQueue, api.On("sqs:DeleteQueue", func(in *QueueInput) string { return s.arnOf(in.QueueUrl) })),
			api.Op("ListQueues", s.listQueues),
			api.Op("TagQueue", s.tagQueue, api.On("sqs:TagQueue", func(in *TagQueueInput) string { return s.arnOf(in.QueueUrl) })),
		),
	}
}

func (s *Service) url(name string) string { return s.Endpoint() + "/" + s.Env.Account + "/" + name }

// nameOf is a queue's name, out of its URL or ARN.
func nameOf(url *string) string {
	text := deref(url)
	if strings.HasPrefix(text, "arn:") {
		return text[strings.LastIndex(text, ":")+1:]
	}
	return text[strings.LastIndex(text, "/")+1:]
}

func (s *Service) arnOf(url *string) string { return s.Env.ARN("sqs", nameOf(url)) }

func (s *Service) queue(url *string) (*queue, error) {
	q, ok := s.queues[nameOf(url)]
	if !ok {
		return nil, api.Errorf("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
	}
	return q, nil
}

func (s *Service) createQueue(_ context.Context, _ api.Caller, in *CreateQueueInput) (*QueueURL, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := deref(in.QueueName)
	if name == "" || len(name) > 80 {
		return nil, api.Errorf("InvalidParameterValue", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	if _, exists := s.queues[name]; !exists {
		q := &queue{name: name, attributes: map[string]string{"QueueArn": s.Env.ARN("sqs", name), "VisibilityTimeout": "30"}, tags: maps.Clone(in.Tags)}
		maps.Copy(q.attributes, in.Attributes)
		s.queues[name] = q
	}
	return &QueueURL{QueueUrl: ptr(s.url(name))}, nil
}

func (s *Service) getQueueURL(_ context.Context, _ api.Caller, in *GetQueueUrlInput) (*QueueURL, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.queue(in.QueueName); err != nil {
		return nil, err
	}
	return &QueueURL{QueueUrl: ptr(s.url(deref(in.QueueName)))}, nil
}

func (s *Service) getAttributes(_ context.Context, _ api.Caller, in *AttributesInput) (*Attributes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(q.attributes)
	all["ApproximateNumberOfMessages"] = strconv.Itoa(len(q.messages))
	if slices.Contains(in.AttributeNames, "All") {
		return &Attributes{Attributes: all}, nil
	}
	maps.DeleteFunc(all, func(name, _ string) bool { return !slices.Contains(in.AttributeNames, name) })
	return &Attributes{Attributes: all}, nil
}

func (s *Service) setAttributes(_ context.Context, _ api.Caller, in *SetAttributesInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	maps.Copy(q.attributes, in.Attributes)
	return nil, nil
}

func (s *Service) sendMessage(_ context.Context, _ api.Caller, in *SendMessageInput) (*SendMessageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	m := &message{id: newID(), body: deref(in.MessageBody), visible: s.Clock.Now().Add(time.Duration(deref(in.DelaySeconds)) * time.Second)}
	q.messages = append(q.messages, m)
	return &SendMessageOutput{MessageId: &m.id, MD5OfMessageBody: ptr(sum(m.body))}, nil
}

func (s *Service) receiveMessage(_ context.Context, _ api.Caller, in *ReceiveMessageInput) (*ReceiveMessageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	hidden, err := strconv.Atoi(q.attributes["VisibilityTimeout"])
	if err != nil {
		return nil, api.Errorf("InvalidAttributeValue", "VisibilityTimeout is %q", q.attributes["VisibilityTimeout"])
	}
	if in.VisibilityTimeout != nil {
		hidden = int(*in.VisibilityTimeout)
	}
	most := max(1, int(deref(in.MaxNumberOfMessages)))
	now := s.Clock.Now()
	out := &ReceiveMessageOutput{}
	for _, m := range q.messages {
		if len(out.Messages) == most || m.visible.After(now) {
			continue
		}
		m.visible, m.receipt = now.Add(time.Duration(hidden)*time.Second), newID()
		m.received++
		out.Messages = append(out.Messages, Message{MessageId: &m.id, ReceiptHandle: ptr(m.receipt), Body: &m.body, MD5OfBody: ptr(sum(m.body)),
			Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.received)}})
	}
	return out, nil
}

func (s *Service) deleteMessage(_ context.Context, _ api.Caller, in *DeleteMessageInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return m.receipt == deref(in.ReceiptHandle) })
	return nil, nil
}

func (s *Service) purgeQueue(_ context.Context, _ api.Caller, in *QueueInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	q.messages = nil
	return nil, nil
}

func (s *Service) deleteQueue(_ context.Context, _ api.Caller, in *QueueInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.queue(in.QueueUrl); err != nil {
		return nil, err
	}
	delete(s.queues, nameOf(in.QueueUrl))
	return nil, nil
}

func (s *Service) listQueues(context.Context, api.Caller, *Nothing) (*ListQueuesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &ListQueuesOutput{}
	for _, name := range slices.Sorted(maps.Keys(s.queues)) {
		out.QueueUrls = append(out.QueueUrls, s.url(name))
	}
	return out, nil
}

func (s *Service) tagQueue(_ context.Context, _ api.Caller, in *TagQueueInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if q.tags == nil {
		q.tags = map[string]string{}
	}
	maps.Copy(q.tags, in.Tags)
	return nil, nil
}

func sum(body string) string {
	digest := md5.Sum([]byte(body)) // #nosec G401 -- SQS's MD5OfMessageBody is this, by its API
	return hex.EncodeToString(digest[:])
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func deref[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}

func ptr[T any](value T) *T { return &value }
