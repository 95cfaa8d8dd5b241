// Package sns is the SNS of the local cloud: standard topics that deliver to
// Lambda functions and SQS queues, and keep what was published for whoever wants
// to read it, as an e-mail subscriber would.
package sns

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   api.Invoker
	Log   *slog.Logger
	// Enqueue sends a message to an SQS queue.
	Enqueue func(ctx context.Context, caller api.Caller, queueARN string, mail Mail) error
}

// Mail is a message for an SQS queue.
type Mail struct {
	Body       string
	Attributes map[string]types.MessageAttributeValue
	GroupID    *string
}

// Service is SNS.
type Service struct {
	Options
	mu     sync.Mutex
	topics map[string]*topic
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
			api.Op("CreateTopic", s.createTopic, api.Refuses("DataProtectionPolicy"),
				api.On("sns:CreateTopic", func(in *sns.CreateTopicInput) string { return s.Env.ARN("sns", api.Deref(in.Name)) })),
			api.Op("DeleteTopic", s.deleteTopic, api.On("sns:DeleteTopic", func(in *sns.DeleteTopicInput) string { return api.Deref(in.TopicArn) })),
			api.Op("GetTopicAttributes", s.getAttributes, api.On("sns:GetTopicAttributes", func(in *sns.GetTopicAttributesInput) string { return api.Deref(in.TopicArn) })),
			api.Op("SetTopicAttributes", s.setAttributes, api.On("sns:SetTopicAttributes", func(in *sns.SetTopicAttributesInput) string { return api.Deref(in.TopicArn) })),
			api.Op("ListTopics", s.listTopics, api.Needs(func(*sns.ListTopicsInput) []api.Permission {
				return []api.Permission{{Action: "sns:ListTopics", Resource: "*", Shown: s.Env.ARN("sns", "*")}}
			})),
			api.Op("Subscribe", s.subscribe, api.On("sns:Subscribe", func(in *sns.SubscribeInput) string { return api.Deref(in.TopicArn) })),
			api.Op("Unsubscribe", s.unsubscribe),
			api.Op("ListSubscriptionsByTopic", s.listSubscriptions, api.On("sns:ListSubscriptionsByTopic", func(in *sns.ListSubscriptionsByTopicInput) string { return api.Deref(in.TopicArn) })),
			api.Op("ListSubscriptions", s.listAllSubscriptions),
			api.Op("GetSubscriptionAttributes", s.getSubscriptionAttributes, api.On("sns:GetSubscriptionAttributes", func(in *sns.GetSubscriptionAttributesInput) string { return api.Deref(in.SubscriptionArn) })),
			api.Op("SetSubscriptionAttributes", s.setSubscriptionAttributes, api.On("sns:SetSubscriptionAttributes", func(in *sns.SetSubscriptionAttributesInput) string { return api.Deref(in.SubscriptionArn) })),
			api.Op("TagResource", s.tagResource, api.On("sns:TagResource", func(in *sns.TagResourceInput) string { return api.Deref(in.ResourceArn) })),
			api.Op("UntagResource", s.untagResource, api.On("sns:UntagResource", func(in *sns.UntagResourceInput) string { return api.Deref(in.ResourceArn) })),
			api.Op("ListTagsForResource", s.listTags, api.On("sns:ListTagsForResource", func(in *sns.ListTagsForResourceInput) string { return api.Deref(in.ResourceArn) })),
			api.Op("Publish", s.publish, api.Refuses("PhoneNumber"),
				api.PolicyOf(func(in *sns.PublishInput) string { return s.policyOf(target(in)) }), api.On("sns:Publish", target)),
			// A batch needs the permission of a single message.
			// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
			api.Op("PublishBatch", s.publishBatch, api.PolicyOf(func(in *sns.PublishBatchInput) string { return s.policyOf(api.Deref(in.TopicArn)) }),
				api.On("sns:Publish", func(in *sns.PublishBatchInput) string { return api.Deref(in.TopicArn) })),
		),
	}
}

func invalid(format string, args ...any) error {
	return api.Errorf("InvalidParameter", "Invalid parameter: "+format, args...)
}

// checkARN refuses what has not the parts of an ARN; the parameter is the one
// that it came in.
func checkARN(parameter, arn string) error {
	if parts := strings.Count(arn, ":") + 1; parts < 6 {
		return invalid("%s Reason: An ARN must have at least 6 elements, not %d", parameter, parts)
	}
	return nil
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // plain maps always marshal
	}
	return string(text)
}
