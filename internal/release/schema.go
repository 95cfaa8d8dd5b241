package release

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
)

// Schema is the JSON Schema of a request. The same text documents the input,
// validates it and holds its defaults.
//
//go:embed request.schema.json
var Schema []byte

// resolvedSchema is read once, when the first request is planned.
var resolvedSchema = sync.OnceValues(func() (*jsonschema.Resolved, error) {
	var schema jsonschema.Schema
	if err := json.Unmarshal(Schema, &schema); err != nil {
		return nil, fmt.Errorf("read the request schema: %w", err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		return nil, fmt.Errorf("read the request schema: %w", err)
	}
	return resolved, nil
})

// ParseRequest validates raw against the schema, fills in the schema's defaults,
// and checks what a schema cannot say. Every failure is an Error named
// InvalidRequest that names the field, its value and what would be right.
func ParseRequest(raw json.RawMessage) (Request, error) {
	known, err := resolvedSchema()
	if err != nil {
		return Request{}, err
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return Request{}, Errorf(InvalidRequest, "The request is not JSON: %v.", err)
	}
	if err := known.Validate(value); err != nil {
		return Request{}, Errorf(InvalidRequest, "%s", explain(known.Schema(), value, err))
	}
	if err := fill(known.Schema(), known.Schema(), value); err != nil {
		return Request{}, err
	}
	whole, err := json.Marshal(value)
	if err != nil {
		return Request{}, fmt.Errorf("write the request: %w", err)
	}
	var request Request
	if err := json.Unmarshal(whole, &request); err != nil {
		return Request{}, Errorf(InvalidRequest, "The request cannot be read: %v.", err)
	}
	return request, request.check()
}

// explain words a finding of the schema library, which nests as it went down the
// schema: "validating /properties/target: ...: what is wrong". It tells no index
// of an item, which is found by asking again.
func explain(root *jsonschema.Schema, value any, err error) string {
	field, known, meaning := "", root, ""
	for inner := errors.Unwrap(err); inner != nil; err, inner = inner, errors.Unwrap(inner) {
		pointer := strings.TrimPrefix(strings.TrimSuffix(err.Error(), ": "+inner.Error()), "validating ")
		parent, key := split(pointer)
		switch {
		case strings.HasSuffix(parent, "/properties"):
			object, _ := value.(map[string]any)
			field, known, value = strings.TrimPrefix(field+"."+key, "."), known.Properties[key], object[key]
		case key == "items":
			items, _ := value.([]any)
			i := firstWrong(root, known.Items, items)
			field, known = fmt.Sprintf("%s[%d]", field, i), known.Items
			if i < len(items) {
				value = items[i]
			}
		case parent == "/$defs":
			known = root.Defs[key]
		}
		if known.Description != "" && known != root {
			meaning = " " + known.Description
		}
	}
	finding := asWritten(err.Error())
	if strings.HasPrefix(finding, "unexpected additional properties") {
		meaning = " There are " + strings.Join(slices.Sorted(maps.Keys(known.Properties)), ", ") + "."
	}
	if field == "" {
		field = "The request"
	}
	return fmt.Sprintf("%s is not right: %s.%s", field, finding, meaning)
}

// firstWrong is the index of the first item that its schema, which may refer to
// the root's definitions, refuses.
func firstWrong(root, schema *jsonschema.Schema, items []any) int {
	alone := schema.CloneSchemas()
	alone.Defs = root.CloneSchemas().Defs
	known, err := alone.Resolve(nil)
	if err != nil {
		return 0 // it was resolved as a part of the root already
	}
	return max(0, slices.IndexFunc(items, func(item any) bool { return known.Validate(item) != nil }))
}

// asWritten puts values back as they were in the request: the library writes
// whole numbers as fractions, others with six decimals, and null as Go knows it.
func asWritten(finding string) string {
	finding = strings.NewReplacer("/1 ", " ", "<invalid reflect.Value>", "null").Replace(finding)
	return regexp.MustCompile(`(\.\d*[1-9])0+$|\.0+$`).ReplaceAllString(finding, "$1")
}

// split cuts a JSON pointer before its last part.
func split(pointer string) (parent, last string) {
	i := strings.LastIndex(pointer, "/")
	if i < 0 {
		return "", pointer
	}
	return pointer[:i], pointer[i+1:]
}
