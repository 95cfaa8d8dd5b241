package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
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
	if !statementID.MatchString(api.Deref(in.StatementId)) {
		return nil, violates(api.Deref(in.StatementId), "statementId", "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.name(api.Deref(in.FunctionName), api.Deref(in.Qualifier))
	if err != nil {
		return nil, err
	}
	if n.qualifier == latestVersion {
		return nil, invalid("We currently do not support adding policies for $LATEST.")
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, s.notFound(n.function, n.qualifier)
	}
	q, revision := n.qualifier, f.revision(n.qualifier)
	if revision == nil {
		return nil, s.missing(f.name, q)
	}
	if !principal(api.Deref(in.Principal)) {
		return nil, invalid("The provided principal was invalid. Please check the principal and try again.")
	}
	p := f.policies[q]
	if p == nil {
		p = &policy{Version: "2012-10-17", ID: "default"}
	}
	if err := precondition(in.RevisionId, *revision); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(p.Statement, func(st statement) bool { return st.Sid == api.Deref(in.StatementId) }) {
		return nil, failed("ResourceConflictException", "The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", api.Deref(in.StatementId))
	}
	added := s.newStatement(in, s.arn(f.name, q))
	text, err := json.Marshal(added)
	if err != nil {
		return nil, fmt.Errorf("write a policy statement: %w", err)
	}
	grown := policy{Version: p.Version, ID: p.ID, Statement: append(slices.Clone(p.Statement), added)}
	if whole, err := json.Marshal(grown); err != nil || len(whole) > maxPolicy {
		return nil, failed("PolicyLengthExceededException", "The final policy size (%d) is bigger than the limit (%d).", len(whole), maxPolicy)
	}
	p.Statement = grown.Statement
	*revision = new(api.NewID())
	f.policies[q] = p
	return &lambda.AddPermissionOutput{Statement: new(string(text))}, nil
}

// maxPolicy is how large a resource policy may be, in bytes.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxPolicy = 20480

var (
	statementID = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,100}$`)
	// principals are everyone, a service, an account or an ARN.
	principals = regexp.MustCompile(`^(\*|[^\s]+\.amazonaws\.com(\.cn)?|[^\s]+\.amazon\.com|\d{12}|arn:[^\s]+)$`)
)

func principal(text string) bool { return principals.MatchString(text) }

// revision is the revision of what a qualifier names, which its policy shares:
// both change when the policy does. nil when there is no such qualifier.
func (f *function) revision(qualifier string) **string {
	if a, ok := f.aliases[qualifier]; ok {
		return &a.RevisionId
	}
	if v := f.version(qualifier); v != nil {
		return &v.config.RevisionId
	}
	return nil
}

func (s *Service) newStatement(in *lambda.AddPermissionInput, resource string) statement {
	st := statement{Sid: api.Deref(in.StatementId), Effect: "Allow", Action: api.Deref(in.Action), Resource: resource}
	switch principal := api.Deref(in.Principal); {
	case principal == "*":
		st.Principal, st.service = "*", "*"
	case strings.Contains(principal, ".amazonaws."):
		st.Principal, st.service = map[string]string{"Service": principal}, principal
	case isNumber(principal):
		st.Principal = map[string]string{"AWS": "arn:" + s.Env.Partition + ":iam::" + principal + ":root"}
	default:
		st.Principal = map[string]string{"AWS": principal}
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
	condition("ArnLike", "AWS:SourceArn", api.Deref(in.SourceArn))
	condition("StringEquals", "AWS:SourceAccount", api.Deref(in.SourceAccount))
	condition("StringEquals", "aws:PrincipalOrgID", api.Deref(in.PrincipalOrgID))
	condition("StringEquals", "lambda:FunctionUrlAuthType", string(in.FunctionUrlAuthType))
	if api.Deref(in.InvokedViaFunctionUrl) {
		condition("Bool", "lambda:InvokedViaFunctionUrl", "true")
	}
	condition("StringEquals", "lambda:EventSourceToken", api.Deref(in.EventSourceToken))
	return st
}

func (s *Service) removePermission(_ context.Context, _ api.Caller, in *lambda.RemovePermissionInput) (*lambda.RemovePermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.name(api.Deref(in.FunctionName), api.Deref(in.Qualifier))
	if err != nil {
		return nil, err
	}
	q := n.qualifier
	f, ok := s.functions[n.function]
	if !ok {
		return nil, failed("ResourceNotFoundException", "No policy found for: %s", s.arn(n.function, q))
	}
	revision := f.revision(q)
	if revision == nil {
		return nil, s.missing(f.name, q)
	}
	p := f.policies[q]
	if p == nil {
		return nil, failed("ResourceNotFoundException", "No policy is associated with the given resource.")
	}
	at := slices.IndexFunc(p.Statement, func(st statement) bool { return st.Sid == api.Deref(in.StatementId) })
	if at < 0 {
		return nil, failed("ResourceNotFoundException", "Statement %s is not found in resource policy.", api.Deref(in.StatementId))
	}
	if err := precondition(in.RevisionId, *revision); err != nil {
		return nil, err
	}
	p.Statement = slices.Delete(p.Statement, at, at+1)
	*revision = new(api.NewID())
	if len(p.Statement) == 0 {
		delete(f.policies, q)
	}
	return nil, nil
}

func (s *Service) getPolicy(_ context.Context, _ api.Caller, in *lambda.GetPolicyInput) (*lambda.GetPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.name(api.Deref(in.FunctionName), api.Deref(in.Qualifier))
	if err != nil {
		return nil, err
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, s.notFound(n.function, n.qualifier)
	}
	p := f.policies[n.qualifier]
	if p == nil || f.revision(n.qualifier) == nil {
		return nil, failed("ResourceNotFoundException", "The resource you requested does not exist.")
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("write a policy: %w", err)
	}
	return &lambda.GetPolicyOutput{Policy: new(string(text)), RevisionId: *f.revision(n.qualifier)}, nil
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
