package sns

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
)

type topic struct {
	arn           string
	attributes    map[string]string // as they were given
	subscriptions map[string]types.Subscription
	settings      map[string]map[string]string // attributes by subscription
	tags          map[string]string
	published     []Published
}

var topicName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// topicAttributes are those that SetTopicAttributes and CreateTopic take.
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
var topicAttributes = []string{
	"ArchivePolicy", "ContentBasedDeduplication", "DeliveryPolicy", "DisplayName", "FifoThroughputScope", "FifoTopic", "KmsMasterKeyId",
	"Policy", "SignatureVersion", "TracingConfig",
}

// feedback is an attribute that says where and how often deliveries are logged.
var feedback = regexp.MustCompile(`^(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)$`)

// checkAttribute refuses what SNS does not know, and FIFO topics, which the
// local cloud does not have.
func checkAttribute(name, value string) error {
	switch {
	case !slices.Contains(topicAttributes, name) && !feedback.MatchString(name):
		return invalid("AttributeName")
	case slices.Contains([]string{"ArchivePolicy", "ContentBasedDeduplication", "FifoThroughputScope", "FifoTopic"}, name) && value != "" && value != "false":
		return invalid("the local cloud has no FIFO topics: leave out the attribute %s", name)
	}
	return nil
}

// checkTopicARN refuses what is no ARN, or one of another region.
func (s *Service) checkTopicARN(arn string) error {
	if err := checkARN("TopicArn", arn); err != nil {
		return err
	}
	if strings.Split(arn, ":")[3] != s.Env.Region {
		return invalid("TopicArn")
	}
	return nil
}

func (s *Service) topic(arn *string) (*topic, error) {
	if err := s.checkTopicARN(api.Deref(arn)); err != nil {
		return nil, err
	}
	t, ok := s.topics[*arn]
	if !ok {
		return nil, api.StatusErrorf(404, "NotFound", "Topic does not exist")
	}
	return t, nil
}

func (s *Service) createTopic(_ context.Context, _ api.Caller, in *sns.CreateTopicInput) (*sns.CreateTopicOutput, error) {
	name := api.Deref(in.Name)
	if strings.HasSuffix(name, ".fifo") {
		return nil, invalid("the local cloud has no FIFO topics: take the suffix .fifo from the topic's name")
	}
	if !topicName.MatchString(name) {
		return nil, invalid("Topic Name")
	}
	for _, attribute := range slices.Sorted(maps.Keys(in.Attributes)) {
		if err := checkAttribute(attribute, in.Attributes[attribute]); err != nil {
			return nil, err
		}
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	attributes := maps.Clone(in.Attributes)
	delete(attributes, "FifoTopic") // a standard topic does not tell that it is one
	arn := s.Env.ARN("sns", name)
	if t, exists := s.topics[arn]; exists {
		return &sns.CreateTopicOutput{TopicArn: &arn}, t.same(attributes, in.Tags)
	}
	t := &topic{arn: arn, attributes: map[string]string{}, subscriptions: map[string]types.Subscription{},
		settings: map[string]map[string]string{}, tags: map[string]string{}}
	maps.Copy(t.attributes, attributes)
	t.tag(in.Tags)
	s.topics[arn] = t
	return &sns.CreateTopicOutput{TopicArn: &arn}, nil
}

// same tells whether a topic may be created once more: with nothing that it has
// not got already.
func (t *topic) same(attributes map[string]string, tags []types.Tag) error {
	for name, value := range attributes {
		if t.attributes[name] != value {
			return invalid("Attributes Reason: Topic already exists with different attributes")
		}
	}
	for _, tag := range tags {
		if value, ok := t.tags[api.Deref(tag.Key)]; !ok || value != api.Deref(tag.Value) {
			return invalid("Tags Reason: Topic already exists with different tags")
		}
	}
	return nil
}

func (s *Service) deleteTopic(_ context.Context, _ api.Caller, in *sns.DeleteTopicInput) (*sns.DeleteTopicOutput, error) {
	if err := s.checkTopicARN(api.Deref(in.TopicArn)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.topics, *in.TopicArn)
	return &sns.DeleteTopicOutput{}, nil
}

// effectiveDelivery is how deliveries to HTTP endpoints are retried where a
// topic does not say.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
const effectiveDelivery = `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}`

func (s *Service) getAttributes(_ context.Context, _ api.Caller, in *sns.GetTopicAttributesInput) (*sns.GetTopicAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	attributes := map[string]string{
		"TopicArn": t.arn, "Owner": s.Env.Account, "DisplayName": "", "Policy": t.policy(s.Env.Account), "EffectiveDeliveryPolicy": effectiveDelivery,
		"SubscriptionsConfirmed": strconv.Itoa(len(t.subscriptions)), "SubscriptionsPending": "0", "SubscriptionsDeleted": "0",
	}
	for name, value := range t.attributes {
		if value != "" {
			attributes[name] = value
		}
	}
	return &sns.GetTopicAttributesOutput{Attributes: attributes}, nil
}

func (s *Service) setAttributes(_ context.Context, _ api.Caller, in *sns.SetTopicAttributesInput) (*sns.SetTopicAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	if api.Deref(in.AttributeName) == "FifoTopic" {
		return nil, invalid("AttributeName") // it is for CreateTopic alone
	}
	if err := checkAttribute(api.Deref(in.AttributeName), api.Deref(in.AttributeValue)); err != nil {
		return nil, err
	}
	t.attributes[api.Deref(in.AttributeName)] = api.Deref(in.AttributeValue)
	return &sns.SetTopicAttributesOutput{}, nil
}

func (s *Service) listTopics(_ context.Context, _ api.Caller, in *sns.ListTopicsInput) (*sns.ListTopicsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names, next, err := page(slices.Sorted(maps.Keys(s.topics)), in.NextToken)
	out := &sns.ListTopicsOutput{Topics: []types.Topic{}, NextToken: next}
	for _, arn := range names {
		out.Topics = append(out.Topics, types.Topic{TopicArn: &arn})
	}
	return out, err
}

// perPage is how many topics or subscriptions an answer lists.
// https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
const perPage = 100

// page cuts a list; a token is where the next page begins.
func page[T any](all []T, token *string) (list []T, next *string, err error) {
	from := 0
	if text := api.Deref(token); text != "" {
		if from, err = strconv.Atoi(text); err != nil || from < 0 || from > len(all) {
			return nil, nil, invalid("NextToken")
		}
	}
	if all = all[from:]; len(all) > perPage {
		all = all[:perPage]
		text := strconv.Itoa(from + perPage)
		next = &text
	}
	return all, next, nil
}
