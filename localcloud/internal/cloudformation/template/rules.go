package template

import (
	"fmt"
	"maps"
	"slices"
)

// CheckRules evaluates the template's rules: assertions about parameters, each
// behind an optional condition. Only the functions that conditions and
// Fn::Contains offer are known.
func (t *Template) CheckRules(s *Scope) error {
	for _, name := range slices.Sorted(maps.Keys(t.Rules)) {
		rule, _ := t.Rules[name].(map[string]any)
		if condition, present := rule["RuleCondition"]; present {
			applies, err := s.rule(condition)
			if err != nil {
				return err
			}
			if !applies {
				continue
			}
		}
		assertions, _ := rule["Assertions"].([]any)
		for _, item := range assertions {
			assertion, _ := item.(map[string]any)
			holds, err := s.rule(assertion["Assert"])
			if err != nil {
				return err
			}
			if !holds {
				return fmt.Errorf("Template error: rule %s: %s", name, textOf(assertion["AssertDescription"]))
			}
		}
	}
	return nil
}

func (s *Scope) rule(expression any) (bool, error) {
	call, ok := expression.(map[string]any)
	if !ok || len(call) != 1 {
		return false, fmt.Errorf("Template error: a rule's assertion must be one function")
	}
	for name, argument := range call {
		operands, _ := argument.([]any)
		switch name {
		case "Fn::Equals":
			return equals(s, operands)
		case "Fn::Contains":
			return s.contains(operands)
		case "Fn::And", "Fn::Or", "Fn::Not":
			values := make([]bool, 0, len(operands))
			for _, operand := range operands {
				value, err := s.rule(operand)
				if err != nil {
					return false, err
				}
				values = append(values, value)
			}
			return combine(name, values)
		}
		return false, fmt.Errorf("Template error: the local cloud does not support %s in rules", name)
	}
	return false, nil
}

func (s *Scope) contains(operands []any) (bool, error) {
	evaluated, err := s.evaluateList(operands)
	if err != nil {
		return false, err
	}
	if len(evaluated) != 2 {
		return false, fmt.Errorf("Template error: every Fn::Contains object requires a list and a string")
	}
	list, _ := evaluated[0].([]any)
	return slices.ContainsFunc(list, func(item any) bool { return Equal(item, evaluated[1]) }), nil
}
