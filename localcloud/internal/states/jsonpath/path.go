// Package jsonpath reads and evaluates the JSONPath of Step Functions: the
// Jayway dialect without functions, on the input ($), the context object ($$)
// or a variable ($name).
package jsonpath

import "weir/localcloud/internal/ordered"

// Root is what a path starts from.
type Root int

// The roots of a path.
const (
	Input    Root = iota // $
	Context              // $$
	Variable             // $name
)

// Path is a parsed path.
type Path struct {
	Root Root
	// Name of the variable.
	Name string
	// Definite paths select one value; others select a list.
	Definite bool
	text     string
	steps    []step
}

func (p *Path) String() string { return p.text }

// step takes each selected value to those it selects below. Definite steps
// report false where there is none.
type step interface {
	apply(value, root any, out []any) ([]any, bool)
	definite() bool
}

// Eval selects from a root value. It reports false where a definite part of the
// path leads nowhere.
func (p *Path) Eval(root any) (any, bool) {
	current := []any{root}
	single := true
	for _, s := range p.steps {
		var next []any
		for _, value := range current {
			var ok bool
			if next, ok = s.apply(value, root, next); !ok && single {
				// A path that selects a list selects an empty one where a part of it
				// leads nowhere.
				return []any{}, !p.Definite
			}
		}
		current = next
		single = single && s.definite()
	}
	if p.Definite {
		return current[0], true
	}
	if current == nil {
		current = []any{}
	}
	return current, true
}

// Prefix is the path of the first steps alone.
func (p *Path) Prefix(length int) *Path {
	prefix := *p
	prefix.steps = p.steps[:length]
	return &prefix
}

// Names are the member names and indexes of a reference path, one that names a
// single place by members and indexes alone; false for any other.
func (p *Path) Names() ([]any, bool) {
	names := []any{}
	for _, s := range p.steps {
		switch s := s.(type) {
		case member:
			names = append(names, string(s))
		case element:
			if s < 0 {
				return nil, false
			}
			names = append(names, int(s))
		default:
			return nil, false
		}
	}
	return names, true
}

// Single tells whether the path names one place, by members and indexes alone.
func (p *Path) Single() bool {
	for _, s := range p.steps {
		switch s.(type) {
		case member, element:
		default:
			return false
		}
	}
	return true
}

type member string

func (m member) definite() bool { return true }

func (m member) apply(value, _ any, out []any) ([]any, bool) {
	object, _ := value.(*ordered.Object)
	found, ok := object.Lookup(string(m))
	if !ok {
		return out, false
	}
	return append(out, found), true
}

type element int

func (e element) definite() bool { return true }

func (e element) apply(value, _ any, out []any) ([]any, bool) {
	list, ok := value.([]any)
	i := int(e)
	if i < 0 {
		i += len(list)
	}
	if !ok || i < 0 || i >= len(list) {
		return out, false
	}
	return append(out, list[i]), true
}

// union selects several members or elements.
type union []step

func (u union) definite() bool { return false }

func (u union) apply(value, root any, out []any) ([]any, bool) {
	for _, s := range u {
		out, _ = s.apply(value, root, out)
	}
	return out, true
}

// members selects several members of an object, as an object.
type members []string

func (members) definite() bool { return true }

func (m members) apply(value, _ any, out []any) ([]any, bool) {
	object, ok := value.(*ordered.Object)
	if !ok {
		return out, false
	}
	picked := ordered.New()
	for _, name := range m {
		if found, ok := object.Lookup(name); ok {
			picked.Set(name, found)
		}
	}
	return append(out, picked), true
}

// each selects the members one by one.
func (m members) each() union {
	var steps union
	for _, name := range m {
		steps = append(steps, member(name))
	}
	return steps
}

// slice is [from:to:step]; nil ends are open.
type slice struct{ from, to, by *int }

func (s slice) definite() bool { return false }

func (s slice) apply(value, _ any, out []any) ([]any, bool) {
	list, ok := value.([]any)
	if !ok {
		return out, false
	}
	clamp := func(end *int, otherwise int) int {
		if end == nil {
			return otherwise
		}
		i := *end
		if i < 0 {
			i += len(list)
		}
		return max(0, min(i, len(list)))
	}
	by := 1
	if s.by != nil {
		by = *s.by
	}
	for i := clamp(s.from, 0); i < clamp(s.to, len(list)); i += by {
		out = append(out, list[i])
	}
	return out, true
}

type wildcard struct{}

func (wildcard) definite() bool { return false }

func (wildcard) apply(value, _ any, out []any) ([]any, bool) {
	switch value := value.(type) {
	case []any:
		return append(out, value...), true
	case *ordered.Object:
		for _, member := range value.All() {
			out = append(out, member)
		}
		return out, true
	}
	return out, false
}

// descend applies a step to a value and everything below it.
type descend struct{ step step }

func (descend) definite() bool { return false }

func (d descend) apply(value, root any, out []any) ([]any, bool) {
	out, _ = d.step.apply(value, root, out)
	switch value := value.(type) {
	case []any:
		for _, child := range value {
			out, _ = d.apply(child, root, out)
		}
	case *ordered.Object:
		for _, child := range value.All() {
			out, _ = d.apply(child, root, out)
		}
	}
	return out, true
}

// filter keeps the elements of an array, or the object itself, for which a
// condition holds.
type filter struct{ condition condition }

func (filter) definite() bool { return false }

func (f filter) apply(value, root any, out []any) ([]any, bool) {
	switch value := value.(type) {
	case []any:
		for _, child := range value {
			if f.condition.holds(child, root) {
				out = append(out, child)
			}
		}
		return out, true
	case *ordered.Object:
		if f.condition.holds(value, root) {
			out = append(out, value)
		}
		return out, true
	}
	return out, false
}
