package ordered

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Decode reads a JSON value. Of members with the same name the last one holds.
// A number is a float64 if that is written the same way, and otherwise keeps its
// text as a json.Number: 0.0 and integers of any length are passed on as they
// came.
func Decode(text string) (any, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("not UTF-8")
	}
	var whole json.RawMessage // a decoder would not mind what follows a value
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(whole))
	decoder.UseNumber()
	return read(decoder)
}

func read(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Number:
		return lighten(token), nil
	case json.Delim:
		if token == '{' {
			return readObject(decoder)
		}
		return readList(decoder)
	}
	return token, nil
}

func readObject(decoder *json.Decoder) (*Object, error) {
	object := New()
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		value, err := read(decoder)
		if err != nil {
			return nil, err
		}
		object.Set(name.(string), value)
	}
	_, err := decoder.Token()
	return object, err
}

func readList(decoder *json.Decoder) ([]any, error) {
	list := []any{}
	for decoder.More() {
		value, err := read(decoder)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := decoder.Token()
	return list, err
}

// lighten makes a float64 of a number that is written the same way as one.
func lighten(number json.Number) any {
	f, err := number.Float64()
	if text, _ := json.Marshal(f); err != nil || string(text) != string(number) {
		return number
	}
	return f
}

// Number reads a number of either kind.
func Number(value any) (float64, bool) {
	if text, ok := value.(json.Number); ok {
		f, err := text.Float64()
		return f, err == nil
	}
	f, ok := value.(float64)
	return f, ok
}

// Encode writes a value as JSON, without HTML escapes.
func Encode(value any) string {
	text, err := encode(value)
	if err != nil {
		// Values come from JSON or from this program; anything else is a bug
		// that must be seen.
		panic(fmt.Sprintf("ordered: encode %T: %v", value, err))
	}
	return text
}

// MarshalJSON writes the object for encoding/json.
func (o *Object) MarshalJSON() ([]byte, error) {
	text, err := encode(o)
	return []byte(text), err
}

func encode(value any) (string, error) {
	var w writer
	w.scalars = json.NewEncoder(&w.text)
	w.scalars.SetEscapeHTML(false)
	err := w.write(value)
	return w.text.String(), err
}

// writer writes objects and arrays itself and leaves the rest to encoding/json.
type writer struct {
	text    bytes.Buffer
	scalars *json.Encoder
}

func (w *writer) write(value any) error {
	switch value := value.(type) {
	case *Object:
		return w.object(value)
	case []any:
		return w.list(value)
	case string:
		if plain(value) {
			w.quote(value)
			return nil
		}
	}
	if err := w.scalars.Encode(value); err != nil {
		return err
	}
	w.text.Truncate(w.text.Len() - 1) // the encoder ends the line
	return nil
}

func (w *writer) object(o *Object) error {
	w.text.WriteByte('{')
	comma := false
	for name, member := range o.All() {
		if comma {
			w.text.WriteByte(',')
		}
		comma = true
		if plain(name) {
			w.quote(name)
		} else if err := w.write(name); err != nil {
			return err
		}
		w.text.WriteByte(':')
		if err := w.write(member); err != nil {
			return err
		}
	}
	w.text.WriteByte('}')
	return nil
}

// plain tells whether a text is written as it stands.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (w *writer) quote(text string) {
	w.text.WriteByte('"')
	w.text.WriteString(text)
	w.text.WriteByte('"')
}

func (w *writer) list(list []any) error {
	w.text.WriteByte('[')
	for i, member := range list {
		if i > 0 {
			w.text.WriteByte(',')
		}
		if err := w.write(member); err != nil {
			return err
		}
	}
	w.text.WriteByte(']')
	return nil
}
