// Package intrinsic reads and evaluates the intrinsic functions of the Amazon
// States Language, States.Format and its kin
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
package intrinsic

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"weir/localcloud/internal/states/jsonpath"
)

// MaxDepth is how deep AWS lets calls nest.
const MaxDepth = 10

// Call is a parsed function call.
type Call struct {
	Name string
	args []argument
}

// argument is a literal, a path or a call.
type argument struct {
	literal any
	path    *jsonpath.Path
	call    *Call
}

// Is tells whether a value is meant as a function call rather than a path.
func Is(text string) bool { return strings.HasPrefix(text, "States.") }

// Parse reads a call.
func Parse(text string) (*Call, error) {
	p := &parser{text: text}
	call, err := p.call(1)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.pos != len(text) {
		return nil, p.errorf("unexpected %q", text[p.pos:])
	}
	return call, nil
}

// Paths are the paths a call reads, nested calls included.
func (c *Call) Paths() []*jsonpath.Path {
	var paths []*jsonpath.Path
	for _, a := range c.args {
		if a.path != nil {
			paths = append(paths, a.path)
		}
		if a.call != nil {
			paths = append(paths, a.call.Paths()...)
		}
	}
	return paths
}

type parser struct {
	text string
	pos  int
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("the intrinsic function '%s' is not valid: %s at position %d", p.text, fmt.Sprintf(format, args...), p.pos)
}

func (p *parser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\n\r", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *parser) accept(c byte) bool {
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) call(depth int) (*Call, error) {
	if depth > MaxDepth {
		return nil, p.errorf("calls nest deeper than %d", MaxDepth)
	}
	p.space()
	from := p.pos
	for p.pos < len(p.text) && (p.text[p.pos] == '.' || p.text[p.pos] >= 'A' && p.text[p.pos] <= 'Z' || p.text[p.pos] >= 'a' && p.text[p.pos] <= 'z' || p.text[p.pos] >= '0' && p.text[p.pos] <= '9') {
		p.pos++
	}
	name := p.text[from:p.pos]
	limits, ok := functions[strings.TrimPrefix(name, "States.")]
	if !ok || !strings.HasPrefix(name, "States.") {
		return nil, p.errorf("there is no function %q", name)
	}
	p.space()
	if !p.accept('(') {
		return nil, p.errorf("an opening parenthesis is missing")
	}
	call := &Call{Name: strings.TrimPrefix(name, "States.")}
	p.space()
	if !p.accept(')') {
		for {
			a, err := p.argument(depth)
			if err != nil {
				return nil, err
			}
			call.args = append(call.args, a)
			p.space()
			if p.accept(')') {
				break
			}
			if !p.accept(',') {
				return nil, p.errorf("a comma or a closing parenthesis is missing")
			}
		}
	}
	if n := len(call.args); n < limits.min || n > limits.max {
		return nil, p.errorf("States.%s does not take %d arguments", call.Name, n)
	}
	return call, nil
}

func (p *parser) argument(depth int) (argument, error) {
	p.space()
	if p.pos == len(p.text) {
		return argument{}, p.errorf("an argument is missing")
	}
	switch c := p.text[p.pos]; {
	case c == '\'':
		text, err := p.quoted()
		return argument{literal: text}, err
	case c == '$':
		path, err := p.path()
		return argument{path: path}, err
	case c == 'S':
		call, err := p.call(depth + 1)
		return argument{call: call}, err
	}
	from := p.pos
	for p.pos < len(p.text) && strings.IndexByte(",) \t\n\r", p.text[p.pos]) < 0 {
		p.pos++
	}
	switch word := p.text[from:p.pos]; word {
	case "null":
		return argument{}, nil
	case "true", "false":
		return argument{literal: word == "true"}, nil
	default:
		number, err := strconv.ParseFloat(word, 64)
		if err != nil || number-number != 0 {
			return argument{}, p.errorf("%q is not a value", word)
		}
		return argument{literal: number}, nil
	}
}

// escaped marks a character that a backslash protects, so that States.Format
// does not take \{\} for a placeholder. It is not a legal character of JSON text.
const escaped = '\x00'

// quoted reads a string in single quotes.
func (p *parser) quoted() (string, error) {
	var b strings.Builder
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '\'':
			p.pos++
			return b.String(), nil
		case c == '\\' && p.pos+1 < len(p.text):
			p.pos++
			switch next := p.text[p.pos]; next {
			case '{', '}':
				b.WriteByte(escaped)
				b.WriteByte(next)
			case '"': // AWS was recorded to refuse it
				return "", p.errorf("a double quote must not be escaped")
			case '\'', '\\':
				b.WriteByte(next)
			default:
				b.WriteByte('\\')
				b.WriteByte(next)
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", p.errorf("a closing quote is missing")
}

// path reads up to the comma or parenthesis that ends the argument, passing
// over those in brackets and quotes.
func (p *parser) path() (*jsonpath.Path, error) {
	from, depth := p.pos, 0
	var quote byte
scan:
	for ; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[' || c == '(':
			depth++
		case (c == ']' || c == ')') && depth > 0:
			depth--
		case depth == 0 && (c == ',' || c == ')'):
			break scan
		}
	}
	path, err := jsonpath.Parse(strings.TrimSpace(p.text[from:p.pos]))
	if _, gap := errors.AsType[*jsonpath.GapError](err); gap {
		return nil, err
	}
	if err != nil {
		return nil, p.errorf("%v", err)
	}
	return path, nil
}
