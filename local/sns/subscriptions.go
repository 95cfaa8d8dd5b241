package sns

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/local/api"
)

// setting checks one attribute of a subscription. What deliveries would not
// follow is refused by name.
func setting(name, value string) error {
	switch name {
	case "RawMessageDelivery":
		if value != "true" && value != "false" && value != "" {
			return api.Errorf("InvalidParameter", "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [%s]. Must be true or false.", value)
		}
		return nil
	case "FilterPolicy":
		_, err := parseFilter(value)
		return err
	case "FilterPolicyScope":
		if value == "" || value == "MessageAttributes" {
			return nil
		}
	}
	return api.Errorf("InvalidParameter", "Invalid parameter: the local cloud does not support the subscription attribute %s with value %q", name, value)
}

// filter is a policy over message attributes: each attribute must have one of
// its values.
type filter map[string][]any

// parseFilter reads a policy of exact values, prefixes, exists and
// anything-but; other operators are refused.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
func parseFilter(text string) (filter, error) {
	if text == "" {
		return nil, nil
	}
	var parsed filter
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		return nil, api.Errorf("InvalidParameter", "Invalid parameter: FilterPolicy: failed to parse JSON. %v", err)
	}
	for name, conditions := range parsed {
		for _, condition := range conditions {
			operator, isOperator := condition.(map[string]any)
			if !isOperator {
				continue
			}
			for word, operand := range operator {
				_, isText := operand.(string)
				_, isFlag := operand.(bool)
				_, isList := operand.([]any)
				if len(operator) != 1 || !(word == "prefix" && isText || word == "exists" && isFlag || word == "anything-but" && (isText || isList)) {
					return nil, api.Errorf("InvalidParameter", "Invalid parameter: FilterPolicy: the local cloud does not support %s for %s", marshal(condition), name)
				}
			}
		}
	}
	return parsed, nil
}

func (f filter) passes(attributes map[string]types.MessageAttributeValue) bool {
	for name, conditions := range f {
		value, present := attributes[name]
		if !slices.ContainsFunc(conditions, func(condition any) bool { return holds(condition, present, values(value)) }) {
			return false
		}
	}
	return true
}

// values are an attribute's: an array has several.
func values(attribute types.MessageAttributeValue) []any {
	text := deref(attribute.StringValue)
	switch deref(attribute.DataType) {
	case "String.Array", "Number":
		var parsed any
		if err := json.Unmarshal([]byte(text), &parsed); err != nil {
			return []any{text} // AWS compares what it cannot read as text
		}
		if list, ok := parsed.([]any); ok {
			return list
		}
		return []any{parsed}
	}
	return []any{text}
}

func holds(condition any, present bool, values []any) bool {
	operator, ok := condition.(map[string]any)
	if !ok {
		return present && slices.Contains(values, condition)
	}
	if exists, ok := operator["exists"].(bool); ok {
		return exists == present
	}
	return present && slices.ContainsFunc(values, func(value any) bool {
		if prefix, ok := operator["prefix"].(string); ok {
			text, isText := value.(string)
			return isText && len(text) >= len(prefix) && text[:len(prefix)] == prefix
		}
		if list, ok := operator["anything-but"].([]any); ok {
			return !slices.Contains(list, value)
		}
		return operator["anything-but"] != value
	})
}

// subscription finds a subscription's topic. Call with the lock held.
func (s *Service) subscription(arn *string) (*topic, error) {
	for _, t := range s.topics {
		if _, ok := t.subscriptions[deref(arn)]; ok {
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
	if err := setting(deref(in.AttributeName), deref(in.AttributeValue)); err != nil {
		return nil, err
	}
	t.set(*in.SubscriptionArn, map[string]string{deref(in.AttributeName): deref(in.AttributeValue)})
	return &sns.SetSubscriptionAttributesOutput{}, nil
}

// set adds attributes to a subscription's, in a map of its own: deliveries under
// way read the old one.
func (t *topic) set(arn string, attributes map[string]string) {
	merged := map[string]string{}
	maps.Copy(merged, t.settings[arn])
	maps.Copy(merged, attributes)
	t.settings[arn] = merged
}

func (s *Service) getSubscriptionAttributes(_ context.Context, _ api.Caller, in *sns.GetSubscriptionAttributesInput) (*sns.GetSubscriptionAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.subscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	found := t.subscriptions[*in.SubscriptionArn]
	attributes := map[string]string{"SubscriptionArn": *in.SubscriptionArn, "TopicArn": t.arn, "Protocol": deref(found.Protocol), "Endpoint": deref(found.Endpoint),
		"Owner": s.Env.Account, "PendingConfirmation": "false", "ConfirmationWasAuthenticated": "true", "RawMessageDelivery": "false"}
	maps.Copy(attributes, t.settings[*in.SubscriptionArn])
	return &sns.GetSubscriptionAttributesOutput{Attributes: attributes}, nil
}

func (s *Service) listAllSubscriptions(context.Context, api.Caller, *sns.ListSubscriptionsInput) (*sns.ListSubscriptionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &sns.ListSubscriptionsOutput{Subscriptions: []types.Subscription{}}
	for _, name := range slices.Sorted(maps.Keys(s.topics)) {
		for _, arn := range slices.Sorted(maps.Keys(s.topics[name].subscriptions)) {
			out.Subscriptions = append(out.Subscriptions, s.topics[name].subscriptions[arn])
		}
	}
	return out, nil
}

// The three tag operations know topics only, as SNS does.

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *sns.TagResourceInput) (*sns.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	t.tag(in.Tags)
	return &sns.TagResourceOutput{}, nil
}

func (t *topic) tag(tags []types.Tag) {
	for _, tag := range tags {
		t.tags[deref(tag.Key)] = deref(tag.Value)
	}
}

func (s *Service) tagged(arn *string) (*topic, error) {
	t, ok := s.topics[deref(arn)]
	if !ok {
		return nil, api.StatusErrorf(404, "ResourceNotFound", "Resource does not exist")
	}
	return t, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *sns.UntagResourceInput) (*sns.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, name := range in.TagKeys {
		delete(t.tags, name)
	}
	return &sns.UntagResourceOutput{}, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *sns.ListTagsForResourceInput) (*sns.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &sns.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, name := range slices.Sorted(maps.Keys(t.tags)) {
		value := t.tags[name]
		out.Tags = append(out.Tags, types.Tag{Key: &name, Value: &value})
	}
	return out, nil
}
