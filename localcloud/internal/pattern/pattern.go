// Package pattern reads and matches event patterns: those of EventBridge's rules
// and those of SNS's filter policies, which one library of AWS evaluates.
// https://github.com/aws/event-ruler
package pattern

import "slices"

// Pattern is a parsed event pattern: an event fits that fits one of the
// branches. There is more than one branch where the pattern has an $or.
type Pattern []branch

// branch wants each of its fields to fit one of the field's filters. Fields are
// named by their whole path, as EventBridge sees them: "detail.state".
type branch map[string]field

// field is what is wanted of a field, and how many names of the pattern lead to
// it.
type field struct {
	filters []filter
	depth   int
}

// filter is one condition on a field's value.
type filter struct {
	absent bool // the field must not be there; match is nil
	match  func(value any) bool
}

// Matches tells whether an event fits.
func (p Pattern) Matches(event map[string]any) bool {
	leaves := flatten(event)
	return slices.ContainsFunc(p, func(b branch) bool { return b.matches(leaves) })
}

func (b branch) matches(leaves map[string][]leaf) bool {
	var choices [][]leaf
	for path, wanted := range b {
		values, filters := leaves[path], wanted.filters
		if len(values) == 0 && slices.ContainsFunc(filters, func(f filter) bool { return f.absent }) {
			continue
		}
		var fit []leaf
		for _, value := range values {
			if slices.ContainsFunc(filters, func(f filter) bool { return !f.absent && f.match(value.value) }) {
				fit = append(fit, value)
			}
		}
		if len(fit) == 0 {
			return false
		}
		choices = append(choices, fit)
	}
	// The field with the fewest choices first, so that a contradiction shows soon.
	slices.SortFunc(choices, func(a, b []leaf) int { return len(a) - len(b) })
	return agree(choices, map[int]int{})
}

// Combinations is how many combinations of values the fields of a pattern
// allow, with each value as often as its field is deep.
func (p Pattern) Combinations() int {
	total := 0
	for _, b := range p {
		product := 1
		for _, f := range b {
			product *= len(f.filters) * f.depth
		}
		total += product
	}
	return total
}

// Nested tells whether a field is below another.
func (p Pattern) Nested() bool {
	return slices.ContainsFunc(p, func(b branch) bool {
		for _, f := range b {
			if f.depth > 1 {
				return true
			}
		}
		return false
	})
}

// agree tells whether one leaf of each field can be chosen so that fields of the
// same list come from the same item of it.
func agree(choices [][]leaf, items map[int]int) bool {
	if len(choices) == 0 {
		return true
	}
	for _, candidate := range choices[0] {
		var added []int
		fits := true
		for _, at := range candidate.in {
			item, bound := items[at.list]
			if bound && item != at.item {
				fits = false
				break
			}
			if !bound {
				items[at.list] = at.item
				added = append(added, at.list)
			}
		}
		if fits && agree(choices[1:], items) {
			return true
		}
		for _, list := range added {
			delete(items, list)
		}
	}
	return false
}

// leaf is a value of an event that is no list and no object.
type leaf struct {
	value any
	in    []place
}

// place is an item of a list of the event.
type place struct{ list, item int }

// flatten finds an event's leaves by their path. Names with dots are not told
// from nested ones, and a list adds nothing to a path, as in EventBridge.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
func flatten(event map[string]any) map[string][]leaf {
	f := flattener{leaves: map[string][]leaf{}}
	f.object("", event, nil)
	return f.leaves
}

type flattener struct {
	leaves map[string][]leaf
	lists  int
}

func (f *flattener) object(path string, object map[string]any, in []place) {
	for name, value := range object {
		f.value(join(path, name), value, in)
	}
}

func (f *flattener) value(path string, value any, in []place) {
	switch node := value.(type) {
	case map[string]any:
		f.object(path, node, in)
	case []any:
		f.lists++
		list := f.lists
		for i, item := range node {
			switch item.(type) {
			case map[string]any, []any:
				f.value(path, item, append(slices.Clone(in), place{list, i}))
			default:
				f.value(path, item, in)
			}
		}
	default:
		f.leaves[path] = append(f.leaves[path], leaf{value, in})
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
