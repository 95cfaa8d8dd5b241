package iam

import "encoding/json"

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

// parseIdentity reads a policy that hangs on a role.
func parseIdentity(text string) (*document, error) {
	raw, err := readPolicy(text)
	if err != nil {
		return nil, err
	}
	return raw.identity()
}

// parseManaged reads a managed policy, which has to say its version.
func parseManaged(text string) (*document, error) {
	raw, err := readPolicy(text)
	if err != nil {
		return nil, err
	}
	if raw.Version != "2012-10-17" {
		return nil, malformed("Policy document must be version 2012-10-17 or greater.")
	}
	return raw.identity()
}

func (r *rawPolicy) identity() (*document, error) {
	doc, err := r.document()
	if err != nil {
		return nil, err
	}
	if err := checkIdentity(doc); err != nil {
		return nil, err
	}
	return doc, nil
}

// parseTrust reads a role's trust policy.
func parseTrust(text string) (*document, error) {
	if !json.Valid([]byte(text)) {
		return nil, malformed("This policy contains invalid Json")
	}
	doc, err := parse(text)
	if err != nil {
		return nil, err
	}
	if err := checkTrust(doc); err != nil {
		return nil, err
	}
	return doc, nil
}

// parse reads a policy of any kind.
func parse(text string) (*document, error) {
	raw, err := readPolicy(text)
	if err != nil {
		return nil, err
	}
	return raw.document()
}

func (r *rawPolicy) document() (*document, error) {
	doc := &document{}
	for _, one := range r.Statement {
		s, err := one.statement()
		if err != nil {
			return nil, err
		}
		doc.statements = append(doc.statements, s)
	}
	return doc, nil
}

func (r rawStatement) statement() (statement, error) {
	s := statement{
		sid: r.Sid, allow: r.Effect == "Allow", actions: r.Action, notActions: r.NotAction,
		resources: r.Resource, notResources: r.NotResource,
	}
	if err := r.checkLegacy(); err != nil {
		return s, err
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
