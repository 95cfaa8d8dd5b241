package iam

import (
	"slices"

	"weir/localcloud/internal/api"
)

// byResourcePolicy decides a call that a service makes on its own account by
// the policy of what it calls: the topic that EventBridge publishes to, or the
// queue that takes its dead letters.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
func (s *Service) byResourcePolicy(call api.Call) error {
	policy, err := policyOf(call)
	if err != nil {
		return err
	}
	for _, p := range permissions(call) {
		outcome := policy.admits(call.Caller, p, s.Env.Account, s.context(call.Caller, p))
		if outcome == allowed {
			continue
		}
		return denial(call.Service, byName(call.Caller.Service), p, outcome, resourceBased)
	}
	return nil
}

// policyOf reads the policy of the resource that a call is about; one without
// statements where it has none.
func policyOf(call api.Call) (*document, error) {
	if call.Operation.Policy == nil {
		return &document{}, nil
	}
	text := call.Operation.Policy(call.Input)
	if text == "" {
		return &document{}, nil
	}
	return parse(text)
}

// ofResource is what a resource's policy says of a session: it grants to the
// session, its role or anybody. A grant to the account leaves it to the role's
// own policies. Passing a role is not the resource's affair.
func (s *Service) ofResource(policy *document, caller api.Caller, p api.Permission, context map[string][]string) decision {
	outcome := implicitDeny
	for _, st := range policy.statements {
		if p.Action == "iam:PassRole" || !st.names(caller, s.Env.Account) || !st.applies(p, context) {
			continue
		}
		if !st.allow {
			return explicitDeny
		}
		if slices.ContainsFunc(st.principals["AWS"], func(id string) bool { return id == "*" || id == caller.ARN || id == caller.RoleARN }) {
			outcome = allowed
		}
	}
	return outcome
}

// byName is how a denial names a service: CloudWatch's alarms have a name.
func byName(service string) string {
	if service == "cloudwatch.amazonaws.com" {
		return "CloudWatch Alarms"
	}
	return "User: " + service
}

// admits evaluates a resource's policy for a service.
func (d *document) admits(caller api.Caller, p api.Permission, account string, context map[string][]string) decision {
	if caller.Service == "cloudwatch.amazonaws.com" {
		// What lets alarms publish by the policy that a topic has from the start.
		context["aws:sourceowner"] = []string{account}
	}
	outcome := implicitDeny
	for _, st := range d.statements {
		anybody := len(st.principals["AWS"]) == 1 && st.principals["AWS"][0] == "*"
		if !anybody && !st.names(caller, account) || !st.applies(p, context) {
			continue
		}
		if !st.allow {
			return explicitDeny
		}
		outcome = allowed
	}
	return outcome
}
