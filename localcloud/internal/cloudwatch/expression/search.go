package expression

import (
	"errors"
	"slices"
	"strings"
	"unicode"
)

// Metric is what a search looks at.
type Metric struct {
	Namespace, Name string
	// Dimensions in the order of their names.
	Dimensions []Dimension
}

// Dimension of a metric.
type Dimension struct{ Name, Value string }

// Search is a search expression that has been read: a schema and a term, either
// of which may be absent.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
type Search struct {
	namespace  string
	dimensions []string // sorted
	schema     bool
	term       matcher // nil where there is none
}

// matcher tells whether a metric fits.
type matcher func(Metric) bool

// Match tells whether a metric is found. A schema's dimensions are all those
// that a metric has.
func (s Search) Match(m Metric) bool {
	if s.schema {
		names := make([]string, len(m.Dimensions))
		for i, d := range m.Dimensions {
			names[i] = d.Name
		}
		slices.Sort(names)
		if m.Namespace != s.namespace || !slices.Equal(names, s.dimensions) {
			return false
		}
	}
	return s.term == nil || s.term(m)
}

var errSearch = errors.New("Invalid SEARCH expression")

// maxSearch is how long the first argument of SEARCH may be.
const maxSearch = 1024

// ParseSearch reads the first argument of SEARCH.
func ParseSearch(text string) (Search, error) {
	var s Search
	if len(text) > maxSearch {
		return s, errSearch
	}
	rest := strings.TrimSpace(text)
	if strings.HasPrefix(rest, "{") {
		schema, after, ok := strings.Cut(rest[1:], "}")
		if !ok {
			return s, errSearch
		}
		for i, name := range strings.Split(schema, ",") {
			name = strings.Trim(strings.TrimSpace(name), `"`)
			switch {
			case name == "":
				return s, errSearch
			case i == 0:
				s.namespace = name
			default:
				s.dimensions = append(s.dimensions, name)
			}
		}
		slices.Sort(s.dimensions)
		s.schema, rest = true, strings.TrimSpace(after)
	}
	if rest == "" && s.schema {
		return s, nil
	}
	words, err := splitTerm(rest)
	if err != nil {
		return s, err
	}
	p := &termParser{words: words}
	s.term, err = p.either()
	if err == nil && len(p.words) > 0 {
		err = errSearch
	}
	return s, err
}

// termWord is a word of a search term; a quoted one is to be matched exactly.
type termWord struct {
	text   string
	quoted bool
}

func splitTerm(rest string) ([]termWord, error) {
	var words []termWord
	for rest = strings.TrimLeftFunc(rest, unicode.IsSpace); rest != ""; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		switch c := rest[0]; {
		case c == '"':
			inner, after, ok := strings.Cut(rest[1:], `"`)
			if !ok {
				return nil, errSearch
			}
			words, rest = append(words, termWord{inner, true}), after
		case c == '(' || c == ')' || c == '=':
			words, rest = append(words, termWord{text: rest[:1]}), rest[1:]
		default:
			size := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`()="`, r) })
			if size < 0 {
				size = len(rest)
			}
			words, rest = append(words, termWord{text: rest[:size]}), rest[size:]
		}
	}
	return words, nil
}

type termParser struct {
	words []termWord
	depth int
}

func (p *termParser) is(word string) bool {
	return len(p.words) > 0 && !p.words[0].quoted && p.words[0].text == word
}

func (p *termParser) either() (matcher, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errSearch
	}
	defer func() { p.depth-- }()
	left, err := p.both()
	for err == nil && p.is("OR") {
		p.words = p.words[1:]
		var right matcher
		right, err = p.both()
		first := left
		left = func(m Metric) bool { return first(m) || right(m) }
	}
	return left, err
}

// both reads terms that must all fit, with AND between them or nothing.
func (p *termParser) both() (matcher, error) {
	left, err := p.not()
	for err == nil && len(p.words) > 0 && !p.is("OR") && !p.is(")") {
		if p.is("AND") {
			p.words = p.words[1:]
		}
		var right matcher
		right, err = p.not()
		first := left
		left = func(m Metric) bool { return first(m) && right(m) }
	}
	return left, err
}

