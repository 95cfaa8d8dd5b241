// Package schema checks a JSON value against a JSON Schema (draft 2020-12) and
// says what is wrong in words for the person who wrote the value.
//
// It knows the keywords that Weir's schema of a release request uses, and
// refuses a schema that uses another: nothing is silently left unchecked. It
// stands in for a full implementation because a handler must start fast; see
// docs/decisions/cold-start.md. Its tests compare it with a full one.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Schema is a schema that values are checked against.
type Schema struct{ root *node }

// node is one schema within a schema.
type node struct {
	Dialect     string           `json:"$schema"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Defs        map[string]*node `json:"$defs"` // of the root alone
	Ref         string           `json:"$ref"`  // "#/$defs/name"

	Type             types    `json:"type"`
	Enum             []string `json:"enum"`
	Pattern          string   `json:"pattern"`
	MinLength        *int     `json:"minLength"` // characters
	MaxLength        *int     `json:"maxLength"` // characters
	Minimum          *float64 `json:"minimum"`
	ExclusiveMinimum *float64 `json:"exclusiveMinimum"`
	Maximum          *float64 `json:"maximum"`

	MinItems *int  `json:"minItems"`
	MaxItems *int  `json:"maxItems"`
	Items    *node `json:"items"`

	Properties map[string]*node `json:"properties"`
	Required   []string         `json:"required"`
	Additional *bool            `json:"additionalProperties"`

	target  *node          // what Ref names
	pattern *regexp.Regexp // Pattern
}

// types is one type or several of them.
type types []string

func (t *types) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(t))
}

// Parse reads a schema.
func Parse(text []byte) (*Schema, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	root := &node{}
	if err := decoder.Decode(root); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	if err := root.resolve(root.Defs); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	for name, def := range root.Defs {
		if err := def.resolve(root.Defs); err != nil {
			return nil, fmt.Errorf("read the schema's %s: %w", name, err)
		}
	}
	return &Schema{root}, nil
}

// resolve finds what references name and compiles patterns, in n and below it.
func (n *node) resolve(defs map[string]*node) error {
	if n.Ref != "" {
		name, ok := strings.CutPrefix(n.Ref, "#/$defs/")
		n.target = defs[name]
		// A definition that is itself a reference could lead in a circle.
		if !ok || n.target == nil || n.target.Ref != "" {
			return fmt.Errorf("%q is no definition of it", n.Ref)
		}
	}
	if n.Pattern != "" {
		pattern, err := regexp.Compile(n.Pattern)
		if err != nil {
			return fmt.Errorf("compile a pattern: %w", err)
		}
		n.pattern = pattern
	}
	if n.Items != nil {
		if err := n.Items.resolve(defs); err != nil {
			return err
		}
	}
	for _, key := range n.Required {
		if n.Properties[key] == nil {
			return fmt.Errorf("it requires %q, which is no property of it", key)
		}
	}
	for _, property := range n.Properties {
		if err := property.resolve(defs); err != nil {
			return err
		}
	}
	return nil
}
