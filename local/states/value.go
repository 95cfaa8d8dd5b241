package states

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// maxPayload is the size of an input or output, in bytes of UTF-8
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxPayload = 256 << 10

// encode is JSON as Step Functions writes it, without HTML escapes.
func encode(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		// Values come from JSON or from this package; anything else is a bug
		// that must be seen.
		panic(fmt.Sprintf("states: encode %T: %v", value, err))
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// decode reads JSON. A number is a float64 if that is written the same way, and
// otherwise keeps its text as a json.Number: states pass on 0.0 and integers of
// any length as they came.
func decode(text string) (any, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("not UTF-8")
	}
	var whole json.RawMessage // a decoder would not mind what follows a value
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(whole))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return lighten(value), nil
}

// lighten makes a float64 of each number that is written the same way as one.
func lighten(value any) any {
	switch value := value.(type) {
	case json.Number:
		if f, err := value.Float64(); err == nil && encode(f) == string(value) {
			return f
		}
	case map[string]any:
		for name, member := range value {
			value[name] = lighten(member)
		}
	case []any:
		for i, member := range value {
			value[i] = lighten(member)
		}
	}
	return value
}

// numeric reads a number of either kind.
func numeric(value any) (float64, bool) {
	if text, ok := value.(json.Number); ok {
		f, err := text.Float64()
		return f, err == nil
	}
	f, ok := value.(float64)
	return f, ok
}

// whole is a number without a fraction.
func whole(value any) (int64, bool) {
	n, ok := numeric(value)
	if !ok || n != float64(int64(n)) {
		return 0, false
	}
	return int64(n), true
}
