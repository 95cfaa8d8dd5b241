package iam

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"weir/localcloud/internal/api"
)

// SimulateInput of SimulatePrincipalPolicy and SimulateCustomPolicy.
type SimulateInput struct {
	PolicySourceArn string
	PolicyInputList []string
	ActionNames     []string
	ResourceArns    []string
	ContextEntries  []ContextEntry
	ResourcePolicy  string
	CallerArn       string
	Marker          string
	MaxItems        int32
}

// ContextEntry gives one condition key its values.
type ContextEntry struct {
	ContextKeyName   string
	ContextKeyType   string
	ContextKeyValues []string
}

// SimulateOutput holds one result for each action on each resource.
type SimulateOutput struct {
	EvaluationResults []EvaluationResult
	IsTruncated       bool
}

// EvaluationResult is how one action on one resource would be decided.
type EvaluationResult struct {
	EvalActionName       string
	EvalResourceName     string
	EvalDecision         string
	MatchedStatements    []MatchedStatement
	MissingContextValues []string
}

// MatchedStatement names a policy that allows the action.
type MatchedStatement struct {
	SourcePolicyId   string
	SourcePolicyType string
}

// decisions are the words of the API.
var decisions = map[decision]string{implicitDeny: "implicitDeny", explicitDeny: "explicitDeny", allowed: "allowed"}

// simulatePrincipalPolicy evaluates the policies of a role, and those given, as a
// call would be. Nothing is called.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
func (s *Service) simulatePrincipalPolicy(_ context.Context, _ api.Caller, in *SimulateInput) (*SimulateOutput, error) {
	s.mu.RLock()
	r := s.byARN(in.PolicySourceArn)
	policies := s.policiesOf(r)
	s.mu.RUnlock()
	if r == nil {
		return nil, noSuchEntity("The entity %s cannot be found.", in.PolicySourceArn)
	}
	return s.simulate(in, maps.Clone(policies))
}

func (s *Service) simulateCustomPolicy(_ context.Context, _ api.Caller, in *SimulateInput) (*SimulateOutput, error) {
	return s.simulate(in, map[string]*document{})
}

func (s *Service) simulate(in *SimulateInput, policies map[string]*document) (*SimulateOutput, error) {
	if in.ResourcePolicy != "" {
		return nil, api.StatusErrorf(501, "NotImplemented", "the local cloud simulates no resource policies; leave ResourcePolicy out")
	}
	for i, text := range in.PolicyInputList {
		doc, err := parseIdentity(text)
		if err != nil {
			return nil, err
		}
		policies[fmt.Sprintf("PolicyInputList.%d", i+1)] = doc
	}
	resources := in.ResourceArns
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	out := &SimulateOutput{EvaluationResults: []EvaluationResult{}}
	for _, action := range in.ActionNames {
		for _, resource := range resources {
			out.EvaluationResults = append(out.EvaluationResults, s.evaluated(in, policies, api.Permission{Action: action, Resource: resource}))
		}
	}
	return out, nil
}

func (s *Service) evaluated(in *SimulateInput, policies map[string]*document, p api.Permission) EvaluationResult {
	known := s.context(api.Caller{RoleARN: in.PolicySourceArn, ARN: in.PolicySourceArn}, p)
	for _, entry := range in.ContextEntries {
		known[strings.ToLower(entry.ContextKeyName)] = entry.ContextKeyValues
	}
	outcome, used := evaluate(policies, p, known)
	result := EvaluationResult{EvalActionName: p.Action, EvalResourceName: p.Resource, EvalDecision: decisions[outcome],
		MatchedStatements: []MatchedStatement{}, MissingContextValues: []string{}}
	seen := map[string]bool{}
	for _, grant := range used {
		if !seen[grant.policy] {
			seen[grant.policy] = true
			result.MatchedStatements = append(result.MatchedStatements, MatchedStatement{SourcePolicyId: grant.policy, SourcePolicyType: "IAM Policy"})
		}
	}
	return result
}
