package template

import (
	"fmt"
	"regexp"
	"strings"
)

// placeholder finds ${Name}, ${Name.Attribute} and the literal ${!Name}.
var placeholder = regexp.MustCompile(`\$\{[^{}]*\}`)

// sub replaces the placeholders of Fn::Sub. Where a resource is not yet known
// the call stays, with its variables evaluated.
func (s *Scope) sub(argument any) (any, error) {
	text, variables, err := s.subArguments(argument)
	if err != nil {
		return nil, err
	}
	known := true
	var failure error
	replaced := placeholder.ReplaceAllStringFunc(text, func(found string) string {
		name := strings.TrimSpace(found[2 : len(found)-1])
		if strings.HasPrefix(name, "!") {
			return "${" + name[1:] + "}"
		}
		value, err := s.subValue(name, variables)
		if err != nil {
			failure = err
			return found
		}
		if !Resolved(value) {
			known = false
			return found
		}
		return scalar(value)
	})
	if failure != nil {
		return nil, failure
	}
	if known {
		return replaced, nil
	}
	// The text stays as it was written, but carries the parameters' values so
	// that a changed parameter is a changed expression.
	for _, name := range subNames(text) {
		if _, own := variables[name]; own {
			continue
		}
		if value, isParameter := s.Parameters[name]; isParameter {
			variables[name] = value
		}
	}
	return map[string]any{"Fn::Sub": []any{text, variables}}, nil
}

func (s *Scope) subArguments(argument any) (string, map[string]any, error) {
	if text, ok := argument.(string); ok {
		return text, map[string]any{}, nil
	}
	list, ok := argument.([]any)
	if !ok || len(list) != 2 {
		return "", nil, fmt.Errorf("Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string")
	}
	text, isText := list[0].(string)
	given, isMap := list[1].(map[string]any)
	if !isText || !isMap {
		return "", nil, fmt.Errorf("Template error: Fn::Sub takes a text and a map")
	}
	variables, err := s.evaluateMap(given)
	return text, variables, err
}

func (s *Scope) subValue(name string, variables map[string]any) (any, error) {
	if value, own := variables[name]; own {
		return value, nil
	}
	if name == "" {
		return nil, fmt.Errorf("Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons")
	}
	if logicalID, attribute, dotted := strings.Cut(name, "."); dotted {
		return s.attribute(logicalID, attribute)
	}
	return s.ref(name)
}

// subNames lists what a text's placeholders name.
func subNames(text string) []string {
	var names []string
	for _, found := range placeholder.FindAllString(text, -1) {
		if name := strings.TrimSpace(found[2 : len(found)-1]); !strings.HasPrefix(name, "!") {
			names = append(names, name)
		}
	}
	return names
}
