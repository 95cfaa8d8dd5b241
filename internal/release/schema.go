package release

import (
	_ "embed"
	"encoding/json"
	"sync"

	"weir/internal/schema"
)

// RequestSchema is the JSON Schema of a request: the same text that documents
// the input validates it.
//
//go:embed request.schema.json
var RequestSchema []byte

// requestSchema is read once, when the first request is planned: handlers that
// plan nothing do not pay for it.
var requestSchema = sync.OnceValues(func() (*schema.Schema, error) { return schema.Parse(RequestSchema) })

// validateSchema checks raw against the request schema and says, for the first
// fault, which field has which value and what would be right.
func validateSchema(raw json.RawMessage) error {
	known, err := requestSchema()
	if err != nil {
		return err
	}
	if err := known.Check("The request", raw); err != nil {
		return Errorf(InvalidRequest, "%v", err)
	}
	return nil
}
