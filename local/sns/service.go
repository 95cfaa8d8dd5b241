// Package sns is the SNS of the local cloud: topics that deliver to Lambda
// functions and SQS queues, and keep what was published for whoever wants to
// read it, as an e-mail subscriber would.
package sns

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/local/api"
	"weir/local/clock"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   api.Invoker
	Log   *slog.Logger
	// Enqueue sends a message to an SQS queue.
	Enqueue func(ctx context.Context, caller api.Caller, queueARN, body string) error
}

// Service is SNS.
type Service struct {
	Options
	mu     sync.Mutex
	topics map[string]*topic
}

type topic struct {
	arn           string
	attributes    map[string]string
	subscriptions map[string]types.Subscription
	settings      map[string]map[string]string // attributes by subscription
	tags          map[string]string
	published     []Published
}

// Published is a message that a topic was given.
type Published struct{ ID, Subject, Message string }

// New returns a service without topics.
func New(options Options) *Service { return &Service{Options: options, topics: map[string]*topic{}} }

// Messages lists what was published to a topic, oldest first.
func (s *Service) Messages(topicARN string) []Published {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.topics[topicARN]; ok {
		return slices.Clone(t.published)
	}
	return nil
}

// API describes the service to the bus and the wire.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "sns", Protocols: []api.Protocol{api.Query}, XMLNamespace: "http://sns.amazonaws.com/doc/2010-03-31/", Version: "2010-03-31",
		Operations: api.Table(
			api.Op("CreateTopic", s.createTopic, api.On("sns:CreateTopic", func(in *sns.CreateTopicInput) string { return s.Env.ARN("sns", deref(in.Name)) })),
			api.Op("DeleteTopic", s.deleteTopic, api.On("sns:DeleteTopic", func(in *sns.DeleteTopicInput) string { return deref(in.TopicArn) })),
			api.Op("GetTopicAttributes", s.getAttributes, api.On("sns:GetTopicAttributes", func(in *sns.GetTopicAttributesInput) string { return deref(in.TopicArn) })),
			api.Op("SetTopicAttributes", s.setAttributes, api.On("sns:SetTopicAttributes", func(in *sns.SetTopicAttributesInput) string { return deref(in.TopicArn) })),
			api.Op("ListTopics", s.listTopics),
			api.Op("Subscribe", s.subscribe, api.On("sns:Subscribe", func(in *sns.SubscribeInput) string { return deref(in.TopicArn) })),
			api.Op("Unsubscribe", s.unsubscribe),
			api.Op("ListSubscriptionsByTopic", s.listSubscriptions, api.On("sns:ListSubscriptionsByTopic", func(in *sns.ListSubscriptionsByTopicInput) string { return deref(in.TopicArn) })),
			api.Op("ListSubscriptions", s.listAllSubscriptions),
			api.Op("GetSubscriptionAttributes", s.getSubscriptionAttributes, api.On("sns:GetSubscriptionAttributes", func(in *sns.GetSubscriptionAttributesInput) string { return deref(in.SubscriptionArn) })),
			api.Op("SetSubscriptionAttributes", s.setSubscriptionAttributes, api.On("sns:SetSubscriptionAttributes", func(in *sns.SetSubscriptionAttributesInput) string { return deref(in.SubscriptionArn) })),
			api.Op("TagResource", s.tagResource, api.On("sns:TagResource", func(in *sns.TagResourceInput) string { return deref(in.ResourceArn) })),
			api.Op("UntagResource", s.untagResource, api.On("sns:UntagResource", func(in *sns.UntagResourceInput) string { return deref(in.ResourceArn) })),
			api.Op("ListTagsForResource", s.listTags, api.On("sns:ListTagsForResource", func(in *sns.ListTagsForResourceInput) string { return deref(in.ResourceArn) })),
			api.Op("Publish", s.publish, api.PolicyOf(s.policyOf), api.On("sns:Publish", func(in *sns.PublishInput) string { return deref(in.TopicArn) })),
		),
	}
}

func (s *Service) topic(arn *string) (*topic, error) {
	t, ok := s.topics[deref(arn)]
	if !ok {
		return nil, api.StatusErrorf(404, "NotFound", "Topic does not exist")
	}
	return t, nil
}

