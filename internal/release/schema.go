package release

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// RequestSchema is the JSON Schema of a request: the same text that documents
// the input validates it.
//
//go:embed request.schema.json
var RequestSchema []byte

// requestSchema compiles once, when the first request is planned: handlers that
// plan nothing do not pay for it.
var requestSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(RequestSchema))
	if err != nil {
		return nil, fmt.Errorf("read the request schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("request.schema.json", document); err != nil {
		return nil, fmt.Errorf("load the request schema: %w", err)
	}
	return compiler.Compile("request.schema.json")
})

// validateSchema checks raw against the request schema and says, for the first
// fault, which field has which value and what would be right.
func validateSchema(raw json.RawMessage) error {
	schema, err := requestSchema()
	if err != nil {
		return err
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return Errorf(InvalidRequest, "The request is not JSON: %v.", err)
	}
	err = schema.Validate(instance)
	if err == nil {
		return nil
	}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return fmt.Errorf("validate the request: %w", err)
	}
	return explain(firstFault(invalid), instance)
}

// firstFault descends to the fault that caused the others.
func firstFault(fault *jsonschema.ValidationError) *jsonschema.ValidationError {
	for len(fault.Causes) > 0 {
		fault = fault.Causes[0]
	}
	return fault
}

func explain(fault *jsonschema.ValidationError, instance any) error {
	field, value := locate(instance, fault.InstanceLocation)
	switch k := fault.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		unknown := joinField(field, k.Properties[0])
		return Errorf(InvalidRequest, "%s is not a field of a release request; check its spelling or leave it out.", unknown)
	case *kind.Required:
		return Errorf(InvalidRequest, "%s is missing; it is required.", joinField(field, k.Missing[0]))
	}
	if field == "" {
		field = "The request"
	}
	english := message.NewPrinter(language.English)
	return Errorf(InvalidRequest, "%s is %s, which is not right: %s.", field, show(value), fault.ErrorKind.LocalizedString(english))
}

// locate finds the value at a path and writes the path as people do:
// strategy.steps[1].weight.
func locate(instance any, path []string) (field string, value any) {
	value = instance
	for _, key := range path {
		switch node := value.(type) {
		case map[string]any:
			field, value = joinField(field, key), node[key]
		case []any:
			index, err := strconv.Atoi(key)
			if err != nil || index >= len(node) {
				return field, nil
			}
			field, value = field+"["+key+"]", node[index]
		}
	}
	return field, value
}

func joinField(parent, key string) string {
	if parent == "" {
		return key
	}
	return parent + "." + key
}

func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	const most = 80
	if len(text) > most {
		return strings.ToValidUTF8(string(text[:most]), "") + "…"
	}
	return string(text)
}
