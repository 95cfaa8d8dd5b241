package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// document is a policy, parsed and checked.
type document struct {
	statements []statement
}

// statement is one statement of a policy. Exactly one of actions and
// notActions is set, and so with the resources of an identity policy.
type statement struct {
	sid          string
	allow        bool
	actions      []string
	notActions   []string
	resources    []string
	notResources []string
	principals   map[string][]string // kind ("AWS", "Service", "Federated", "*") to ids
	conditions   []condition
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

// parseIdentity reads a policy that hangs on a role.
func parseIdentity(text string) (*document, error) {
	doc, err := parse(text)
	if err != nil {
		return nil, err
	}
	for _, s := range doc.statements {
		if len(s.principals) > 0 {
			return nil, malformed("Policy document should not specify a principal.")
		}
		if (len(s.resources) > 0) == (len(s.notResources) > 0) {
			return nil, malformed("Policy statement must contain resources.")
		}
	}
	return doc, nil
}

// parseTrust reads a role's trust policy.
func parseTrust(text string) (*document, error) {
	doc, err := parse(text)
	if err != nil {
		return nil, err
	}
	for _, s := range doc.statements {
		if len(s.principals) == 0 {
			return nil, malformed("AssumeRole policy must contain a principal.")
		}
		if len(s.resources)+len(s.notResources) > 0 {
			return nil, malformed("Has prohibited field Resource")
		}
	}
	return doc, nil
}

func parse(text string) (*document, error) {
	var raw struct {
		Version   string
		ID        string
		Statement json.RawMessage
	}
	if err := strictJSON([]byte(text), &raw); err != nil {
		return nil, malformed("Syntax errors in policy: %v", err)
	}
	if raw.Version != "" && raw.Version != "2012-10-17" && raw.Version != "2008-10-17" {
		return nil, malformed("Syntax errors in policy: version %q", raw.Version)
	}
	var list []rawStatement
	body := bytes.TrimSpace(raw.Statement)
	if len(body) > 0 && body[0] == '{' {
		body = append(append([]byte{'['}, body...), ']')
	}
	if err := strictJSON(body, &list); err != nil {
		return nil, malformed("Syntax errors in policy: %v", err)
	}
	if len(list) == 0 {
		return nil, malformed("Syntax errors in policy: no statement")
	}
	doc := &document{}
	for _, one := range list {
		s, err := one.statement()
		if err != nil {
			return nil, err
		}
		doc.statements = append(doc.statements, s)
	}
	return doc, nil
}

func strictJSON(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

func (r rawStatement) statement() (statement, error) {
	s := statement{
		sid: r.Sid, allow: r.Effect == "Allow", actions: r.Action, notActions: r.NotAction,
		resources: r.Resource, notResources: r.NotResource,
	}
	if r.Effect != "Allow" && r.Effect != "Deny" {
		return s, malformed("Invalid effect: %s", r.Effect)
	}
	if (len(s.actions) > 0) == (len(s.notActions) > 0) {
		return s, malformed("Policy statement must contain actions.")
	}
	for _, action := range append(append([]string{}, s.actions...), s.notActions...) {
		if action != "*" && strings.Count(action, ":") != 1 {
			return s, malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (%s)", action)
		}
	}
	for _, resource := range append(append([]string{}, s.resources...), s.notResources...) {
		if err := checkResource(resource); err != nil {
			return s, err
		}
	}
	if len(r.NotPrincipal) > 0 {
		return s, malformed("the local cloud does not evaluate NotPrincipal")
	}
	var err error
	if s.principals, err = parsePrincipals(r.Principal); err != nil {
		return s, err
	}
	s.conditions, err = parseConditions(r.Condition)
	return s, err
}

func checkResource(resource string) error {
	if resource != "*" && !strings.HasPrefix(resource, "arn:") && !strings.HasPrefix(resource, "*") {
		return malformed("Resource %s must be in ARN format or \"*\".", resource)
	}
	return checkVariables(resource)
}

// checkVariables refuses policy variables: they would have to be guessed.
func checkVariables(text string) error {
	if strings.Contains(text, "${") {
		return malformed("the local cloud does not evaluate the policy variables of %q", text)
	}
	return nil
}

func parsePrincipals(text json.RawMessage) (map[string][]string, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var star string
	if json.Unmarshal(text, &star) == nil {
		if star != "*" {
			return nil, malformed("Invalid principal in policy: %s", star)
		}
		return map[string][]string{"AWS": {"*"}}, nil
	}
	var kinds map[string]many
	if err := json.Unmarshal(text, &kinds); err != nil {
		return nil, malformed("Invalid principal in policy: %v", err)
	}
	principals := map[string][]string{}
	for kind, ids := range kinds {
		switch kind {
		case "AWS", "Service", "Federated", "CanonicalUser":
			principals[kind] = ids
		default:
			return nil, malformed("Invalid principal in policy: %q", kind)
		}
	}
	return principals, nil
}
