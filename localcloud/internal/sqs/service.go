// Package sqs is the SQS of the local cloud: standard queues with visibility
// timeouts, delays, long polling and dead-letter queues. FIFO queues are
// refused. A queue's policy decides whether services may send to it.
package sqs

import (
	"strings"
	"sync"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	// Endpoint is the local cloud's URL, which queue URLs begin with.
	Endpoint func() string
	Metrics  api.Recorder // nil records nothing
}

// Service is SQS.
type Service struct {
	Options
	mu      sync.Mutex
	queues  map[string]*queue
	deleted map[string]time.Time // when a queue of that name was
	// watching says that the queues' lengths are recorded each minute.
	watching bool
}

// New returns a service without queues.
func New(options Options) *Service {
	return &Service{Options: options, queues: map[string]*queue{}, deleted: map[string]time.Time{}}
}

// API describes the service to the bus and the wire.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "sqs", Protocols: []api.Protocol{api.JSON10, api.Query}, TargetPrefix: "AmazonSQS",
		XMLNamespace: "http://queue.amazonaws.com/doc/2012-11-05/", Version: "2012-11-05",
		Operations: api.Table(
			api.Op("CreateQueue", s.createQueue, api.On("sqs:CreateQueue", func(in *CreateQueueInput) string { return s.arnOf(in.QueueName) })),
			api.Op("GetQueueUrl", s.getQueueURL, api.On("sqs:GetQueueUrl", func(in *GetQueueUrlInput) string { return s.arnOf(in.QueueName) })),
			api.Op("ListQueues", s.listQueues, api.On("sqs:ListQueues", func(*ListQueuesInput) string { return s.arnOf(nil) })),
			api.Op("DeleteQueue", s.deleteQueue, on(s, "DeleteQueue", func(in *QueueInput) *string { return in.QueueUrl })),
			api.Op("PurgeQueue", s.purgeQueue, on(s, "PurgeQueue", func(in *QueueInput) *string { return in.QueueUrl })),
			api.Op("GetQueueAttributes", s.getAttributes, on(s, "GetQueueAttributes", func(in *AttributesInput) *string { return in.QueueUrl })),
			api.Op("SetQueueAttributes", s.setAttributes, on(s, "SetQueueAttributes", func(in *SetAttributesInput) *string { return in.QueueUrl })),
			api.Op("SendMessage", s.sendMessage, on(s, "SendMessage", func(in *SendMessageInput) *string { return in.QueueUrl }),
				api.Refuses("MessageSystemAttributes"), api.PolicyOf(s.policyOf)),
			api.Op("SendMessageBatch", s.sendBatch, on(s, "SendMessage", func(in *SendBatchInput) *string { return in.QueueUrl })),
			api.Op("ReceiveMessage", s.receiveMessage, on(s, "ReceiveMessage", func(in *ReceiveMessageInput) *string { return in.QueueUrl }),
				api.Refuses("ReceiveRequestAttemptId")),
			api.Op("DeleteMessage", s.deleteMessage, on(s, "DeleteMessage", func(in *DeleteMessageInput) *string { return in.QueueUrl })),
			api.Op("DeleteMessageBatch", s.deleteBatch, on(s, "DeleteMessage", func(in *DeleteBatchInput) *string { return in.QueueUrl })),
			api.Op("ChangeMessageVisibility", s.changeVisibility, on(s, "ChangeMessageVisibility", func(in *ChangeVisibilityInput) *string { return in.QueueUrl })),
			api.Op("ChangeMessageVisibilityBatch", s.changeVisibilityBatch, on(s, "ChangeMessageVisibility", func(in *ChangeVisibilityBatchInput) *string { return in.QueueUrl })),
			api.Op("TagQueue", s.tagQueue, on(s, "TagQueue", func(in *TagQueueInput) *string { return in.QueueUrl })),
			api.Op("UntagQueue", s.untagQueue, on(s, "UntagQueue", func(in *UntagQueueInput) *string { return in.QueueUrl })),
			api.Op("ListQueueTags", s.listTags, on(s, "ListQueueTags", func(in *QueueInput) *string { return in.QueueUrl })),
		),
	}
}

// on needs the action on the queue that the input addresses.
func on[I any](s *Service, action string, url func(*I) *string) api.Option {
	return api.On("sqs:"+action, func(in *I) string { return s.arnOf(url(in)) })
}

func (s *Service) url(name string) string { return s.Endpoint() + "/" + s.Env.Account + "/" + name }

// nameOf is a queue's name, out of its URL or ARN.
func nameOf(url *string) string {
	text := api.Deref(url)
	return text[strings.LastIndexAny(text, ":/")+1:]
}

func (s *Service) arnOf(url *string) string { return s.Env.ARN("sqs", nameOf(url)) }
