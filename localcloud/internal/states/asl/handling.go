package asl

import (
	"fmt"

	"weir/localcloud/internal/ordered"
)

// errorHandling reads Retry and Catch.
func (p *parser) errorHandling(s *State, o *ordered.Object) {
	for i, entry := range p.entries(o, "Retry", s.path) {
		path := fmt.Sprintf("%s/Retry[%d]", s.path, i)
		s.Retry = append(s.Retry, p.retrier(entry, path))
		p.errorEquals(s.Retry[i].ErrorEquals, i, len(p.entries(o, "Retry", s.path)), path)
	}
	for i, entry := range p.entries(o, "Catch", s.path) {
		path := fmt.Sprintf("%s/Catch[%d]", s.path, i)
		s.Catch = append(s.Catch, p.catcher(s, entry, path))
		p.errorEquals(s.Catch[i].ErrorEquals, i, len(p.entries(o, "Catch", s.path)), path)
	}
}

// entries are the objects of an array field.
func (p *parser) entries(o *ordered.Object, field, path string) []*ordered.Object {
	value, ok := o.Lookup(field)
	if !ok {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		p.schema(path+"/"+field, "Expected value of type Array")
		return nil
	}
	entries := make([]*ordered.Object, 0, len(list))
	for i, member := range list {
		entry, ok := member.(*ordered.Object)
		if !ok {
			p.schema(fmt.Sprintf("%s/%s[%d]", path, field, i), "Expected value of type Object")
			return nil
		}
		entries = append(entries, entry)
	}
	return entries
}

func (p *parser) retrier(o *ordered.Object, path string) Retrier {
	p.known(o, path, "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment")
	p.require(o, path, "ErrorEquals")
	r := Retrier{ErrorEquals: p.errorNames(o, path)}
	r.IntervalSeconds = p.number(o, path, "IntervalSeconds", 1, 1, 99999999)
	r.MaxAttempts = int(p.number(o, path, "MaxAttempts", 3, 0, 99999999))
	r.BackoffRate = p.number(o, path, "BackoffRate", 2, 1, 1e9)
	r.MaxDelaySeconds = p.number(o, path, "MaxDelaySeconds", 0, 1, 31622400)
	if r.MaxDelaySeconds > 0 && r.MaxDelaySeconds <= r.IntervalSeconds {
		p.schema(path, "MaxDelaySeconds must be greater than IntervalSeconds")
	}
	switch o.Get("JitterStrategy") {
	case nil, "NONE":
	case "FULL":
		r.FullJitter = true
	default:
		p.oneOf(path, "JitterStrategy", "FULL, NONE")
	}
	return r
}

func (p *parser) number(o *ordered.Object, path, field string, otherwise, low, high float64) float64 {
	value, ok := o.Lookup(field)
	if !ok {
		return otherwise
	}
	number, ok := ordered.Number(value)
	whole := field == "BackoffRate" || number == float64(int64(number))
	if !ok || !whole || number < low || number > high {
		p.schema(path+"/"+field, "Expected a number between %v and %v", int64(low), int64(high))
		return otherwise
	}
	return number
}

func (p *parser) catcher(s *State, o *ordered.Object, path string) Catcher {
	allowed := []string{"ErrorEquals", "Next", "Assign", "Comment"}
	if s.JSONata {
		allowed = append(allowed, "Output")
	} else {
		allowed = append(allowed, "ResultPath")
	}
	p.known(o, path, allowed...)
	p.require(o, path, "ErrorEquals", "Next")
	c := Catcher{ErrorEquals: p.errorNames(o, path), Next: p.text(o, "Next", path), Fields: map[string]any{}}
	for _, field := range []string{"Assign", "Output", "ResultPath"} {
		if value, ok := o.Lookup(field); ok {
			c.Fields[field] = value
		}
	}
	return c
}

func (p *parser) errorNames(o *ordered.Object, path string) []string {
	list, ok := o.Get("ErrorEquals").([]any)
	if o.Has("ErrorEquals") && (!ok || len(list) == 0) {
		p.schema(path+"/ErrorEquals", "Expected value of type Array with at least one error name")
	}
	names := []string{}
	for _, member := range list {
		name, ok := member.(string)
		if !ok {
			p.schema(path+"/ErrorEquals", "Expected value of type String")
			continue
		}
		names = append(names, name)
	}
	return names
}

// errorEquals checks that States.ALL stands alone and last.
func (p *parser) errorEquals(names []string, i, count int, path string) {
	if !contains(names, "States.ALL") {
		return
	}
	if len(names) > 1 {
		p.schema(path+"/ErrorEquals", "The error name States.ALL must appear alone")
	}
	if i < count-1 {
		p.schema(path+"/ErrorEquals", "The error name States.ALL must appear in the last entry")
	}
}
