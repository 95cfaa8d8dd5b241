package sns

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/local/jackson"
)

// filter is a policy over message attributes: each attribute must have one of
// its values.
type filter map[string][]any

// parseFilter reads a policy, none when empty, of exact values, prefixes, exists and
// anything-but; other operators are refused.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
func parseFilter(text string) (filter, error) {
	if text == "" {
		return nil, nil
	}
	if wrong := jackson.Check(text); wrong != nil {
		return nil, fmt.Errorf("FilterPolicy: failed to parse JSON. %s", wrong.Redacted())
	}
	var parsed filter
	if json.Unmarshal([]byte(text), &parsed) != nil {
		return nil, errors.New("FilterPolicy: the local cloud reads an object whose members are lists")
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
					return nil, fmt.Errorf("FilterPolicy: the local cloud does not support %s for %s", marshal(condition), name)
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
