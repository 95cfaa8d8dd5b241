package template

import (
	"fmt"
	"reflect"
)

// EvaluateConditions settles every condition of the template. Conditions may
// use parameters and mappings, never resources.
func (t *Template) EvaluateConditions(s *Scope) (map[string]bool, error) {
	settled := map[string]bool{}
	for name := range t.Conditions {
		if _, err := t.condition(s, name, settled, map[string]bool{}); err != nil {
			return nil, err
		}
	}
	return settled, nil
}

func (t *Template) condition(s *Scope, name string, settled, underWay map[string]bool) (bool, error) {
	if value, done := settled[name]; done {
		return value, nil
	}
	expression, known := t.Conditions[name]
	if !known {
		return false, fmt.Errorf("Template format error: Unresolved condition dependency %s in the Conditions block of the template", name)
	}
	if underWay[name] {
		return false, fmt.Errorf("Template error: Found circular condition dependency: %s", name)
	}
	underWay[name] = true
	value, err := t.logical(s, expression, settled, underWay)
	if err != nil {
		return false, err
	}
	settled[name] = value
	return value, nil
}

func (t *Template) logical(s *Scope, expression any, settled, underWay map[string]bool) (bool, error) {
	call, ok := expression.(map[string]any)
	if !ok || len(call) != 1 {
		return false, fmt.Errorf("Template format error: Conditions can only be boolean operations on parameters and other conditions")
	}
	for name, argument := range call {
		if name == "Condition" {
			return t.condition(s, textOf(argument), settled, underWay)
		}
		operands, ok := argument.([]any)
		if !ok {
			return false, fmt.Errorf("Template error: %s takes a list", name)
		}
		switch name {
		case "Fn::Equals":
			return equals(s, operands)
		case "Fn::And", "Fn::Or", "Fn::Not":
			values := make([]bool, 0, len(operands))
			for _, operand := range operands {
				value, err := t.logical(s, operand, settled, underWay)
				if err != nil {
					return false, err
				}
				values = append(values, value)
			}
			return combine(name, values)
		}
		return false, fmt.Errorf("Template error: %s cannot be used in a condition", name)
	}
	return false, nil
}

func equals(s *Scope, operands []any) (bool, error) {
	if len(operands) != 2 {
		return false, fmt.Errorf("Template error: every Fn::Equals object requires a list of 2 string parameters.")
	}
	left, err := s.Evaluate(operands[0])
	if err != nil {
		return false, err
	}
	right, err := s.Evaluate(operands[1])
	if err != nil {
		return false, err
	}
	if !Resolved(left) || !Resolved(right) {
		return false, fmt.Errorf("Template format error: Unresolved dependencies in the Conditions block of the template")
	}
	return Equal(left, right), nil
}

func combine(name string, values []bool) (bool, error) {
	if name == "Fn::Not" {
		if len(values) != 1 {
			return false, fmt.Errorf("Template error: every Fn::Not object requires one boolean parameter.")
		}
		return !values[0], nil
	}
	if len(values) < 2 || len(values) > 10 { // as CloudFormation limits them
		return false, fmt.Errorf("Template error: every %s object requires a list of at least 2 and at most 10 boolean parameters.", name)
	}
	for _, value := range values {
		if value != (name == "Fn::And") {
			return value, nil
		}
	}
	return name == "Fn::And", nil
}

// choose evaluates Fn::If; only the chosen branch is evaluated.
func (s *Scope) choose(argument any) (any, error) {
	list, err := arguments("Fn::If", argument, 3)
	if err != nil {
		return nil, err
	}
	value, known := s.Conditions[textOf(list[0])]
	if !known {
		return nil, fmt.Errorf("Template error: unresolved condition dependency: %v", list[0])
	}
	if value {
		return s.Evaluate(list[1])
	}
	return s.Evaluate(list[2])
}

// Equal compares two evaluated trees as CloudFormation does: the number 5, the
// text "5", and true and "true", are the same.
func Equal(left, right any) bool {
	switch left := left.(type) {
	case map[string]any:
		other, ok := right.(map[string]any)
		if !ok || len(left) != len(other) {
			return false
		}
		for key, member := range left {
			counterpart, present := other[key]
			if !present || !Equal(member, counterpart) {
				return false
			}
		}
		return true
	case []any:
		other, ok := right.([]any)
		if !ok || len(left) != len(other) {
			return false
		}
		for i := range left {
			if !Equal(left[i], other[i]) {
				return false
			}
		}
		return true
	}
	switch right.(type) {
	case map[string]any, []any:
		return false
	}
	if left == nil || right == nil {
		return reflect.DeepEqual(left, right)
	}
	return scalar(left) == scalar(right)
}
