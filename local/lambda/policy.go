package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/local/api"
)

// policy is a resource policy, of a function or of one of its qualifiers.
type policy struct {
	Version   string
	ID        string `json:"Id"`
	Statement []statement
}

// statement is one permission, written as GetPolicy shows it.
type statement struct {
	Sid       string
	Effect    string
	Principal any // "*", or {"Service": ...} or {"AWS": ...}
	Action    string
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`

	service string // the principal, when it is a service or everyone
}

func (s *Service) addPermission(_ context.Context, _ api.Caller, in *lambda.AddPermissionInput) (*lambda.AddPermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.guarded(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if q == latestVersion {
		return nil, invalid("We currently do not support adding policies for $LATEST.")
	}
	p := f.policies[q]
	if p == nil {
		p = &policy{Version: "2012-10-17", ID: "default"}
	}
	if err := precondition(in.RevisionId, *f.revision(q)); err != nil {
		return nil, err
	}
	if err := checkPermission(in); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(p.Statement, func(st statement) bool { return st.Sid == deref(in.StatementId) }) {
		return nil, failed("ResourceConflictException", "The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", deref(in.StatementId))
	}
	added, err := s.newStatement(in, s.arn(f.name, q))
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(added)
	if err != nil {
		return nil, fmt.Errorf("write a policy statement: %w", err)
	}
	p.Statement = append(p.Statement, added)
	*f.revision(q) = ptr(newID())
	f.policies[q] = p
	return &lambda.AddPermissionOutput{Statement: ptr(string(text))}, nil
}

var (
	validSID    = regexp.MustCompile(`^[a-zA-Z0-9-_]+$`)
	validAction = regexp.MustCompile(`^(lambda:[*]|lambda:[a-zA-Z]+|[*])$`)
	account     = regexp.MustCompile(`^\d{12}$`)
)

func checkPermission(in *lambda.AddPermissionInput) error {
	var wrong violations
	wrong.tooLong(deref(in.StatementId), "statementId", 100)
	if !validSID.MatchString(deref(in.StatementId)) {
		wrong.add(deref(in.StatementId), "statementId", "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)")
	}
	if !validAction.MatchString(deref(in.Action)) {
		wrong.add(deref(in.Action), "action", "Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])")
	}
	return wrong.err()
}

// guarded finds what has a policy of its own: a function, a version or an alias.
// Call with the lock held.
func (s *Service) guarded(functionName, qualifier *string) (*function, string, error) {
	n, err := s.parseName(deref(functionName), deref(qualifier))
	if err != nil {
		return nil, "", err
	}
	f, ok := s.functions[n.function]
	switch {
	case !ok:
		return nil, "", s.notFound(n.function, "")
	case f.aliases[n.qualifier] != nil, f.version(n.qualifier) != nil:
		return f, n.qualifier, nil
	case isNumber(n.qualifier):
		return nil, "", s.notFound(n.function, n.qualifier)
	}
	return nil, "", failed("ResourceNotFoundException", "Cannot find alias arn: %s", s.arn(n.function, n.qualifier))
}

// revision is the revision id that a change of a qualifier's policy changes.
func (f *function) revision(qualifier string) **string {
	if a, ok := f.aliases[qualifier]; ok {
		return &a.RevisionId
	}
	return &f.version(qualifier).config.RevisionId
}

func (s *Service) newStatement(in *lambda.AddPermissionInput, resource string) (statement, error) {
	st := statement{Sid: deref(in.StatementId), Effect: "Allow", Action: deref(in.Action), Resource: resource}
	switch principal := deref(in.Principal); {
	case principal == "*":
		st.Principal, st.service = "*", "*"
	case strings.Contains(principal, ".amazonaws."):
		st.Principal, st.service = map[string]string{"Service": principal}, principal
	case account.MatchString(principal):
		st.Principal = map[string]string{"AWS": "arn:" + s.Env.Partition + ":iam::" + principal + ":root"}
	case strings.HasPrefix(principal, "arn:") && strings.Contains(principal, ":iam:"):
		st.Principal = map[string]string{"AWS": principal}
	default:
		return st, invalid("The provided principal was invalid. Please check the principal and try again.")
	}
	condition := func(operator, key, value string) {
		if value == "" {
			return
		}
		if st.Condition == nil {
			st.Condition = map[string]map[string]string{}
		}
		if st.Condition[operator] == nil {
			st.Condition[operator] = map[string]string{}
		}
		st.Condition[operator][key] = value
	}
	condition("ArnLike", "AWS:SourceArn", deref(in.SourceArn))
	condition("StringEquals", "AWS:SourceAccount", deref(in.SourceAccount))
	condition("StringEquals", "aws:PrincipalOrgID", deref(in.PrincipalOrgID))
	condition("StringEquals", "lambda:FunctionUrlAuthType", string(in.FunctionUrlAuthType))
	condition("StringEquals", "lambda:EventSourceToken", deref(in.EventSourceToken))
	return st, nil
}

func (s *Service) removePermission(_ context.Context, _ api.Caller, in *lambda.RemovePermissionInput) (*lambda.RemovePermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.guarded(in.FunctionName, in.Qualifier)
	if message, missing := strings.CutPrefix(messageOf(err), "Function not found:"); missing && deref(in.Qualifier) == "" {
		err = failed("ResourceNotFoundException", "No policy found for:%s", message)
	}
	if err != nil {
		return nil, err
	}
	p := f.policies[q]
	if p == nil {
		return nil, failed("ResourceNotFoundException", "No policy is associated with the given resource.")
	}
	at := slices.IndexFunc(p.Statement, func(st statement) bool { return st.Sid == deref(in.StatementId) })
	if at < 0 {
		return nil, failed("ResourceNotFoundException", "Statement %s is not found in resource policy.", deref(in.StatementId))
	}
	if err := precondition(in.RevisionId, *f.revision(q)); err != nil {
		return nil, err
	}
	p.Statement = slices.Delete(p.Statement, at, at+1)
	*f.revision(q) = ptr(newID())
	if len(p.Statement) == 0 {
		delete(f.policies, q)
	}
	return nil, nil
}

func (s *Service) getPolicy(_ context.Context, _ api.Caller, in *lambda.GetPolicyInput) (*lambda.GetPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.qualified(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	p := f.policies[q]
	if p == nil {
		return nil, failed("ResourceNotFoundException", "The resource you requested does not exist.")
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("write a policy: %w", err)
	}
	return &lambda.GetPolicyOutput{Policy: ptr(string(text)), RevisionId: *f.revision(q)}, nil
}

// allowed tells whether a caller may invoke. Who calls in a role has passed IAM
// already; a service on its own account needs the function's own policy, but
// for CloudFormation, which calls a custom resource's function as its deployer.
// Call with the lock held.
func (s *Service) allowed(caller api.Caller, f *function, qualifier string) error {
	if caller.Service == "" || caller.RoleARN != "" || caller.Service == "cloudformation.amazonaws.com" {
		return nil
	}
	if p := f.policies[qualifier]; p != nil {
		for _, st := range p.Statement {
			if st.allows(caller, s.Env.Account) {
				return nil
			}
		}
	}
	return failed("AccessDeniedException", "User: %s is not authorized to perform: lambda:InvokeFunction on resource: %s because no resource-based policy allows the lambda:InvokeFunction action",
		caller.Service, s.arn(f.name, qualifier))
}

// allows evaluates a statement for a service that invokes; a condition key that
// services do not set is not met.
func (st statement) allows(caller api.Caller, account string) bool {
	if st.service != "*" && st.service != caller.Service {
		return false
	}
	if !wildcard(strings.ToLower(st.Action), "lambda:invokefunction") {
		return false
	}
	for operator, keys := range st.Condition {
		for key, want := range keys {
			switch key {
			case "AWS:SourceArn":
				if operator != "ArnLike" || !wildcard(want, caller.SourceARN) {
					return false
				}
			case "AWS:SourceAccount":
				if want != account {
					return false
				}
			default:
				return false
			}
		}
	}
	return true
}

// wildcard matches a text with a pattern of * and ?.
func wildcard(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	if pattern[0] == '*' {
		for i := range len(text) + 1 {
			if wildcard(pattern[1:], text[i:]) {
				return true
			}
		}
		return false
	}
	return text != "" && (pattern[0] == '?' || pattern[0] == text[0]) && wildcard(pattern[1:], text[1:])
}
