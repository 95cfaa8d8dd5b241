// Package jackson words what is wrong with a JSON text as services of AWS do:
// they read JSON with the Java library of that name, and pass its words on to
// their callers.
package jackson

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError is what is wrong with a text, and where.
type SyntaxError struct {
	Message string
	text    string
	at      int // bytes read until it was seen
}

func (f *SyntaxError) Error() string { return f.Message + "\n at " + f.Location() }

// Location is the place as Jackson writes it.
func (f *SyntaxError) Location() string { return Location(f.text, f.at) }

// Redacted is the error as newer releases of Jackson write it: without the text.
func (f *SyntaxError) Redacted() string {
	return f.Message + "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); " + position(f.text, f.at) + "]"
}

// Check reads a text as JSON; nil is a good one.
func Check(text string) *SyntaxError {
	if json.Valid([]byte(text)) {
		return nil
	}
	if strings.TrimSpace(text) == "" {
		return &SyntaxError{Message: "No content to map due to end-of-input", text: text}
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var open []int // where the objects and lists begin that are not closed
	for first := true; first || len(open) > 0; first = false {
		before := int(decoder.InputOffset())
		token, err := decoder.Token()
		if err != nil {
			return fault(text, before, open, err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			open = append(open, int(decoder.InputOffset())-1)
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
	end := int(decoder.InputOffset())
	return &SyntaxError{Message: "Unexpected content after the value", text: text, at: end}
}

// fault words what follows the first bytes of a text.
func fault(text string, at int, open []int, err error) *SyntaxError {
	if strings.TrimLeft(text[at:], blank) == "" && len(open) > 0 {
		begin := open[len(open)-1]
		what := map[byte]string{'{': "Object", '[': "Array"}[text[begin]]
		return &SyntaxError{text: text, at: len(text), Message: fmt.Sprintf("Unexpected end-of-input: expected close marker for %s (start marker at %s)",
			what, Location(text, begin))}
	}
	inObject := len(open) > 0 && text[open[len(open)-1]] == '{'
	return Next(text, at, inObject && strings.HasSuffix(strings.TrimRight(text[:at], blank), "{"), err)
}

const blank = " \t\r\n:,"

// Next is the fault of what follows the first bytes of a text, where a reader
// met an error; wantsName says that it expected the name of a field.
func Next(text string, at int, wantsName bool, err error) *SyntaxError {
	rest := strings.TrimLeft(text[at:], blank)
	at = len(text) - len(rest)
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "":
		return &SyntaxError{Message: "Unexpected end-of-input", text: text, at: at}
	case wantsName && first != '"':
		return &SyntaxError{text: text, at: at, Message: fmt.Sprintf("Unexpected character ('%c' (code %d)): was expecting double-quote to start field name", first, first)}
	case unicode.IsLetter(first):
		word := rest
		if end := strings.IndexFunc(rest, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' }); end >= 0 {
			word = rest[:end]
		}
		return &SyntaxError{text: text, at: at + len(word),
			Message: fmt.Sprintf("Unrecognized token '%s': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", word)}
	}
	message := err.Error()
	if err == io.EOF { //nolint:errorlint // Token gives it bare
		message = "Unexpected end-of-input"
	}
	return &SyntaxError{Message: message, text: text, at: at}
}

// shown is the most of a text that an error repeats, in characters.
const shown = 500

// Location is a place in a text, after so many bytes of it.
func Location(text string, at int) string {
	source, rest := text, ""
	if runes := []rune(text); len(runes) > shown {
		source, rest = string(runes[:shown]), fmt.Sprintf("[truncated %d chars]", len(runes)-shown)
	}
	return "[Source: (String)\"" + source + "\"" + rest + "; " + position(text, at) + "]"
}

func position(text string, at int) string {
	read := text[:at]
	column := utf8.RuneCountInString(read[strings.LastIndexByte(read, '\n')+1:]) + 1
	return fmt.Sprintf("line: %d, column: %d", strings.Count(read, "\n")+1, column)
}
