package sns

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
)

// protocols are those of SNS; the local cloud delivers to the first four.
// https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
var protocols = []string{"lambda", "sqs", "email", "email-json", "http", "https", "sms", "application", "firehose"}

func checkEndpoint(protocol, endpoint string) error {
	at := slices.Index(protocols, protocol)
	switch {
	case at < 0:
		return invalid("Amazon SNS does not support this protocol string: %s", protocol)
	case at > 3:
		return invalid("the local cloud delivers to lambda, sqs and email, not to %s", protocol)
	case protocol == "sqs" && (checkARN("Endpoint", endpoint) != nil || !strings.HasPrefix(endpoint, "arn:")):
		return invalid("SQS endpoint ARN")
	case protocol == "sqs" && strings.HasSuffix(endpoint, ".fifo"):
		return invalid("Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics")
	case protocol == "lambda" && !strings.HasPrefix(endpoint, "arn:"):
		return invalid("Lambda endpoint ARN")
	case strings.HasPrefix(protocol, "email") && !strings.Contains(endpoint, "@"):
		return invalid("Email address")
	}
	return nil
}

func (s *Service) subscribe(_ context.Context, caller api.Caller, in *sns.SubscribeInput) (*sns.SubscribeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	if err := checkEndpoint(api.Deref(in.Protocol), api.Deref(in.Endpoint)); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		if fault := setting(name, in.Attributes); fault != "" {
			return nil, invalid("Attributes Reason: %s", fault)
		}
	}
	for arn, existing := range t.subscriptions {
		if api.Deref(existing.Protocol) != api.Deref(in.Protocol) || api.Deref(existing.Endpoint) != api.Deref(in.Endpoint) {
			continue
		}
		// Subscribing again answers with the subscription there is.
		for name, value := range in.Attributes {
			if t.settings[arn][name] != value {
				return nil, invalid("Attributes Reason: Subscription already exists with different attributes")
			}
		}
		return &sns.SubscribeOutput{SubscriptionArn: &arn}, nil
	}
	arn := t.arn + ":" + api.NewID()
	t.settings[arn] = t.with(arn, in.Attributes)
	t.settings[arn]["SubscriptionPrincipal"] = caller.ARN
	t.subscriptions[arn] = types.Subscription{SubscriptionArn: &arn, TopicArn: in.TopicArn, Protocol: in.Protocol, Endpoint: in.Endpoint, Owner: &s.Env.Account}
	return &sns.SubscribeOutput{SubscriptionArn: &arn}, nil
}

