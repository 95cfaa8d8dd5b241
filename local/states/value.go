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

func decode(text string) (any, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("not UTF-8")
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return nil, err
	}
	return value, nil
}

// number is a JSON number that is whole.
func whole(value any) (int64, bool) {
	n, ok := value.(float64)
	if !ok || n != float64(int64(n)) {
		return 0, false
	}
	return int64(n), true
}
