package pattern

import (
	"encoding/json"
	"fmt"
	"strings"

	"weir/localcloud/internal/jackson"
)

// reader reads a pattern token by token and words what is wrong with it as
// EventBridge does, whose parser says how far it had read.
type reader struct {
	text   string
	json   *json.Decoder
	token  json.Token
	before int // where the token before it ended
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
	r.token, r.before = token, before
	return token, nil
}

// more tells whether the list or object that is being read goes on.
func (r *reader) more() bool { return r.json.More() }

func (r *reader) offset() int { return int(r.json.InputOffset()) }

// fail is an error at the place reached. A text is read only as far as its
// opening quote until its value is asked for.
func (r *reader) fail(format string, args ...any) error {
	at := r.offset()
	if _, ok := r.token.(string); ok {
		at = r.before + strings.IndexByte(r.text[r.before:], '"') + 1
	}
	return fmt.Errorf("%s%s", fmt.Sprintf(format, args...), r.position(at))
}

// failAfter is an error after the whole token, whose value was asked for.
func (r *reader) failAfter(format string, args ...any) error {
	return fmt.Errorf("%s%s", fmt.Sprintf(format, args...), r.position(r.offset()))
}

func (r *reader) position(at int) string { return "\n at " + jackson.Location(r.text, at) }

// syntax words what is no JSON.
func (r *reader) syntax(at int, err error) error {
	return jackson.Next(r.text, at, r.token == json.Delim('{'), err)
}
