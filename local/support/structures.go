package support

import (
	"cmp"
	"reflect"
	"slices"
	"time"
)

// structures gathers the types within requests and answers.
type structures struct {
	uses  *uses
	seen  map[reflect.Type]bool
	found []structure
}

// visit follows a member's type to the structures in it. A structure none of
// whose members is mentioned is kept and answered whole, so it has no row.
func (s *structures) visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		s.visit(t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	if t == reflect.TypeFor[time.Time]() || s.seen[t] {
		return
	}
	s.seen[t] = true
	one := structure{name: t.Name(), members: s.members(t)}
	if len(one.used)+len(one.inPart) == 0 {
		return
	}
	s.found = append(s.found, one)
	for _, name := range slices.Concat(one.used, one.inPart) {
		if field, ok := t.FieldByName(name); ok {
			s.visit(field.Type)
		}
	}
}

// members of a structure: it may be read in one place and answered in another.
func (s *structures) members(t reflect.Type) members {
	var m members
	for _, name := range fieldsOf(t) {
		key := member{fullName(t), name}
		used := s.uses.read[key] || s.uses.fills(key.owner, name)
		switch {
		case used && s.uses.refused[key]:
			m.inPart = append(m.inPart, name)
		case used:
			m.used = append(m.used, name)
		case s.uses.refused[key]:
			m.refused = append(m.refused, name)
		default:
			m.unused = append(m.unused, name)
		}
	}
	return m
}

func (s *structures) sorted() []structure {
	slices.SortFunc(s.found, func(a, b structure) int { return cmp.Compare(a.name, b.name) })
	return s.found
}