func (p *termParser) not() (matcher, error) {
	if !p.is("NOT") {
		return p.one()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, errSearch
	}
	defer func() { p.depth-- }()
	p.words = p.words[1:]
	inner, err := p.not()
	return func(m Metric) bool { return !inner(m) }, err
}

func (p *termParser) one() (matcher, error) {
	if len(p.words) == 0 || p.is(")") || p.is("=") || p.is("OR") || p.is("AND") {
		return nil, errSearch
	}
	if p.is("(") {
		p.words = p.words[1:]
		inner, err := p.either()
		if err == nil && !p.is(")") {
			err = errSearch
		}
		if err == nil {
			p.words = p.words[1:]
		}
		return inner, err
	}
	word := p.words[0]
	p.words = p.words[1:]
	if !p.is("=") {
		return anywhere(word), nil
	}
	p.words = p.words[1:]
	if p.is("(") { // MetricName=(a OR b)
		return p.designatedGroup(word.text)
	}
	if len(p.words) == 0 || p.is(")") || p.is("=") {
		return nil, errSearch
	}
	value := p.words[0]
	p.words = p.words[1:]
	return designated(word.text, value), nil
}

// designatedGroup reads the values in parentheses after a designator, of which
// one must fit.
func (p *termParser) designatedGroup(designator string) (matcher, error) {
	var choices []matcher
	for p.words = p.words[1:]; !p.is(")"); p.words = p.words[1:] {
		switch {
		case len(p.words) == 0 || p.is("(") || p.is("="):
			return nil, errSearch
		case p.is("OR"):
		default:
			choices = append(choices, designated(designator, p.words[0]))
		}
	}
	p.words = p.words[1:]
	return func(m Metric) bool {
		return slices.ContainsFunc(choices, func(fits matcher) bool { return fits(m) })
	}, nil
}

// designated matches one property of a metric, or a dimension's value.
func designated(designator string, value termWord) matcher {
	return func(m Metric) bool {
		switch designator {
		case "Namespace":
			return fits(value, m.Namespace)
		case "MetricName":
			return fits(value, m.Name)
		}
		return slices.ContainsFunc(m.Dimensions, func(d Dimension) bool {
			return designator == "DimensionName" && fits(value, d.Name) || designator == d.Name && fits(value, d.Value)
		})
	}
}

// anywhere matches a metric's namespace, name, and the names and values of its
// dimensions.
func anywhere(word termWord) matcher {
	return func(m Metric) bool {
		return fits(word, m.Namespace) || fits(word, m.Name) || slices.ContainsFunc(m.Dimensions, func(d Dimension) bool {
			return fits(word, d.Name) || fits(word, d.Value)
		})
	}
}

// fits matches a quoted word exactly, and another by its tokens: the text must
// have every one of them.
func fits(word termWord, text string) bool {
	if word.quoted {
		return word.text == text
	}
	if strings.EqualFold(word.text, text) {
		return true
	}
	have := tokensOf(text)
	for _, want := range tokensOf(word.text) {
		if !slices.Contains(have, want) {
			return false
		}
	}
	return true
}

// tokensOf splits a text at what is no letter and no digit, and where the case
// or the kind of character changes, in lower case.
func tokensOf(text string) []string {
	var tokens []string
	var current strings.Builder
	flush := func() {
		if current.Len() > 0 {
			tokens = append(tokens, strings.ToLower(current.String()))
			current.Reset()
		}
	}
	runes := []rune(text)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if i > 0 {
			before := runes[i-1]
			starts := unicode.IsUpper(r) && (unicode.IsLower(before) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
			if starts || unicode.IsDigit(r) != unicode.IsDigit(before) {
				flush()
			}
		}
		current.WriteRune(r)
	}
	flush()
	return tokens
}
