package events

import (
	"encoding/json"
	"errors"
	"maps"
)

const (
	open, shut         = json.Delim('{'), json.Delim('}')
	openList, shutList = json.Delim('['), json.Delim(']')
)

// parsePattern reads a pattern and refuses what it would not understand: a
// filter that is ignored matches too much. Order and words of the refusals are
// EventBridge's.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
// https://github.com/aws/event-ruler
func parsePattern(text string) (pattern, error) {
	r := newReader(text)
	token, err := r.next()
	if err != nil {
		return nil, err
	}
	if token != open {
		return nil, r.fail("Filter is not an object")
	}
	p := parser{reader: r, branches: pattern{{}}}
	if err := p.object("", false); err != nil {
		return nil, err
	}
	return p.branches, nil
}

type parser struct {
	*reader
	branches pattern // so far; each field is one of them all
}

// object reads the fields of an object that was opened.
func (p *parser) object(path string, inOr bool) error {
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
		if err := p.field(path, name.(string), inOr); err != nil {
			return err
		}
	}
	_, err := p.next()
	return err
}

// reserved are names that a field of an $or may not have.
var reserved = map[string]bool{"exactly": true, "prefix": true, "suffix": true, "equals-ignore-case": true, "wildcard": true,
	"numeric": true, "anything-but": true, "exists": true, "cidr": true}

func (p *parser) field(path, name string, inOr bool) error {
	if name == "$or" {
		return p.or(path)
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
		return p.object(join(path, name), inOr)
	case openList:
		filters, err := p.filters()
		if err != nil {
			return err
		}
		for _, b := range p.branches {
			b[join(path, name)] = filters
		}
		return nil
	}
	return p.fail("\"%s\" must be an object or an array", name)
}

// or makes a branch of each alternative, for each of the branches so far.
func (p *parser) or(path string) error {
	token, err := p.next()
	if err != nil {
		return err
	}
	if token != openList {
		return p.fail("It must be an Array followed with $or.")
	}
	before, all := p.branches, pattern{}
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
		if err := p.object(path, true); err != nil {
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