func (s *Service) createTopic(_ context.Context, _ api.Caller, in *sns.CreateTopicInput) (*sns.CreateTopicOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := s.Env.ARN("sns", deref(in.Name))
	if _, exists := s.topics[arn]; !exists {
		t := &topic{arn: arn, attributes: map[string]string{"TopicArn": arn, "Owner": s.Env.Account}, subscriptions: map[string]types.Subscription{},
			settings: map[string]map[string]string{}, tags: map[string]string{}}
		maps.Copy(t.attributes, in.Attributes)
		t.tag(in.Tags)
		s.topics[arn] = t
	}
	return &sns.CreateTopicOutput{TopicArn: &arn}, nil
}

func (s *Service) deleteTopic(_ context.Context, _ api.Caller, in *sns.DeleteTopicInput) (*sns.DeleteTopicOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.topics, deref(in.TopicArn))
	return &sns.DeleteTopicOutput{}, nil
}

func (s *Service) getAttributes(_ context.Context, _ api.Caller, in *sns.GetTopicAttributesInput) (*sns.GetTopicAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	return &sns.GetTopicAttributesOutput{Attributes: maps.Clone(t.attributes)}, nil
}

func (s *Service) setAttributes(_ context.Context, _ api.Caller, in *sns.SetTopicAttributesInput) (*sns.SetTopicAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	t.attributes[deref(in.AttributeName)] = deref(in.AttributeValue)
	return &sns.SetTopicAttributesOutput{}, nil
}

func (s *Service) listTopics(context.Context, api.Caller, *sns.ListTopicsInput) (*sns.ListTopicsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &sns.ListTopicsOutput{Topics: []types.Topic{}}
	for _, arn := range slices.Sorted(maps.Keys(s.topics)) {
		out.Topics = append(out.Topics, types.Topic{TopicArn: &arn})
	}
	return out, nil
}

func (s *Service) subscribe(_ context.Context, _ api.Caller, in *sns.SubscribeInput) (*sns.SubscribeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	switch deref(in.Protocol) {
	case "lambda", "sqs", "email", "email-json":
	default:
		return nil, api.Errorf("InvalidParameter", "Invalid parameter: the local cloud delivers to lambda, sqs and email, not to %q", deref(in.Protocol))
	}
	for name, value := range in.Attributes {
		if err := setting(name, value); err != nil {
			return nil, err
		}
	}
	for arn, existing := range t.subscriptions {
		// Subscribing again answers with the subscription there is.
		if deref(existing.Protocol) == deref(in.Protocol) && deref(existing.Endpoint) == deref(in.Endpoint) {
			return &sns.SubscribeOutput{SubscriptionArn: &arn}, nil
		}
	}
	arn := t.arn + ":" + newID()
	t.set(arn, in.Attributes)
	t.subscriptions[arn] = types.Subscription{SubscriptionArn: &arn, TopicArn: in.TopicArn, Protocol: in.Protocol, Endpoint: in.Endpoint, Owner: &s.Env.Account}
	return &sns.SubscribeOutput{SubscriptionArn: &arn}, nil
}

func (s *Service) unsubscribe(_ context.Context, _ api.Caller, in *sns.UnsubscribeInput) (*sns.UnsubscribeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.topics {
		delete(t.subscriptions, deref(in.SubscriptionArn))
		delete(t.settings, deref(in.SubscriptionArn))
	}
	return &sns.UnsubscribeOutput{}, nil
}

func (s *Service) listSubscriptions(_ context.Context, _ api.Caller, in *sns.ListSubscriptionsByTopicInput) (*sns.ListSubscriptionsByTopicOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	out := &sns.ListSubscriptionsByTopicOutput{Subscriptions: []types.Subscription{}}
	for _, arn := range slices.Sorted(maps.Keys(t.subscriptions)) {
		out.Subscriptions = append(out.Subscriptions, t.subscriptions[arn])
	}
	return out, nil
}

