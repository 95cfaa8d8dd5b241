// Package events is the EventBridge of the local cloud: rules with patterns and
// schedules, input transformers, and delivery to the targets in use, at least
// once.
package events

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// pattern is a parsed event pattern: every member must match.
type pattern map[string]any

// parsePattern reads a pattern and refuses what it would not understand: a
// filter that is ignored matches too much.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func parsePattern(text string) (pattern, error) {
	var tree map[string]any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return nil, fmt.Errorf("event pattern is not a JSON object: %w", err)
	}
	if len(tree) == 0 {
		return nil, fmt.Errorf("event pattern is empty")
	}
	return tree, checkPattern(tree, "")
}

func checkPattern(tree map[string]any, path string) error {
	for name, value := range tree {
		here := path + "/" + name
		switch node := value.(type) {
		case map[string]any:
			if err := checkPattern(node, here); err != nil {
				return err
			}
		case []any:
			if len(node) == 0 {
				return fmt.Errorf("%s: empty arrays are not allowed", here)
			}
			for _, item := range node {
				_, isObject := item.(map[string]any)
				if _, isList := item.([]any); isList || name == "$or" && !isObject {
					return fmt.Errorf("%s: %s cannot stand in this list", here, marshal(item))
				}
				if alternative, ok := item.(map[string]any); ok {
					if name == "$or" {
						if err := checkPattern(alternative, here); err != nil {
							return err
						}
						continue
					}
					if err := checkOperator(alternative, here); err != nil {
						return err
					}
				}
			}
		default:
			return fmt.Errorf("%s: a pattern's value must be a list or an object", here)
		}
	}
	return nil
}

func checkOperator(operator map[string]any, path string) error {
	if len(operator) != 1 {
		return fmt.Errorf("%s: an operator has one member", path)
	}
	for name, operand := range operator {
		valid, known := false, true
		switch name {
		case "prefix", "suffix":
			valid = isText(operand) || isText(nested(operand, "equals-ignore-case"))
		case "equals-ignore-case", "wildcard":
			valid = isText(operand)
		case "exists":
			_, valid = operand.(bool)
		case "cidr":
			text, _ := operand.(string)
			_, err := netip.ParsePrefix(text)
			valid = err == nil
		case "numeric":
			valid = isComparison(operand)
		case "anything-but":
			valid = isExclusion(operand)
		default:
			known = false
		}
		if !known {
			return fmt.Errorf("%s: unrecognized match type %s", path, name)
		}
		if !valid {
			return fmt.Errorf("%s: %s cannot be used with %s", path, name, marshal(operand))
		}
	}
	return nil
}

func isText(value any) bool {
	_, ok := value.(string)
	return ok
}

func nested(value any, name string) any {
	object, _ := value.(map[string]any)
	if len(object) != 1 {
		return nil
	}
	return object[name]
}

func isComparison(operand any) bool {
	conditions, _ := operand.([]any)
	for i, item := range conditions {
		_, isNumber := item.(float64)
		text, _ := item.(string)
		if i%2 == 1 && !isNumber || i%2 == 0 && !slices.Contains([]string{"=", ">", ">=", "<", "<="}, text) {
			return false
		}
	}
	return len(conditions) == 2 || len(conditions) == 4
}

// isExclusion accepts a value, values, or one operator over text or texts.
func isExclusion(operand any) bool {
	switch node := operand.(type) {
	case map[string]any:
		for name, inner := range node {
			list, isList := inner.([]any)
			known := name == "prefix" || name == "suffix" || name == "equals-ignore-case" || name == "wildcard"
			if !known || !isList && !isText(inner) || slices.ContainsFunc(list, func(item any) bool { return !isText(item) }) {
				return false
			}
		}
		return len(node) == 1
	case []any:
		return len(node) > 0 && !slices.ContainsFunc(node, func(item any) bool { return !isScalar(item) })
	}
	return isScalar(operand)
}

func isScalar(value any) bool {
	switch value.(type) {
	case string, float64:
		return true
	}
	return false
}

// matches tells whether an event fits.
func (p pattern) matches(event map[string]any) bool { return matchObject(p, event) }

func matchObject(p map[string]any, event map[string]any) bool {
	for name, wanted := range p {
		if name == "$or" {
			if !matchAny(wanted, event) {
				return false
			}
			continue
		}
		value, present := event[name]
		switch node := wanted.(type) {
		case map[string]any:
			inner, _ := value.(map[string]any)
			if !matchObject(node, inner) {
				return false
			}
		case []any:
			if !matchField(node, value, present) {
				return false
			}
		}
	}
	return true
}

func matchAny(alternatives any, event map[string]any) bool {
	list, _ := alternatives.([]any)
	for _, alternative := range list {
		if p, ok := alternative.(map[string]any); ok && matchObject(p, event) {
			return true
		}
	}
	return false
}

// matchField tells whether a value, or any item of a list, fits any of the
// filters.
func matchField(filters []any, value any, present bool) bool {
	values := []any{value}
	if list, ok := value.([]any); ok {
		values = list
	}
	for _, filter := range filters {
		if operator, ok := filter.(map[string]any); ok {
			if exists, ok := operator["exists"].(bool); ok {
				if exists == present {
					return true
				}
				continue
			}
		}
		for _, item := range values {
			if present && matchValue(filter, item) {
				return true
			}
		}
	}
	return false
}

func matchValue(filter, value any) bool {
	operator, ok := filter.(map[string]any)
	if !ok {
		return filter == value
	}
	text, isText := value.(string)
	for name, operand := range operator {
		switch name {
		case "prefix":
			return isText && affix(operand, text, strings.HasPrefix)
		case "suffix":
			return isText && affix(operand, text, strings.HasSuffix)
		case "equals-ignore-case":
			wanted, _ := operand.(string)
			return isText && strings.EqualFold(wanted, text)
		case "wildcard":
			wanted, _ := operand.(string)
			return isText && wildcard(wanted, text)
		case "anything-but":
			return anythingBut(operand, value)
		case "numeric":
			return numeric(operand, value)
		case "cidr":
			return isText && inNetwork(operand, text)
		}
	}
	return false
}

// affix matches {"prefix": "x"} and {"prefix": {"equals-ignore-case": "x"}}.
func affix(operand any, text string, has func(s, affix string) bool) bool {
	if nested, ok := operand.(map[string]any); ok {
		wanted, _ := nested["equals-ignore-case"].(string)
		return has(strings.ToLower(text), strings.ToLower(wanted))
	}
	wanted, ok := operand.(string)
	return ok && has(text, wanted)
}

func anythingBut(operand, value any) bool {
	switch node := operand.(type) {
	case []any:
		for _, item := range node {
			if item == value {
				return false
			}
		}
		return true
	case map[string]any:
		for name, inner := range node {
			list, isList := inner.([]any)
			if !isList {
				list = []any{inner}
			}
			for _, item := range list {
				if matchValue(map[string]any{name: item}, value) {
					return false
				}
			}
		}
		return true
	}
	return operand != value
}

// numeric matches [">", 0, "<=", 5].
func numeric(operand, value any) bool {
	number, ok := value.(float64)
	conditions, isList := operand.([]any)
	if !ok || !isList || len(conditions)%2 != 0 {
		return false
	}
	for i := 0; i < len(conditions); i += 2 {
		bound, ok := conditions[i+1].(float64)
		holds := map[any]bool{"=": number == bound, ">": number > bound, ">=": number >= bound, "<": number < bound, "<=": number <= bound}
		if !ok || !holds[conditions[i]] {
			return false
		}
	}
	return true
}

func inNetwork(operand any, text string) bool {
	wanted, _ := operand.(string)
	network, err := netip.ParsePrefix(wanted)
	address, errAddress := netip.ParseAddr(text)
	return err == nil && errAddress == nil && network.Contains(address)
}

// wildcard matches * for any text.
func wildcard(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}
