package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// errSyntax is all that IAM says of a policy that breaks the grammar.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
var errSyntax = malformed("Syntax errors in policy.")

// rawPolicy is a policy as it is written.
type rawPolicy struct {
	Version   string
	ID        string
	Statement statements
}

// statements are one or a list.
type statements []rawStatement

// rawStatement holds what is absent as nil.
type rawStatement struct {
	Sid          string
	Effect       string
	Action       many
	NotAction    many
	Resource     many
	NotResource  many
	Principal    json.RawMessage
	NotPrincipal json.RawMessage
	Condition    map[string]map[string]many
}

// many is a JSON string or a list of strings.
type many []string

// UnmarshalJSON reads either form; numbers and booleans, which conditions may
// hold, become strings.
func (m *many) UnmarshalJSON(text []byte) error {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	*m = many{}
	for _, item := range list {
		switch item := item.(type) {
		case string, json.Number, bool:
			*m = append(*m, fmt.Sprint(item))
		default:
			return fmt.Errorf("%v is neither a string nor a list of strings", item)
		}
	}
	return nil
}

// UnmarshalJSON reads either form.
func (s *statements) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("{")) {
		text = append(append([]byte{'['}, text...), ']')
	}
	return strictJSON(text, (*[]rawStatement)(s))
}

func strictJSON(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

func readPolicy(text string) (*rawPolicy, error) {
	raw := &rawPolicy{}
	if !json.Valid([]byte(text)) || strictJSON([]byte(text), raw) != nil || len(raw.Statement) == 0 {
		return nil, errSyntax
	}
	if raw.Version != "" && raw.Version != "2012-10-17" && raw.Version != "2008-10-17" {
		return nil, errSyntax
	}
	for _, s := range raw.Statement {
		if !s.wellFormed() {
			return nil, errSyntax
		}
	}
	return raw, nil
}

// wellFormed tells whether a statement has an effect, in any case, and nothing
// beside what excludes it.
func (r rawStatement) wellFormed() bool {
	effect := strings.EqualFold(r.Effect, "Allow") || strings.EqualFold(r.Effect, "Deny")
	if !effect || r.Action != nil && r.NotAction != nil || r.Resource != nil && r.NotResource != nil {
		return false
	}
	for operator, keys := range r.Condition {
		if len(keys) > 0 && !isOperator(operator) {
			return false
		}
	}
	return true
}
