package jsonpath

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/ordered"
)

// condition is what a filter asks of a value.
type condition interface{ holds(value, root any) bool }

type both struct{ left, right condition }

func (c both) holds(value, root any) bool {
	return c.left.holds(value, root) && c.right.holds(value, root)
}

type either struct{ left, right condition }

func (c either) holds(value, root any) bool {
	return c.left.holds(value, root) || c.right.holds(value, root)
}

type not struct{ condition condition }

func (c not) holds(value, root any) bool { return !c.condition.holds(value, root) }

// operand is a literal, a path on the current value (@), or one on the root ($).
type operand struct {
	literal any
	path    *Path
	onRoot  bool
}

func (o operand) value(current, root any) (any, bool) {
	switch {
	case o.path == nil:
		return o.literal, true
	case o.onRoot:
		return o.path.Eval(root)
	}
	return o.path.Eval(current)
}

type exists struct{ operand operand }

func (c exists) holds(value, root any) bool {
	found, ok := c.operand.value(value, root)
	if list, isList := found.([]any); ok && isList && !c.operand.path.Definite {
		return len(list) > 0
	}
	return ok
}

type comparison struct {
	left, right operand
	operator    string
}

func (c comparison) holds(value, root any) bool {
	left, leftOK := c.left.value(value, root)
	right, rightOK := c.right.value(value, root)
	if !leftOK || !rightOK {
		return c.operator == "!="
	}
	switch c.operator {
	case "==":
		return ordered.Equal(left, right)
	case "!=":
		return !ordered.Equal(left, right)
	case "=~":
		text, isText := left.(string)
		if !isText {
			text = ordered.Encode(left)
		}
		pattern, isPattern := right.(*regexp.Regexp)
		return isPattern && pattern.MatchString(text)
	case "in", "nin":
		list, isList := right.([]any)
		found := slices.ContainsFunc(list, func(element any) bool { return ordered.Equal(left, element) })
		return isList && found == (c.operator == "in")
	}
	order, ok := compare(left, right)
	if !ok {
		return false
	}
	switch c.operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// compare orders two numbers or two strings.
func compare(left, right any) (int, bool) {
	if l, ok := ordered.Number(left); ok {
		r, ok := ordered.Number(right)
		return cmp.Compare(l, r), ok
	}
	l, ok1 := left.(string)
	r, ok2 := right.(string)
	return strings.Compare(l, r), ok1 && ok2
}

// filter reads (condition) after the question mark.
func (p *parser) filter() (step, error) {
	p.space()
	if !p.accept("(") {
		return nil, p.errorf("a filter must be in parentheses")
	}
	c, err := p.or()
	if err != nil {
		return nil, err
	}
	p.space()
	if !p.accept(")") {
		return nil, p.errorf("a closing parenthesis is missing")
	}
	return filter{c}, nil
}

func (p *parser) or() (condition, error) {
	left, err := p.and()
	for err == nil {
		p.space()
		if !p.accept("||") {
			return left, nil
		}
		var right condition
		right, err = p.and()
		left = either{left, right}
	}
	return nil, err
}

func (p *parser) and() (condition, error) {
	left, err := p.term()
	for err == nil {
		p.space()
		if !p.accept("&&") {
			return left, nil
		}
		var right condition
		right, err = p.term()
		left = both{left, right}
	}
	return nil, err
}

func (p *parser) term() (condition, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.errorf("nested too deep")
	}
	defer func() { p.depth-- }()
	p.space()
	if p.peek() == '!' && !strings.HasPrefix(p.text[p.pos:], "!=") {
		p.pos++
		c, err := p.term()
		return not{c}, err
	}
	if p.accept("(") {
		c, err := p.or()
		if err != nil {
			return nil, err
		}
		p.space()
		if !p.accept(")") {
			return nil, p.errorf("a closing parenthesis is missing")
		}
		return c, nil
	}
	return p.comparison()
}

func (p *parser) comparison() (condition, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.space()
	for _, operator := range []string{"==", "!=", "=~", "<=", ">=", "<", ">", "in ", "nin "} {
		if !p.accept(operator) {
			continue
		}
		p.space()
		right, err := p.operand()
		return comparison{left, right, strings.TrimSpace(operator)}, err
	}
	for _, operator := range []string{"subsetof", "anyof", "noneof", "contains", "size", "empty"} {
		if p.accept(operator) {
			return nil, gapf("the local cloud does not support the operator %s of filters, as in '%s'", operator, p.text)
		}
	}
	if left.path == nil {
		return nil, p.errorf("a comparison is missing")
	}
	return exists{left}, nil
}

// pattern reads /regular expression/flags.
func (p *parser) pattern() (*regexp.Regexp, error) {
	from := p.pos + 1
	end := from
	for end < len(p.text) && p.text[end] != '/' {
		if p.text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(p.text) {
		return nil, p.errorf("a closing slash is missing")
	}
	p.pos = end + 1
	flags := ""
	for p.pos < len(p.text) && strings.IndexByte("ims", p.text[p.pos]) >= 0 {
		flags += string(p.text[p.pos])
		p.pos++
	}
	text := "^(?:" + strings.ReplaceAll(p.text[from:end], `\/`, "/") + ")$" // Java's matches: the whole text
	if flags != "" {
		text = "(?" + flags + ")" + text
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		return nil, gapf("the local cloud does not support the regular expression in the path '%s': %v", p.text, err)
	}
	return pattern, nil
}

// literals reads ['a', 1, …].
func (p *parser) literals() ([]any, error) {
	list := []any{}
	for p.pos++; ; {
		p.space()
		if p.accept("]") {
			return list, nil
		}
		element, err := p.operand()
		if err != nil {
			return nil, err
		}
		if element.path != nil {
			return nil, p.errorf("a list must hold values")
		}
		list = append(list, element.literal)
		p.space()
		p.accept(",")
	}
}

func (p *parser) operand() (operand, error) {
	switch c := p.peek(); {
	case c == '@', c == '$':
		from := p.pos
		p.pos++
		steps, err := p.steps()
		path := &Path{Definite: true, steps: steps, text: p.text[from:p.pos]}
		for _, s := range steps {
			path.Definite = path.Definite && s.definite()
		}
		return operand{path: path, onRoot: c == '$'}, err
	case c == '/':
		pattern, err := p.pattern()
		return operand{literal: pattern}, err
	case c == '[':
		list, err := p.literals()
		return operand{literal: list}, err
	case c == '\'' || c == '"':
		text, err := p.quoted()
		return operand{literal: text}, err
	case p.accept("true"):
		return operand{literal: true}, nil
	case p.accept("false"):
		return operand{literal: false}, nil
	case p.accept("null"):
		return operand{}, nil
	}
	from := p.pos
	for strings.IndexByte("+-.0123456789eE", p.peek()) >= 0 && p.peek() != 0 {
		p.pos++
	}
	number, err := strconv.ParseFloat(p.text[from:p.pos], 64)
	if err != nil {
		return operand{}, p.errorf("a value is missing")
	}
	return operand{literal: number}, nil
}
