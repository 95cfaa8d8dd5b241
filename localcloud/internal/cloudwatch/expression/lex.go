package expression

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errSyntax is what AWS says of every expression that it cannot read.
var errSyntax = errors.New("Invalid syntax")

type kind int

const (
	endOfText kind = iota
	number
	name
	text
	symbol // operators, parentheses, brackets, comma
)

type token struct {
	kind kind
	text string
}

// symbols by length: longer ones are tried first.
var symbols = []string{"==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "^", "(", ")", "[", "]", ","}

// lex splits an expression into tokens. The last is endOfText.
func lex(expression string) ([]token, error) {
	var tokens []token
	for rest := expression; ; {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if rest == "" {
			return append(tokens, token{}), nil
		}
		next, size, err := first(rest)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, next)
		rest = rest[size:]
	}
}

// first is the token at the start of a text, and its length in bytes.
func first(rest string) (token, int, error) {
	switch c := rest[0]; {
	case c == '\'' || c == '"':
		return quoted(rest)
	case isDigit(c) || c == '.':
		size := numberSize(rest)
		return token{number, rest[:size]}, size, nil
	case isLetter(c):
		size := 1
		for size < len(rest) && (isLetter(rest[size]) || isDigit(rest[size])) {
			size++
		}
		return token{name, rest[:size]}, size, nil
	}
	for _, s := range symbols {
		if strings.HasPrefix(rest, s) {
			return token{symbol, s}, len(s), nil
		}
	}
	return token{}, 0, errSyntax
}

// numberSize is the length of a number: digits, a fraction, an exponent.
func numberSize(rest string) int {
	size := 0
	digits := func() {
		for size < len(rest) && isDigit(rest[size]) {
			size++
		}
	}
	digits()
	if size < len(rest) && rest[size] == '.' {
		size++
		digits()
	}
	if size < len(rest) && (rest[size] == 'e' || rest[size] == 'E') {
		mark := size
		size++
		if size < len(rest) && (rest[size] == '+' || rest[size] == '-') {
			size++
		}
		before := size
		if digits(); size == before {
			size = mark
		}
	}
	return size
}

// quoted reads a text in single or double quotes; a backslash takes the next
// character as it is.
func quoted(rest string) (token, int, error) {
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == rest[0]:
			if !utf8.ValidString(b.String()) {
				return token{}, 0, errSyntax
			}
			return token{text, b.String()}, i + 1, nil
		case rest[i] == '\\' && i+1 < len(rest):
			i++
		}
		b.WriteByte(rest[i])
	}
	return token{}, 0, errSyntax
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }
