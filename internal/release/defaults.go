package release

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// fill adds the defaults of a schema to a value that fits it: to each missing
// property that has one, and to each missing object that has one inside. The
// library's own ApplyDefaults follows neither references nor items.
func fill(root, schema *jsonschema.Schema, value any) error {
	schema = resolve(root, schema)
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if err := fill(root, schema.Items, item); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, property := range schema.Properties {
			if _, given := value[name]; !given {
				standard, ok, err := defaultOf(root, property)
				if err != nil {
					return fmt.Errorf("read the default of %s: %w", name, err)
				}
				if !ok {
					continue
				}
				value[name] = standard
			}
			if err := fill(root, property, value[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// defaultOf returns the default of a property that is missing.
func defaultOf(root, property *jsonschema.Schema) (standard any, ok bool, err error) {
	if property.Default != nil {
		err = json.Unmarshal(property.Default, &standard)
		return standard, true, err
	}
	object := resolve(root, property)
	if len(object.Required) > 0 {
		return nil, false, nil // only who writes the object can say what it must hold
	}
	for _, inner := range object.Properties {
		if _, ok, err := defaultOf(root, inner); ok || err != nil {
			return map[string]any{}, true, err
		}
	}
	return nil, false, nil
}

// resolve follows a reference to one of the root's definitions.
func resolve(root, schema *jsonschema.Schema) *jsonschema.Schema {
	if name, ok := strings.CutPrefix(schema.Ref, "#/$defs/"); ok {
		return root.Defs[name]
	}
	return schema
}
