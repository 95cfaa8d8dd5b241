package events

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reader reads a pattern token by token and words what is wrong with it as
// EventBridge does, whose parser says how far it had read.
type reader struct {
	text  string
	json  *json.Decoder
	token json.Token
}

func newReader(text string) *reader {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return &reader{text: text, json: decoder}
}

// next reads a token: a json.Delim, string, json.Number, bool or nil.
func (r *reader) next() (json.Token, error) {
	before := r.offset()
	token, err := r.json.Token()
	if err != nil {
		return nil, r.syntax(before, err)
	}
	r.token = token
	return token, nil
}

// more tells whether the list or object that is being read goes on.
func (r *reader) more() bool { return r.json.More() }

func (r *reader) offset() int { return int(r.json.InputOffset()) }

// fail is an error at the place reached. A text is read only as far as its
// opening quote until its value is asked for.
func (r *reader) fail(format string, args ...any) error {
	at := r.offset()
	if text, ok := r.token.(string); ok {
		if raw, err := json.Marshal(text); err == nil && at >= len(raw) && r.text[at-len(raw):at] == string(raw) {
			at -= len(raw) - 1
		}
	}
	return fmt.Errorf("%s%s", fmt.Sprintf(format, args...), r.position(at))
}

// failAfter is an error after the whole token, whose value was asked for.
func (r *reader) failAfter(format string, args ...any) error {
	return fmt.Errorf("%s%s", fmt.Sprintf(format, args...), r.position(r.offset()))
}

// shown is the most of a pattern that an error repeats, in characters.
const shown = 500

func (r *reader) position(at int) string {
	read := r.text[:at]
	line := strings.Count(read, "\n") + 1
	column := utf8.RuneCountInString(read[strings.LastIndexByte(read, '\n')+1:]) + 1
	source, rest := r.text, ""
	if runes := []rune(r.text); len(runes) > shown {
		source, rest = string(runes[:shown]), fmt.Sprintf("[truncated %d chars]", len(runes)-shown)
	}
	return "\n at [Source: (String)\"" + source + "\"" + rest + fmt.Sprintf("; line: %d, column: %d]", line, column)
}

// syntax words what is no JSON.
func (r *reader) syntax(at int, err error) error {
	rest := strings.TrimLeft(r.text[at:], " \t\r\n:,")
	at = len(r.text) - len(rest)
	first, _ := utf8.DecodeRuneInString(rest)
	if unicode.IsLetter(first) {
		word := rest
		if end := strings.IndexFunc(rest, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' }); end >= 0 {
			word = rest[:end]
		}
		return fmt.Errorf("Unrecognized token '%s': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')%s",
			word, r.position(at+len(word)))
	}
	if rest != "" && first != '"' && r.token == json.Delim('{') {
		return fmt.Errorf("Unexpected character ('%c' (code %d)): was expecting double-quote to start field name%s", first, first, r.position(at))
	}
	return fmt.Errorf("%w%s", err, r.position(at))
}
