package states

import (
	"strings"
	"time"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
	"weir/localcloud/internal/states/jsonpath"
)

// choose picks the first rule of a JSONPath Choice state that holds.
func (e *pathEvaluator) choose() (int, error) {
	input, err := e.effective()
	if err != nil {
		return 0, err
	}
	for i, choice := range e.state.Choices {
		holds, err := e.holds(choice.Rule, input)
		if err != nil {
			return 0, err
		}
		if holds {
			return i, nil
		}
	}
	return -1, nil
}

func (e *pathEvaluator) holds(r *asl.Rule, input any) (bool, error) {
	switch {
	case r.Not != nil:
		holds, err := e.holds(r.Not, input)
		return !holds, err
	case r.And != nil:
		return e.every(r.And, input, true)
	case r.Or != nil:
		holds, err := e.every(r.Or, input, false)
		return !holds, err
	}
	path, err := jsonpath.Parse(r.Variable)
	if err != nil {
		return false, failf(errRuntime, "%v", err)
	}
	value, present := e.lookup(path, input)
	if r.Operator == "IsPresent" {
		return present == r.Operand, nil
	}
	if !present {
		return false, failf(errRuntime, "Invalid path '%s': The choice state's condition path references an invalid value.", r.Variable)
	}
	operator, operand := r.Operator, r.Operand
	if name, ok := strings.CutSuffix(operator, "Path"); ok {
		text, _ := operand.(string)
		if operand, err = e.read(text, operator, input); err != nil {
			return false, err
		}
		operator = name
	}
	return compare(operator, value, operand), nil
}

// every tells whether all rules answer want; it stops at the first that does
// not.
func (e *pathEvaluator) every(rules []*asl.Rule, input any, want bool) (bool, error) {
	for _, r := range rules {
		holds, err := e.holds(r, input)
		if err != nil || holds != want {
			return false, err
		}
	}
	return true, nil
}

// compare applies one operator. Values of another type than the operator's
// compare as false, as in AWS.
func compare(operator string, value, operand any) bool {
	if test, ok := strings.CutPrefix(operator, "Is"); ok {
		return isKind(test, value) == operand
	}
	if operator == "StringMatches" {
		text, ok1 := value.(string)
		pattern, ok2 := operand.(string)
		return ok1 && ok2 && wildcardMatch(pattern, text)
	}
	if operator == "BooleanEquals" {
		left, ok1 := value.(bool)
		right, ok2 := operand.(bool)
		return ok1 && ok2 && left == right
	}
	for _, kind := range []string{"String", "Numeric", "Timestamp"} {
		if comparison, ok := strings.CutPrefix(operator, kind); ok {
			order, ok := ordering(kind, value, operand)
			return ok && satisfies(comparison, order)
		}
	}
	return false
}

func ordering(kind string, value, operand any) (int, bool) {
	if kind == "Numeric" {
		left, ok1 := ordered.Number(value)
		right, ok2 := ordered.Number(operand)
		switch {
		case left < right:
			return -1, ok1 && ok2
		case left > right:
			return 1, ok1 && ok2
		}
		return 0, ok1 && ok2
	}
	left, ok1 := value.(string)
	right, ok2 := operand.(string)
	if !ok1 || !ok2 {
		return 0, false
	}
	if kind == "String" {
		return strings.Compare(left, right), true
	}
	l, err1 := asl.ParseTime(left)
	r, err2 := asl.ParseTime(right)
	return l.Compare(r), err1 == nil && err2 == nil
}

func satisfies(comparison string, order int) bool {
	switch comparison {
	case "Equals":
		return order == 0
	case "LessThan":
		return order < 0
	case "LessThanEquals":
		return order <= 0
	case "GreaterThan":
		return order > 0
	case "GreaterThanEquals":
		return order >= 0
	}
	return false
}

func isKind(test string, value any) bool {
	switch test {
	case "Null":
		return value == nil
	case "Numeric":
		return kind(value) == "number"
	case "String":
		return kind(value) == "string"
	case "Boolean":
		return kind(value) == "boolean"
	case "Timestamp":
		text, ok := value.(string)
		if !ok {
			return false
		}
		_, err := time.Parse(time.RFC3339Nano, text)
		return err == nil
	}
	return false
}

// wildcardMatch matches a pattern in which * stands for any text and \* for a
// star.
func wildcardMatch(pattern, text string) bool {
	var parts []string
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '\\'):
			i++
			b.WriteByte(pattern[i])
		case pattern[i] == '*':
			parts = append(parts, b.String())
			b.Reset()
		default:
			b.WriteByte(pattern[i])
		}
	}
	last := b.String()
	if len(parts) == 0 {
		return text == last
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1:] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, last)
}
