// Package ordered has JSON values whose objects keep the order of their
// members, as AWS keeps it: nil, bool, float64, json.Number, string, []any and
// *Object.
package ordered

import (
	"iter"
	"maps"
	"slices"
)

// Object is a JSON object. The zero value is empty; a nil one may be read.
type Object struct {
	names   []string
	members map[string]any
}

// New makes an empty object.
func New() *Object { return &Object{} }

// Len is the number of members.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.names)
}

// Get is a member, nil where there is none.
func (o *Object) Get(name string) any {
	value, _ := o.Lookup(name)
	return value
}

// Has tells whether there is a member of a name.
func (o *Object) Has(name string) bool {
	_, ok := o.Lookup(name)
	return ok
}

// Lookup is a member, and whether there is one.
func (o *Object) Lookup(name string) (any, bool) {
	if o == nil {
		return nil, false
	}
	value, ok := o.members[name]
	return value, ok
}

// Set puts a member in the place that one of its name has, or else at the end.
// It returns the object, so that calls can follow each other.
func (o *Object) Set(name string, value any) *Object {
	if o.members == nil {
		o.members = map[string]any{}
	}
	if _, ok := o.members[name]; !ok {
		o.names = append(o.names, name)
	}
	o.members[name] = value
	return o
}

// Merge sets each member of another object.
func (o *Object) Merge(other *Object) *Object {
	for name, value := range other.All() {
		o.Set(name, value)
	}
	return o
}

// Names are the members' names in order; they are not to be changed.
func (o *Object) Names() []string {
	if o == nil {
		return nil
	}
	return o.names
}

// All goes through the members in order.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, name := range o.Names() {
			if !yield(name, o.members[name]) {
				return
			}
		}
	}
}

// Clone is a copy with the same members.
func (o *Object) Clone() *Object {
	if o == nil {
		return New()
	}
	return &Object{names: slices.Clone(o.names), members: maps.Clone(o.members)}
}

// Sort puts the members in the order of their names.
func (o *Object) Sort() *Object {
	slices.Sort(o.names)
	return o
}

// Equal compares two values: objects by their members in any order, and numbers
// by what they say.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case *Object:
		b, ok := b.(*Object)
		if !ok || a.Len() != b.Len() {
			return false
		}
		for name, member := range a.All() {
			if other, ok := b.Lookup(name); !ok || !Equal(member, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, Equal)
	}
	if x, ok := Number(a); ok {
		y, ok := Number(b)
		return ok && x == y
	}
	switch b.(type) {
	case *Object, []any:
		return false
	}
	return a == b
}
