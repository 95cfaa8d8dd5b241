// Package asl reads definitions in the Amazon States Language and tells, in
// AWS's words, what is wrong with them. It knows the language
// (https://states-language.net/spec.html), not how to run it.
package asl

import "fmt"

// Diagnostic is one thing wrong with a definition.
type Diagnostic struct {
	// Code as ValidateStateMachineDefinition has it, "SCHEMA_VALIDATION_FAILED".
	Code    string
	Message string
	// Location is a path into the definition, "/States/Plan/Next"; empty where
	// AWS gives none.
	Location string
	// Warning marks a finding that does not keep a machine from being created.
	Warning bool
	// Gap marks what AWS takes and the local cloud does not.
	Gap bool
}

// The codes of diagnostics.
const (
	InvalidJSON        = "INVALID_JSON_DESCRIPTION"
	SchemaFailed       = "SCHEMA_VALIDATION_FAILED"
	MissingTarget      = "MISSING_TRANSITION_TARGET"
	MissingEnd         = "MISSING_END_STATE"
	InvalidJSONata     = "INVALID_JSONATA_EXPRESSION"
	UnsupportedJSONata = "UNSUPPORTED_JSONATA_EXPRESSION"
	DuplicateState     = "DUPLICATE_STATE_NAME"
	InvalidState       = "INVALID_STATE_NAME"
	NoDollar           = "NO_DOLLAR"
	NoPath             = "NO_PATH"
	StaticResult       = "PASS_RESULT_IS_STATIC"
	// NotEmulated is the local cloud's own, of gaps.
	NotEmulated = "NOT_EMULATED"
	// ReservedError is the local cloud's own, of error names that the language keeps to itself.
	ReservedError = "RESERVED_ERROR_NAME"
)

func (d Diagnostic) String() string {
	location := d.Location
	if location == "" {
		location = "null"
	}
	return fmt.Sprintf("%s: %s at %s", d.Code, d.Message, location)
}
