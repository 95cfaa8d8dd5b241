package sns

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/local/jackson"
)

// filter is a policy over message attributes: each attribute must have one of
// its values.
type filter map[string][]any

// parseFilter reads a policy, none when empty. Operators on addresses and
// combinations of attributes are refused.
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
			if isOperator && !supported(operator) || !isOperator && !plain(condition) {
				return nil, fmt.Errorf("FilterPolicy: the local cloud does not support %s for %s", marshal(condition), name)
			}
		}
	}
	return parsed, nil
}

// plain tells whether a value is neither a list nor an object.
func plain(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return false
	}
	return true
}

// supported tells whether an operator can be evaluated with its operand.
func supported(operator map[string]any) bool {
	if len(operator) != 1 {
		return false
	}
	for word, operand := range operator {
		_, isText := operand.(string)
		_, isFlag := operand.(bool)
		list, isList := operand.([]any)
		inner, isOperator := operand.(map[string]any)
		switch word {
		case "prefix", "suffix", "equals-ignore-case":
			return isText
		case "exists":
			return isFlag
		case "numeric":
			return isList && len(list) > 0 && len(list)%2 == 0 && !slices.ContainsFunc(pairs(list), func(b bound) bool { return !b.good })
		case "anything-but":
			if isOperator {
				_, prefix := inner["prefix"].(string)
				_, suffix := inner["suffix"].(string)
				return len(inner) == 1 && (prefix || suffix)
			}
			return isText || isList && !slices.ContainsFunc(list, func(value any) bool { return !plain(value) })
		}
	}
	return false
}

// bound is a comparison with a number; good when it could be read.
type bound struct {
	operator string
	limit    float64
	good     bool
}

func pairs(list []any) []bound {
	var bounds []bound
	for pair := range slices.Chunk(list, 2) {
		operator, isText := pair[0].(string)
		limit, isNumber := pair[1].(float64)
		bounds = append(bounds, bound{operator, limit, isText && isNumber && slices.Contains([]string{"=", "<", "<=", ">", ">="}, operator)})
	}
	return bounds
}

func (b bound) holds(n float64) bool {
	switch b.operator {
	case "<":
		return n < b.limit
	case "<=":
		return n <= b.limit
	case ">":
		return n > b.limit
	case ">=":
		return n >= b.limit
	}
	return n == b.limit
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
	return present && slices.ContainsFunc(values, func(value any) bool { return compares(operator, value) })
}

// compares evaluates an operator on one value.
func compares(operator map[string]any, value any) bool {
	text, isText := value.(string)
	for word, operand := range operator {
		switch operand := operand.(type) {
		case string:
			switch word {
			case "prefix":
				return isText && strings.HasPrefix(text, operand)
			case "suffix":
				return isText && strings.HasSuffix(text, operand)
			case "equals-ignore-case":
				return isText && strings.EqualFold(text, operand)
			}
			return value != operand // anything but it
		case map[string]any: // anything but what has a prefix or suffix
			return !compares(operand, value)
		case []any:
			if word == "numeric" {
				number, isNumber := value.(float64)
				return isNumber && !slices.ContainsFunc(pairs(operand), func(b bound) bool { return !b.holds(number) })
			}
			return !slices.Contains(operand, value)
		}
	}
	return false
}
