package template

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is what a template's expressions are evaluated in.
type Scope struct {
	// Parameters holds the template's parameters and the pseudo parameters
	// ("AWS::Region").
	Parameters map[string]any
	Mappings   map[string]any
	// Conditions by name, from Conditions of the template.
	Conditions map[string]bool
	// Resource tells what is known of a resource. Where it answers false, Ref
	// and GetAtt stay as they stand, and so does every function around them.
	Resource func(logicalID string) (Values, bool)
	// Import finds the value that another stack exports.
	Import func(name string) (string, error)
	// Zones are the region's availability zones.
	Zones []string
}

// Values is what a resource that exists answers to Ref and GetAtt.
type Values struct {
	Ref        string
	Attributes map[string]any
}

// noValue is what Ref of AWS::NoValue yields: its holder drops it.
type noValue struct{}

// Evaluate replaces the intrinsic functions in a tree by their values.
func (s *Scope) Evaluate(tree any) (any, error) {
	switch tree := tree.(type) {
	case map[string]any:
		if name, argument, ok := intrinsic(tree); ok {
			return s.call(name, argument)
		}
		return s.evaluateMap(tree)
	case []any:
		return s.evaluateList(tree)
	}
	return tree, nil
}

func (s *Scope) evaluateMap(tree map[string]any) (map[string]any, error) {
	evaluated := make(map[string]any, len(tree))
	for key, member := range tree {
		value, err := s.Evaluate(member)
		if err != nil {
			return nil, err
		}
		if value != (any)(noValue{}) {
			evaluated[key] = value
		}
	}
	return evaluated, nil
}

func (s *Scope) evaluateList(tree []any) ([]any, error) {
	evaluated := make([]any, 0, len(tree))
	for _, item := range tree {
		value, err := s.Evaluate(item)
		if err != nil {
			return nil, err
		}
		if value != (any)(noValue{}) {
			evaluated = append(evaluated, value)
		}
	}
	return evaluated, nil
}

// intrinsic tells whether a map is a function call.
func intrinsic(tree map[string]any) (name string, argument any, ok bool) {
	if len(tree) != 1 {
		return "", nil, false
	}
	for name, argument = range tree {
		return name, argument, name == "Ref" || strings.HasPrefix(name, "Fn::")
	}
	return "", nil, false
}

// Resolved tells whether no function is left in an evaluated tree.
func Resolved(tree any) bool {
	switch tree := tree.(type) {
	case map[string]any:
		if _, _, ok := intrinsic(tree); ok {
			return false
		}
		for _, member := range tree {
			if !Resolved(member) {
				return false
			}
		}
	case []any:
		return !slices.ContainsFunc(tree, func(item any) bool { return !Resolved(item) })
	}
	return true
}

func (s *Scope) call(name string, argument any) (any, error) {
	switch name {
	case "Ref":
		return s.ref(argument)
	case "Fn::GetAtt":
		return s.getAtt(argument)
	case "Fn::Sub":
		return s.sub(argument)
	case "Fn::If":
		return s.choose(argument)
	}
	function, known := functions[name]
	if !known {
		return nil, fmt.Errorf("Template error: the local cloud does not support %s", name)
	}
	evaluated, err := s.Evaluate(argument)
	if err != nil {
		return nil, err
	}
	if !Resolved(evaluated) {
		return map[string]any{name: evaluated}, nil
	}
	return function(s, evaluated)
}

func (s *Scope) ref(argument any) (any, error) {
	name, ok := argument.(string)
	if !ok {
		return nil, fmt.Errorf("Template error: every Ref object must have a single String value.")
	}
	if name == "AWS::NoValue" {
		return noValue{}, nil
	}
	if value, known := s.Parameters[name]; known {
		if value == "AWS::NoValue" { // a parameter with this value removes its holder too
			return noValue{}, nil
		}
		return value, nil
	}
	if s.Resource != nil {
		if values, known := s.Resource(name); known {
			return values.Ref, nil
		}
	}
	return map[string]any{"Ref": name}, nil
}

func (s *Scope) getAtt(argument any) (any, error) {
	logicalID, attribute, err := s.attributePath(argument)
	if err != nil {
		return nil, err
	}
	return s.attribute(logicalID, attribute)
}

func (s *Scope) attribute(logicalID, attribute string) (any, error) {
	if s.Resource == nil {
		return map[string]any{"Fn::GetAtt": []any{logicalID, attribute}}, nil
	}
	values, known := s.Resource(logicalID)
	if !known {
		return map[string]any{"Fn::GetAtt": []any{logicalID, attribute}}, nil
	}
	value, present := values.Attributes[attribute]
	if !present {
		return nil, fmt.Errorf("Template error: resource %s does not support attribute type %s in Fn::GetAtt", logicalID, attribute)
	}
	return value, nil
}

func (s *Scope) attributePath(argument any) (logicalID, attribute string, err error) {
	if dotted, ok := argument.(string); ok {
		logicalID, attribute, _ = strings.Cut(dotted, ".")
		return logicalID, attribute, nil
	}
	list, ok := argument.([]any)
	if !ok || len(list) != 2 {
		return "", "", fmt.Errorf("Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")
	}
	evaluated, err := s.Evaluate(list[1])
	if err != nil {
		return "", "", err
	}
	return textOf(list[0]), scalar(evaluated), nil
}
