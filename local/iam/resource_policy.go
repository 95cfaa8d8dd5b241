package iam

import "weir/local/api"

// byResourcePolicy decides a call that a service makes on its own account by
// the policy of what it calls: the topic that EventBridge publishes to, or the
// queue that takes its dead letters.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
func (s *Service) byResourcePolicy(call api.Call) error {
	for _, p := range permissions(call) {
		outcome := implicitDeny
		if text := call.Operation.Policy(call.Input); text != "" {
			doc, err := parse(text)
			if err != nil {
				return err
			}
			outcome = doc.admits(call.Caller, p, s.Env.Account, s.context(call.Caller, p))
		}
		if outcome == allowed {
			continue
		}
		return denial(call.Service, byName(call.Caller.Service), p, outcome, resourceBased)
	}
	return nil
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
