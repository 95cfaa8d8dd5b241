// Package requests reads what a release is asked for. It is apart from
// internal/release so that only the function that plans, and the CLI, start with
// a schema library; see docs/contribute/decisions/cold-start.md.
package requests

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

	"weir/internal/release"
)

// Schema is the JSON Schema of a request: the same text that documents
// the input validates it.
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

// Parse validates raw against the schema, then against what a schema cannot say,
// and fills in the defaults. Every failure is an Error named InvalidRequest that
// names the field, its value and what would be right.
func Parse(raw json.RawMessage) (release.Request, error) {
	if err := validate(raw); err != nil {
		return release.Request{}, err
	}
	return release.ReadRequest(raw)
}

// validate checks raw against the request schema and says, for the first
// fault, which field has which value and what would be right.
func validate(raw json.RawMessage) error {
	known, err := resolvedSchema()
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return release.Errorf(release.InvalidRequest, "The request is not JSON: %v.", err)
	}
	if err := known.Validate(value); err != nil {
		return release.Errorf(release.InvalidRequest, "%s", explain(known.Schema(), value, err))
	}
	return nil
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
