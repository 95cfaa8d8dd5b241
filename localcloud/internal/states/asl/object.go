package asl

import (
	"encoding/json"
	"fmt"
	"strings"

	"weir/localcloud/internal/ordered"
)

// maxDepth of nesting in a definition; a deeper one is refused rather than
// followed.
const maxDepth = 200

// parseObject reads a text that is one JSON object, none of whose objects has a
// member twice.
func parseObject(text string) (*ordered.Object, error) {
	value, err := ordered.Decode(text)
	if err != nil {
		return nil, err
	}
	if err := distinct(json.NewDecoder(strings.NewReader(text)), 0); err != nil {
		return nil, err
	}
	o, ok := value.(*ordered.Object)
	if !ok {
		return nil, fmt.Errorf("the definition must be a JSON object")
	}
	return o, nil
}

// distinct looks for a member that an object has twice.
func distinct(decoder *json.Decoder, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d", maxDepth)
	}
	token, err := decoder.Token()
	if _, opens := token.(json.Delim); err != nil || !opens {
		return err
	}
	seen := map[json.Token]bool{}
	for decoder.More() {
		if token == json.Delim('{') {
			name, err := decoder.Token()
			if err != nil {
				return err
			}
			if seen[name] {
				return fmt.Errorf("Duplicate field '%v'", name)
			}
			seen[name] = true
		}
		if err := distinct(decoder, depth+1); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}
