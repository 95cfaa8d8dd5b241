package asl

import (
	"slices"
	"strings"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/intrinsic"
	"weir/localcloud/internal/states/jsonpath"
)

// VariableReferences are the variables that the paths of each state read, by the
// state's name; states that read none are left out. As on AWS these are the
// states in JSONPath. It is nil if there are none.
func (d *Definition) VariableReferences() map[string][]string {
	var all map[string][]string
	d.walkStates(func(s *State) {
		if names := s.references(); len(names) > 0 {
			if all == nil {
				all = map[string][]string{}
			}
			all[s.Name] = names
		}
	})
	return all
}

// walkStates visits every state, those within Parallel and Map states too.
func (c *Container) walkStates(visit func(*State)) {
	for _, name := range c.Names {
		s := c.States[name]
		visit(s)
		for _, branch := range s.Branches {
			branch.walkStates(visit)
		}
		if s.Processor != nil {
			s.Processor.walkStates(visit)
		}
	}
}

func (s *State) references() []string {
	if s.JSONata {
		return nil
	}
	var names []string
	read := func(text string) {
		for _, path := range pathsIn(text) {
			if path.Root == jsonpath.Variable {
				names = append(names, path.Name)
			}
		}
	}
	readFields(s.Fields, read)
	for _, choice := range s.Choices {
		readFields(choice.Fields, read)
		readRule(choice.Rule, read)
	}
	for _, catcher := range s.Catch {
		readFields(catcher.Fields, read)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// pathsIn are the paths of a field that holds a path or a function.
func pathsIn(text string) []*jsonpath.Path {
	if intrinsic.Is(text) {
		if call, err := intrinsic.Parse(text); err == nil {
			return call.Paths()
		}
		return nil
	}
	if path, err := jsonpath.Parse(text); err == nil {
		return []*jsonpath.Path{path}
	}
	return nil
}

// readFields reads the paths among a state's fields and those in its templates.
func readFields(fields map[string]any, read func(string)) {
	for field, value := range fields {
		switch text, _ := value.(string); field {
		case "Parameters", "ResultSelector", "ItemSelector", "Assign":
			readTemplate(value, read)
		default:
			if strings.HasSuffix(field, "Path") {
				read(text)
			}
		}
	}
}

// readTemplate reads the members whose name ends in ".$".
func readTemplate(value any, read func(string)) {
	switch value := value.(type) {
	case *ordered.Object:
		for name, member := range value.All() {
			if text, ok := member.(string); ok && strings.HasSuffix(name, ".$") {
				read(text)
			} else {
				readTemplate(member, read)
			}
		}
	case []any:
		for _, member := range value {
			readTemplate(member, read)
		}
	}
}

func readRule(r *Rule, read func(string)) {
	if r == nil {
		return
	}
	read(r.Variable)
	if text, ok := r.Operand.(string); ok && strings.HasSuffix(r.Operator, "Path") {
		read(text)
	}
	for _, inner := range slices.Concat(r.And, r.Or, []*Rule{r.Not}) {
		readRule(inner, read)
	}
}
