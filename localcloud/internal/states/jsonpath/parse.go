package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds the nesting of filters.
const maxDepth = 20

// Parse reads a path.
func Parse(text string) (*Path, error) {
	p := &parser{text: text}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if p.pos != len(text) {
		return nil, p.errorf("unexpected %q", text[p.pos:])
	}
	return path, nil
}

type parser struct {
	text  string
	pos   int
	depth int
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("Invalid path '%s' : %s at position %d", p.text, fmt.Sprintf(format, args...), p.pos)
}

func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *parser) accept(s string) bool {
	if strings.HasPrefix(p.text[p.pos:], s) {
		p.pos += len(s)
		return true
	}
	return false
}

// path reads $, $$ or $name and the steps after it.
func (p *parser) path() (*Path, error) {
	from := p.pos
	path := &Path{Definite: true}
	switch {
	case p.accept("$$"):
		path.Root = Context
	case p.accept("$"):
		if name := p.name(); name != "" {
			path.Root, path.Name = Variable, name
		}
	default:
		return nil, p.errorf("a path must begin with '$'")
	}
	steps, err := p.steps()
	if err != nil {
		return nil, err
	}
	for i, s := range steps[:max(0, len(steps)-1)] {
		if names, several := s.(members); several { // only the last makes an object
			steps[i] = names.each()
		}
	}
	path.steps = steps
	path.text = p.text[from:p.pos]
	for _, s := range steps {
		path.Definite = path.Definite && s.definite()
	}
	return path, nil
}

// name reads a variable's name: letters, digits and underscores.
func (p *parser) name() string {
	from := p.pos
	for p.pos < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.pos:])
		if r != '_' && !unicode.IsLetter(r) && (p.pos == from || !unicode.IsDigit(r)) {
			break
		}
		p.pos += size
	}
	return p.text[from:p.pos]
}

func (p *parser) steps() ([]step, error) {
	var steps []step
	for {
		switch {
		case p.accept(".."):
			s, err := p.after()
			if err != nil {
				return nil, err
			}
			steps = append(steps, descend{s})
		case p.accept("."):
			s, err := p.after()
			if err != nil {
				return nil, err
			}
			steps = append(steps, s)
		case p.peek() == '[':
			s, err := p.bracket()
			if err != nil {
				return nil, err
			}
			steps = append(steps, s)
		default:
			return steps, nil
		}
	}
}

// after reads what follows a dot, or two: a name, or brackets, as in $.a.['b c'].
// https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
func (p *parser) after() (step, error) {
	if p.peek() == '[' {
		return p.bracket()
	}
	return p.dotted()
}

func (p *parser) dotted() (step, error) {
	if p.accept("*") {
		return wildcard{}, nil
	}
	from := p.pos
	for p.pos < len(p.text) && !strings.ContainsRune(".[]()$*'\",=<>!&|@? \t\n", rune(p.text[p.pos])) {
		p.pos++
	}
	name := p.text[from:p.pos]
	if name == "" {
		return nil, p.errorf("a member name is missing")
	}
	if p.peek() == '(' {
		return nil, gapf("the local cloud does not support functions in paths, such as %s() in '%s'", name, p.text)
	}
	return member(name), nil
}

func (p *parser) space() {
	for p.peek() == ' ' || p.peek() == '\t' || p.peek() == '\n' {
		p.pos++
	}
}

// bracket reads ['a'], ['a','b'], [0], [0,1], [1:2], [*] or [?(...)].
func (p *parser) bracket() (step, error) {
	p.pos++
	p.space()
	var s step
	var err error
	switch {
	case p.accept("*"):
		s = wildcard{}
	case p.accept("?"):
		s, err = p.filter()
	case p.peek() == '\'' || p.peek() == '"':
		s, err = p.names()
	default:
		s, err = p.numbers()
	}
	if err != nil {
		return nil, err
	}
	p.space()
	if !p.accept("]") {
		return nil, p.errorf("a closing bracket is missing")
	}
	return s, nil
}

// names reads a quoted member name, or several.
func (p *parser) names() (step, error) {
	var names members
	for {
		p.space()
		name, err := p.quoted()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		p.space()
		if !p.accept(",") {
			break
		}
	}
	if len(names) == 1 {
		return member(names[0]), nil
	}
	return names, nil
}

// quoted reads a string in single or double quotes, in which a backslash escapes
// the quote and itself.
func (p *parser) quoted() (string, error) {
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		return "", p.errorf("a quoted name is missing")
	}
	var b strings.Builder
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == quote:
			p.pos++
			return b.String(), nil
		case c == '\\' && p.pos+1 < len(p.text) && (p.text[p.pos+1] == quote || p.text[p.pos+1] == '\\'):
			p.pos++
			b.WriteByte(p.text[p.pos])
		default:
			b.WriteByte(c)
		}
	}
	return "", p.errorf("a closing quote is missing")
}

func (p *parser) number() (int, bool) {
	from := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	for p.peek() >= '0' && p.peek() <= '9' {
		p.pos++
	}
	n, err := strconv.Atoi(p.text[from:p.pos])
	if err != nil {
		p.pos = from
		return 0, false
	}
	return n, true
}

func (p *parser) end() *int {
	p.space()
	n, ok := p.number()
	p.space()
	if !ok {
		return nil
	}
	return &n
}

// numbers reads an index, a list of them, or a slice.
func (p *parser) numbers() (step, error) {
	first := p.end()
	if p.accept(":") {
		s := slice{from: first, to: p.end()}
		if p.accept(":") {
			s.by = p.end()
		}
		if s.by != nil && *s.by < 1 {
			return nil, p.errorf("the step of a slice must be positive")
		}
		return s, nil
	}
	if first == nil {
		return nil, p.errorf("an index is missing")
	}
	steps := union{element(*first)}
	for p.accept(",") {
		next := p.end()
		if next == nil {
			return nil, p.errorf("an index is missing")
		}
		steps = append(steps, element(*next))
	}
	if len(steps) == 1 {
		return steps[0], nil
	}
	return steps, nil
}
