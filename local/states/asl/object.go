package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// object is a JSON object that remembers the order of its keys, so that
// diagnostics come in the order of the document.
type object struct {
	keys   []string
	values map[string]any // *object, []any, string, float64, bool or nil
}

func (o *object) has(key string) bool {
	_, ok := o.values[key]
	return ok
}

// maxDepth of nesting in a definition; a deeper one is refused rather than
// followed.
const maxDepth = 200

func parseObject(text []byte) (*object, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	value, err := parseValue(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("unexpected text after the definition at offset %d", decoder.InputOffset())
	}
	o, ok := value.(*object)
	if !ok {
		return nil, fmt.Errorf("the definition must be a JSON object")
	}
	return o, nil
}

func parseValue(decoder *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return parseMembers(decoder, depth)
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, err := parseValue(decoder, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := decoder.Token()
		return list, err
	}
	return token, nil
}

func parseMembers(decoder *json.Decoder, depth int) (*object, error) {
	o := &object{values: map[string]any{}}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("a key must be a string, not %v", token)
		}
		if o.has(key) {
			return nil, fmt.Errorf("Duplicate field '%s'", key)
		}
		value, err := parseValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		o.keys = append(o.keys, key)
		o.values[key] = value
	}
	_, err := decoder.Token()
	return o, err
}

// plain turns ordered objects into maps.
func plain(value any) any {
	switch value := value.(type) {
	case *object:
		m := make(map[string]any, len(value.keys))
		for key, member := range value.values {
			m[key] = plain(member)
		}
		return m
	case []any:
		list := make([]any, len(value))
		for i, member := range value {
			list[i] = plain(member)
		}
		return list
	}
	return value
}
