package iam

import (
	"cmp"
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"weir/localcloud/internal/api"
)

// Gate refuses calls that the caller's role does not allow, and calls of a
// service on its own account that the resource's policy does not. The operator
// passes.
func (s *Service) Gate(ctx context.Context, call api.Call, next func(context.Context) (any, error)) (any, error) {
	alone := call.Caller.Service != "" && !call.Caller.Forwarded && call.Caller.RoleARN == ""
	if alone && call.Operation.Policy != nil {
		if err := s.byResourcePolicy(call); err != nil {
			return nil, err
		}
	}
	if call.Caller.RoleARN == "" || call.Operation.NoAuth {
		return next(ctx)
	}
	policy, err := policyOf(call)
	if err != nil {
		return nil, err
	}
	for _, p := range permissions(call) {
		if err := s.authorise(call, p, policy); err != nil {
			return nil, err
		}
	}
	return next(ctx)
}

// permissions lists what a call needs.
func permissions(call api.Call) []api.Permission {
	needed := []api.Permission{{Action: cmp.Or(call.Service.IAMPrefix, call.Service.Name) + ":" + call.Operation.Name, Resource: "*"}}
	if call.Operation.Actions != nil {
		needed = call.Operation.Actions(call.Input)
	}
	if call.Operation.Passes != nil {
		needed = append(needed, call.Operation.Passes(call.Input)...)
	}
	return needed
}

// authorise decides by the policies of the caller's role and the policy of the
// resource: a deny of either wins, an allow of either is enough.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
func (s *Service) authorise(call api.Call, p api.Permission, policy *document) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.byARN(call.Caller.RoleARN)
	context := s.context(call.Caller, p)
	if service := call.Caller.Service; service != "" && !call.Caller.Forwarded && r != nil {
		as := api.Caller{ARN: service, Service: service}
		if r.trust.trusts(as, "sts:AssumeRole", s.Env.Account, context) != allowed {
			return denied(call.Service, "The service principal %s is not authorized to assume the role %s", service, r.Arn)
		}
	}
	who := "User: " + principal(call.Caller, r)
	of := s.ofResource(policy, call.Caller, p, context)
	if of == explicitDeny {
		return denial(call.Service, who, p, of, resourceBased)
	}
	outcome, used := evaluate(s.policiesOf(r), p, context)
	switch {
	case outcome == allowed:
		s.count(r.Arn, used)
		return nil
	case outcome == implicitDeny && of == allowed:
		return nil
	}
	return denial(call.Service, who, p, outcome, identityBased)
}

// principal is the session that AWS names in a denial. A service that acts in a
// role opens a session of its own there.
func principal(caller api.Caller, r *role) string {
	if caller.Service == "" || strings.Contains(caller.ARN, ":assumed-role/") || r == nil {
		return caller.ARN
	}
	service, _, _ := strings.Cut(caller.Service, ".")
	parts := strings.SplitN(r.Arn, ":", 6)
	return "arn:" + parts[1] + ":sts::" + parts[4] + ":assumed-role/" + r.RoleName + "/" + service
}

// policiesOf names the policies that count for a role; the lock must be held.
func (s *Service) policiesOf(r *role) map[string]*document {
	policies := map[string]*document{}
	if r == nil {
		return policies
	}
	for name, policy := range r.inline {
		policies[name] = policy.doc
	}
	for arn := range r.attached {
		policies[arn] = s.managed[arn].current().doc
	}
	return policies
}

// context is the request context by lower-case key: what the operation gave,
// and the global keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func (s *Service) context(caller api.Caller, p api.Permission) map[string][]string {
	now := s.Clock.Now()
	context := map[string][]string{
		"aws:currenttime":      {now.Format(time.RFC3339)},
		"aws:epochtime":        {strconv.FormatInt(now.Unix(), 10)},
		"aws:requestedregion":  {s.Env.Region},
		"aws:principalaccount": {s.Env.Account},
		"aws:securetransport":  {"true"}, // as it will be on AWS
		"aws:viaawsservice":    {strconv.FormatBool(caller.Forwarded)},
	}
	if caller.Forwarded {
		context["aws:calledvia"] = []string{caller.Service}
	}
	if caller.RoleARN != "" {
		context["aws:principalarn"] = []string{caller.RoleARN}
		context["aws:principaltype"] = []string{"AssumedRole"}
		maps.Copy(context, s.principalTags(caller))
	}
	if caller.SourceARN != "" {
		context["aws:sourcearn"] = []string{caller.SourceARN}
		context["aws:sourceaccount"] = []string{s.Env.Account}
	}
	for key, values := range p.Context {
		if len(values) > 0 {
			context[strings.ToLower(key)] = values
		}
	}
	return context
}
