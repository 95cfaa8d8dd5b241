package sns

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/pattern"
)

// The most that a filter policy may have.
// https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
const (
	maxFilterKeys         = 5
	maxFilterCombinations = 150
)

// The scopes of a filter policy: what of a message it is about.
const (
	byAttributes = "MessageAttributes"
	byBody       = "MessageBody"
)

// filter is a subscription's policy and its scope. Without a policy every
// message passes.
type filter struct {
	policy pattern.Pattern
	body   bool
}

// parseFilter reads a policy; none when empty.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
func parseFilter(text, scope string) (filter, error) {
	f := filter{body: scope == byBody}
	if text == "" {
		return f, nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &keys); err != nil {
		return f, fmt.Errorf("FilterPolicy: failed to parse JSON. %w", err)
	}
	parsed, err := pattern.ParsePolicy(text)
	if err != nil {
		return f, fmt.Errorf("FilterPolicy: %w", err)
	}
	switch {
	case len(keys) > maxFilterKeys:
		return f, fmt.Errorf("FilterPolicy: Filter policy can not have more than %d keys", maxFilterKeys)
	case parsed.Combinations() > maxFilterCombinations:
		return f, errors.New("FilterPolicy: Filter policy is too complex")
	case parsed.Nested() && !f.body:
		return f, errors.New("Filter policy scope MessageAttributes does not support nested filter policy")
	}
	f.policy = parsed
	return f, nil
}

// passes tells whether a message is for a subscription with this filter. What is
// filtered by its body must be a JSON object.
func (f filter) passes(message string, attributes map[string]types.MessageAttributeValue) bool {
	if f.policy == nil {
		return true
	}
	given := map[string]any{}
	if f.body {
		return json.Unmarshal([]byte(message), &given) == nil && given != nil && f.policy.Matches(given)
	}
	for name, attribute := range attributes {
		if value, ok := valueOf(attribute); ok {
			given[name] = value
		}
	}
	return f.policy.Matches(given)
}

// valueOf is an attribute's value for a filter; binary ones have none.
func valueOf(attribute types.MessageAttributeValue) (value any, ok bool) {
	text := api.Deref(attribute.StringValue)
	switch api.Deref(attribute.DataType) {
	case "Binary":
		return nil, false
	case "String.Array", "Number":
		if json.Unmarshal([]byte(text), &value) == nil {
			return value, true
		}
	}
	return text, true // AWS compares what it cannot read as text
}