func (s *Service) unsubscribe(_ context.Context, _ api.Caller, in *sns.UnsubscribeInput) (*sns.UnsubscribeOutput, error) {
	if err := checkSubscriptionARN(api.Deref(in.SubscriptionArn)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.topics {
		delete(t.subscriptions, *in.SubscriptionArn)
		delete(t.settings, *in.SubscriptionArn)
	}
	return &sns.UnsubscribeOutput{}, nil
}

// setting says what is wrong with one attribute among those that a subscription
// is to have, or nothing. What deliveries would not follow is refused by name.
func setting(name string, all map[string]string) string {
	value := all[name]
	switch name {
	case "RawMessageDelivery":
		if value != "true" && value != "false" {
			return "RawMessageDelivery: Invalid value [" + value + "]. Must be true or false."
		}
		return ""
	case "FilterPolicyScope":
		if value != byAttributes && value != byBody {
			return "FilterPolicyScope: Invalid value [" + value + "]. Please use either MessageBody or MessageAttributes"
		}
		fallthrough
	case "FilterPolicy":
		if _, err := parseFilter(all["FilterPolicy"], all["FilterPolicyScope"]); err != nil {
			return err.Error()
		}
		return ""
	case "RedrivePolicy":
		return redriveFault(value)
	case "DeliveryPolicy", "ReplayPolicy", "SubscriptionRoleArn":
		if value == "" {
			return ""
		}
		return "the local cloud does not support the subscription attribute " + name
	}
	return "AttributeName"
}

// redriveFault says what is wrong with a policy that names a dead-letter queue,
// or nothing.
func redriveFault(text string) string {
	if text == "" {
		return ""
	}
	if err := json.Unmarshal([]byte(text), &map[string]any{}); err != nil {
		return "RedrivePolicy: failed to parse JSON. " + err.Error()
	}
	if arn := deadLetterQueue(text); !strings.HasPrefix(arn, "arn:") || !strings.Contains(arn, ":sqs:") {
		return "RedrivePolicy: deadLetterTargetArn is an invalid arn"
	}
	return ""
}

// deadLetterQueue is the ARN in a redrive policy, or "".
func deadLetterQueue(redrivePolicy string) string {
	var policy struct {
		DeadLetterTargetARN string `json:"deadLetterTargetArn"`
	}
	if json.Unmarshal([]byte(redrivePolicy), &policy) != nil {
		return ""
	}
	return policy.DeadLetterTargetARN
}

// checkSubscriptionARN refuses what is no topic's ARN with an id behind it.
func checkSubscriptionARN(arn string) error {
	if arn == "" {
		return invalid("SubscriptionArn Reason: no value for required parameter")
	}
	if err := checkARN("SubscriptionArn", arn); err != nil {
		return err
	}
	if strings.Count(arn, ":") < 6 {
		return invalid("SubscriptionId")
	}
	return nil
}

// subscription finds a subscription's topic. Call with the lock held.
func (s *Service) subscription(arn *string) (*topic, error) {
	if err := checkSubscriptionARN(api.Deref(arn)); err != nil {
		return nil, err
	}
	for _, t := range s.topics {
		if _, ok := t.subscriptions[*arn]; ok {
			return t, nil
		}
	}
	return nil, api.StatusErrorf(404, "NotFound", "Subscription does not exist")
}

func (s *Service) setSubscriptionAttributes(_ context.Context, _ api.Caller, in *sns.SetSubscriptionAttributesInput) (*sns.SetSubscriptionAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.subscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	name := api.Deref(in.AttributeName)
	merged := t.with(*in.SubscriptionArn, map[string]string{name: api.Deref(in.AttributeValue)})
	if fault := setting(name, merged); fault != "" {
		return nil, invalid("%s", fault)
	}
	t.settings[*in.SubscriptionArn] = merged
	return &sns.SetSubscriptionAttributesOutput{}, nil
}

// with adds attributes to a subscription's, in a map of its own: deliveries under
// way read the old one.
func (t *topic) with(arn string, attributes map[string]string) map[string]string {
	merged := map[string]string{}
	maps.Copy(merged, t.settings[arn])
	maps.Copy(merged, attributes)
	return merged
}

func (s *Service) getSubscriptionAttributes(_ context.Context, _ api.Caller, in *sns.GetSubscriptionAttributesInput) (*sns.GetSubscriptionAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.subscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	found := t.subscriptions[*in.SubscriptionArn]
	attributes := map[string]string{"SubscriptionArn": *in.SubscriptionArn, "TopicArn": t.arn, "Protocol": api.Deref(found.Protocol), "Endpoint": api.Deref(found.Endpoint),
		"Owner": s.Env.Account, "PendingConfirmation": "false", "ConfirmationWasAuthenticated": "true", "RawMessageDelivery": "false"}
	for name, value := range t.settings[*in.SubscriptionArn] {
		if value != "" {
			attributes[name] = value
		}
	}
	if attributes["FilterPolicy"] == "" {
		delete(attributes, "FilterPolicyScope")
	} else if attributes["FilterPolicyScope"] == "" {
		attributes["FilterPolicyScope"] = byAttributes
	}
	return &sns.GetSubscriptionAttributesOutput{Attributes: attributes}, nil
}

func (s *Service) listSubscriptions(_ context.Context, _ api.Caller, in *sns.ListSubscriptionsByTopicInput) (*sns.ListSubscriptionsByTopicOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	list, next, err := page(t.sorted(), in.NextToken)
	return &sns.ListSubscriptionsByTopicOutput{Subscriptions: list, NextToken: next}, err
}

func (s *Service) listAllSubscriptions(_ context.Context, _ api.Caller, in *sns.ListSubscriptionsInput) (*sns.ListSubscriptionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.Subscription{}
	for _, name := range slices.Sorted(maps.Keys(s.topics)) {
		all = append(all, s.topics[name].sorted()...)
	}
	list, next, err := page(all, in.NextToken)
	return &sns.ListSubscriptionsOutput{Subscriptions: list, NextToken: next}, err
}

// sorted is the topic's subscriptions by their ARNs.
func (t *topic) sorted() []types.Subscription {
	list := []types.Subscription{}
	for _, arn := range slices.Sorted(maps.Keys(t.subscriptions)) {
		list = append(list, t.subscriptions[arn])
	}
	return list
}
