package pattern

import (
	"encoding/json"
	"errors"
	"maps"
)

const (
	open, shut         = json.Delim('{'), json.Delim('}')
	openList, shutList = json.Delim('['), json.Delim(']')
)

// Parse reads a pattern and refuses what it would not understand: a filter that
// is ignored matches too much. Order and words of the refusals are EventBridge's.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func Parse(text string) (Pattern, error) { return parse(text, false) }

// ParsePolicy reads a filter policy of SNS, which knows fewer operators.
// https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
func ParsePolicy(text string) (Pattern, error) { return parse(text, true) }

func parse(text string, policy bool) (Pattern, error) {
	r := newReader(text)
	token, err := r.next()
	if err != nil {
		return nil, err
	}
	if token != open {
		return nil, r.fail("Filter is not an object")
	}
	p := parser{reader: r, branches: Pattern{{}}, policy: policy}
	if err := p.object(level{}, false); err != nil {
		return nil, err
	}
	return p.branches, nil
}

type parser struct {
	*reader
	branches Pattern // so far; each field is one of them all
	policy   bool    // of SNS
}

// level is an object of the pattern: its path, and how many names it has.
type level struct {
	path  string
	depth int
}

func (l level) below(name string) level { return level{join(l.path, name), l.depth + 1} }

// object reads the fields of an object that was opened.
func (p *parser) object(at level, inOr bool) error {
	if !p.more() {
		if _, err := p.next(); err != nil {
			return err
		}
		return p.fail("Empty objects are not allowed")
	}
	for p.more() {
		name, err := p.next()
		if err != nil {
			return err
		}
		if err := p.field(at, name.(string), inOr); err != nil {
			return err
		}
	}
	_, err := p.next()
	return err
}

// reserved are names that a field of an $or may not have.
var reserved = map[string]bool{"exactly": true, "prefix": true, "suffix": true, "equals-ignore-case": true, "wildcard": true,
	"numeric": true, "anything-but": true, "exists": true, "cidr": true}

func (p *parser) field(at level, name string, inOr bool) error {
	if name == "$or" {
		return p.or(at)
	}
	token, err := p.next()
	if err != nil {
		return err
	}
	if inOr && reserved[name] {
		return p.fail("%s is Ruler reserved fieldName which cannot be used inside $or.", name)
	}
	switch token {
	case open:
		return p.object(at.below(name), inOr)
	case openList:
		filters, err := p.filters()
		if err != nil {
			return err
		}
		found := at.below(name)
		for _, b := range p.branches {
			b[found.path] = field{filters, found.depth}
		}
		return nil
	}
	return p.fail("\"%s\" must be an object or an array", name)
}

// or makes a branch of each alternative, for each of the branches so far.
func (p *parser) or(at level) error {
	token, err := p.next()
	if err != nil {
		return err
	}
	if token != openList {
		return p.fail("It must be an Array followed with $or.")
	}
	before, all := p.branches, Pattern{}
	count := 0
	for ; p.more(); count++ {
		if token, err = p.next(); err != nil {
			return err
		}
		if token != open {
			return p.fail("Only JSON object is allowed in array of $or relationship.")
		}
		p.branches = nil
		for _, b := range before {
			p.branches = append(p.branches, maps.Clone(b))
		}
		if err := p.object(at, true); err != nil {
			return err
		}
		if all = append(all, p.branches...); len(all) > maxBranches {
			return errors.New("Rule is too complex - try using fewer $or relationships")
		}
	}
	if _, err := p.next(); err != nil {
		return err
	}
	if count < 2 {
		return p.fail("There must have at least 2 Objects in $or relationship.")
	}
	p.branches = all
	return nil
}

// maxBranches is how many combinations of alternatives a pattern may have.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-complex-example-or
const maxBranches = 1000

// filters reads the conditions of a field whose list was opened.
func (p *parser) filters() ([]filter, error) {
	var filters []filter
	for p.more() {
		token, err := p.next()
		if err != nil {
			return nil, err
		}
		f, err := p.filter(token)
		if err != nil {
			return nil, err
		}
		filters = append(filters, f)
	}
	if _, err := p.next(); err != nil {
		return nil, err
	}
	if len(filters) == 0 {
		return nil, p.fail("Empty arrays are not allowed")
	}
	return filters, nil
}

func (p *parser) filter(token json.Token) (filter, error) {
	switch token {
	case open:
		return p.operator()
	case openList:
		return filter{}, p.fail("Match value must be String, number, true, false, or null")
	}
	return equals(plain(token)), nil
}

func equals(wanted any) filter {
	return filter{match: func(value any) bool { return value == wanted }}
}

// plain is a token's value as it is in an event.
func plain(token json.Token) any {
	number, ok := token.(json.Number)
	if !ok {
		return token
	}
	f, err := number.Float64()
	if err != nil {
		return number // too large: nothing equals it
	}
	return f
}
