package schema_test

import (
	"errors"
	"strings"
	"testing"

	"weir/internal/schema"
)

const orders = `{
	"type": "object", "additionalProperties": false, "required": ["size"],
	"properties": {
		"size": {"$ref": "#/$defs/count", "description": "How many."},
		"colour": {"type": ["string", "null"], "enum": ["red", "blue"]},
		"name": {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-zé]+$", "description": "For the record."},
		"price": {"type": "number", "exclusiveMinimum": 0},
		"tags": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "object", "required": ["key"], "properties": {"key": {}}}}
	},
	"$defs": {"count": {"type": "integer", "minimum": 1, "maximum": 10}}
}`

// A fault names the field, its value, what would be right and what the field is.
func TestFaults(t *testing.T) {
	s, err := schema.Parse([]byte(orders))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ value, want string }{
		{`{"size": 10, "colour": "red", "name": "éé", "price": 0.01, "tags": [{"key": null, "more": 1}]}`, ""},
		{`{"size": 1.0}`, ""},
		{`{"size": 11}`, "size is 11, which is not right: want at most 10. How many."},
		{`{"size": 0}`, "size is 0, which is not right: want at least 1. How many."},
		{`{"size": 1.5}`, "size is 1.5, which is not right: want integer. How many."},
		{`{}`, "size is missing; it is required. How many."},
		{`[]`, "The order is [], which is not right: want object."},
		{`{"size": 1, "colur": "red"}`, "colur is not a field; check its spelling or leave it out. There are colour, name, price, size, tags."},
		{`{"size": 1, "colour": "green"}`, `colour is "green", which is not right: want one of red, blue.`},
		{`{"size": 1, "colour": null}`, `colour is null, which is not right: want one of red, blue.`},
		{`{"size": 1, "colour": 1}`, `colour is 1, which is not right: want string or null.`},
		{`{"size": 1, "name": "é"}`, `name is "é", which is not right: want at least 2 characters. For the record.`},
		{`{"size": 1, "name": "aaaaa"}`, `name is "aaaaa", which is not right: want at most 4 characters. For the record.`},
		{`{"size": 1, "name": "AB"}`, `name is "AB", which is not right: want a text that matches ^[a-zé]+$. For the record.`},
		{`{"size": 1, "price": 0}`, `price is 0, which is not right: want more than 0.`},
		{`{"size": 1, "tags": []}`, `tags is [], which is not right: want at least 1 items.`},
		{`{"size": 1, "tags": [{}, {}, {}]}`, `tags is [{},{},{}], which is not right: it has 3 items; want at most 2.`},
		{`{"size": 1, "tags": [{"key": 1}, {}]}`, `tags[1].key is missing; it is required.`},
		{`{"size": 1, "name": "` + strings.Repeat("é", 100) + `"}`,
			`name is "` + strings.Repeat("é", 39) + `…, which is not right: want at most 4 characters. For the record.`},
		{`{`, "The order is not JSON: unexpected EOF."},
		{`{"size": 1} 2`, "The order is not JSON: something follows its end."},
	} {
		err := s.Check("The order", []byte(test.value))
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", test.value, err)
			}
			continue
		}
		if fault, ok := errors.AsType[*schema.Fault](err); !ok || fault.Sentence != test.want {
			t.Errorf("%s:\n got %v\nwant %s", test.value, err, test.want)
		}
	}
}

// A schema with something that Check would not check is refused.
func TestParseRefusesWhatItWouldNotCheck(t *testing.T) {
	for _, text := range []string{
		`{`,
		`{"multipleOf": 5}`,
		`{"properties": {"a": {"oneOf": []}}}`,
		`{"enum": [1, 2]}`,
		`{"additionalProperties": {"type": "string"}}`,
		`{"pattern": "("}`,
		`{"items": {"$ref": "#/$defs/none"}}`,
		`{"$ref": "other.json"}`,
		`{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}`,
		`{"$defs": {"a": {"pattern": "("}}}`,
		`{"required": ["a"]}`,
	} {
		if _, err := schema.Parse([]byte(text)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}