func (s *Service) publish(_ context.Context, _ api.Caller, in *sns.PublishInput) (*sns.PublishOutput, error) {
	arn := in.TopicArn
	if arn == nil {
		arn = in.TargetArn
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(arn)
	if err != nil {
		return nil, err
	}
	if deref(in.Message) == "" {
		return nil, api.Errorf("InvalidParameter", "Invalid parameter: Empty message")
	}
	if len(deref(in.Subject)) > 100 {
		return nil, api.Errorf("InvalidParameter", "Invalid parameter: Subject")
	}
	forms, err := messageForms(in)
	if err != nil {
		return nil, err
	}
	published := Published{ID: newID(), Subject: deref(in.Subject), Message: forms["default"]}
	t.published = append(t.published, published)
	for arn, subscription := range t.subscriptions {
		wanted, err := parseFilter(t.settings[arn]["FilterPolicy"])
		if err != nil {
			return nil, err
		}
		if wanted.passes(in.MessageAttributes) {
			given := published
			if form, ok := forms[deref(subscription.Protocol)]; ok {
				given.Message = form
			}
			raw := t.settings[arn]["RawMessageDelivery"] == "true"
			s.Clock.AfterFunc(0, func() { s.deliver(subscription, given, in.MessageAttributes, raw) })
		}
	}
	return &sns.PublishOutput{MessageId: &published.ID}, nil
}

// messageForms are the message by protocol, the default among them.
func messageForms(in *sns.PublishInput) (map[string]string, error) {
	if in.MessageStructure == nil {
		return map[string]string{"default": *in.Message}, nil
	}
	if *in.MessageStructure != "json" {
		return nil, api.Errorf("InvalidParameter", "Invalid parameter: MessageStructure")
	}
	var tree map[string]any
	if err := json.Unmarshal([]byte(*in.Message), &tree); err != nil {
		return nil, api.Errorf("InvalidParameter", "Invalid parameter: Message Structure - JSON message body failed to parse")
	}
	forms := map[string]string{}
	for protocol, value := range tree {
		// AWS passes over what is no text.
		if text, ok := value.(string); ok {
			forms[protocol] = text
		}
	}
	if _, ok := forms["default"]; !ok {
		return nil, api.Errorf("InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body")
	}
	return forms, nil
}

// deliver hands one message to one subscriber, in the documented form.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
func (s *Service) deliver(to types.Subscription, p Published, attributes map[string]types.MessageAttributeValue, raw bool) {
	members := map[string]any{"Type": "Notification", "MessageId": p.ID, "TopicArn": deref(to.TopicArn), "Message": p.Message,
		"Timestamp": s.Clock.Now().Format("2006-01-02T15:04:05.000Z"), "SignatureVersion": "1", "Signature": "EXAMPLE",
		"SigningCertURL": "EXAMPLE", "UnsubscribeURL": "EXAMPLE"}
	if p.Subject != "" {
		members["Subject"] = p.Subject
	}
	attributeTree := map[string]any{}
	for name, value := range attributes {
		attributeTree[name] = map[string]string{"Type": deref(value.DataType), "Value": deref(value.StringValue)}
	}
	members["MessageAttributes"] = attributeTree
	caller := api.ServiceCaller("sns.amazonaws.com", deref(to.TopicArn))
	var err error
	switch deref(to.Protocol) {
	case "lambda":
		record := map[string]any{"Records": []any{map[string]any{"EventVersion": "1.0", "EventSource": "aws:sns",
			"EventSubscriptionArn": deref(to.SubscriptionArn), "Sns": members}}}
		_, err = s.Bus.Call(context.Background(), caller, "lambda", "Invoke", &lambda.InvokeInput{
			FunctionName: to.Endpoint, InvocationType: lambdatypes.InvocationTypeEvent, Payload: []byte(marshal(record))})
	case "sqs":
		body := marshal(members)
		if raw {
			body = p.Message
		}
		err = s.Enqueue(context.Background(), caller, deref(to.Endpoint), body)
	}
	if err != nil {
		s.Log.Warn("notification not delivered", "subscription", deref(to.SubscriptionArn), "error", err.Error())
	}
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // plain maps always marshal
	}
	return string(text)
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return strings.ToLower(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

func deref[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}
