package pattern

import (
	"errors"
	"fmt"
	"maps"

	"weir/localcloud/internal/ordered"
)

// Parse reads a pattern and refuses what it would not understand: a filter that
// is ignored matches too much. The words of the refusals are EventBridge's,
// without the place in the text.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func Parse(text string) (Pattern, error) { return parse(text, false) }

// ParsePolicy reads a filter policy of SNS, which knows fewer operators.
// https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
func ParsePolicy(text string) (Pattern, error) { return parse(text, true) }

func parse(text string, policy bool) (Pattern, error) {
	value, err := ordered.Decode(text)
	if err != nil {
		return nil, err
	}
	object, ok := value.(*ordered.Object)
	if !ok {
		return nil, errors.New("Filter is not an object")
	}
	p := parser{branches: Pattern{{}}, policy: policy}
	if err := p.object(level{}, object, false); err != nil {
		return nil, err
	}
	return p.branches, nil
}

type parser struct {
	branches Pattern // so far; each field is one of them all
	policy   bool    // of SNS
}

// level is an object of the pattern: its path, and how many names it has.
type level struct {
	path  string
	depth int
}

func (l level) below(name string) level { return level{join(l.path, name), l.depth + 1} }

// object reads the fields of an object.
func (p *parser) object(at level, object *ordered.Object, inOr bool) error {
	if object.Len() == 0 {
		return errors.New("Empty objects are not allowed")
	}
	for name, value := range object.All() {
		if err := p.field(at, name, value, inOr); err != nil {
			return err
		}
	}
	return nil
}

// reserved are names that a field of an $or may not have.
var reserved = map[string]bool{"exactly": true, "prefix": true, "suffix": true, "equals-ignore-case": true, "wildcard": true,
	"numeric": true, "anything-but": true, "exists": true, "cidr": true}

func (p *parser) field(at level, name string, value any, inOr bool) error {
	if name == "$or" {
		return p.or(at, value)
	}
	if inOr && reserved[name] {
		return fmt.Errorf("%s is Ruler reserved fieldName which cannot be used inside $or.", name)
	}
	switch value := value.(type) {
	case *ordered.Object:
		return p.object(at.below(name), value, inOr)
	case []any:
		filters, err := p.filters(value)
		found := at.below(name)
		for _, b := range p.branches {
			b[found.path] = field{filters, found.depth}
		}
		return err
	}
	return fmt.Errorf("%q must be an object or an array", name)
}

// or makes a branch of each alternative, for each of the branches so far.
func (p *parser) or(at level, value any) error {
	list, ok := value.([]any)
	if !ok {
		return errors.New("It must be an Array followed with $or.")
	}
	before, all := p.branches, Pattern{}
	for _, member := range list {
		object, ok := member.(*ordered.Object)
		if !ok {
			return errors.New("Only JSON object is allowed in array of $or relationship.")
		}
		p.branches = nil
		for _, b := range before {
			p.branches = append(p.branches, maps.Clone(b))
		}
		if err := p.object(at, object, true); err != nil {
			return err
		}
		if all = append(all, p.branches...); len(all) > maxBranches {
			return errors.New("Rule is too complex - try using fewer $or relationships")
		}
	}
	if len(list) < 2 {
		return errors.New("There must have at least 2 Objects in $or relationship.")
	}
	p.branches = all
	return nil
}

// maxBranches is how many combinations of alternatives a pattern may have.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-complex-example-or
const maxBranches = 1000

// filters reads the conditions of a field.
func (p *parser) filters(list []any) ([]filter, error) {
	if len(list) == 0 {
		return nil, errors.New("Empty arrays are not allowed")
	}
	filters := make([]filter, len(list))
	for i, member := range list {
		switch member := member.(type) {
		case *ordered.Object:
			f, err := p.operator(member)
			if err != nil {
				return nil, err
			}
			filters[i] = f
		case []any:
			return nil, errors.New("Match value must be String, number, true, false, or null")
		default:
			wanted := plain(member)
			filters[i] = filter{match: func(value any) bool { return value == wanted }}
		}
	}
	return filters, nil
}

// plain is a value as it is in an event. Nothing equals a number that is too
// large.
func plain(value any) any {
	if f, ok := ordered.Number(value); ok {
		return f
	}
	return value
}
