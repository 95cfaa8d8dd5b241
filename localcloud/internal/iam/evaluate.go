package iam

import (
	"slices"
	"strings"

	"weir/localcloud/internal/api"
)

// decision is the outcome of an evaluation.
type decision int

const (
	implicitDeny decision = iota
	explicitDeny
	allowed
)

// grant is one action pattern on one resource pattern that a role's policy
// allows.
type grant struct {
	policy, action, resource string
}

// evaluate decides a request against the role's policies and lists the grants
// that allow it. context's keys are lower case.
func evaluate(policies map[string]*document, p api.Permission, context map[string][]string) (decision, []grant) {
	outcome := implicitDeny
	var used []grant
	for name, doc := range policies {
		for _, s := range doc.statements {
			if !s.applies(p, context) {
				continue
			}
			if !s.allow {
				return explicitDeny, nil
			}
			outcome = allowed
			used = append(used, s.grantsFor(name, p)...)
		}
	}
	return outcome, used
}

// applies tells whether the statement speaks of the request at all.
func (s statement) applies(p api.Permission, context map[string][]string) bool {
	action := func(pattern string) bool { return matchAction(pattern, p.Action) }
	resource := func(pattern string) bool { return matchResource(pattern, p.Resource) }
	switch {
	case len(s.actions) > 0 && !slices.ContainsFunc(s.actions, action),
		slices.ContainsFunc(s.notActions, action),
		len(s.resources) > 0 && !slices.ContainsFunc(s.resources, resource),
		slices.ContainsFunc(s.notResources, resource):
		return false
	}
	return s.conditionsHold(context)
}

func (s statement) conditionsHold(context map[string][]string) bool {
	for _, c := range s.conditions {
		if !c.holds(context) {
			return false
		}
	}
	return true
}

// matchResource compares a resource; a request on "*" (an action without
// resource types) is matched by "*" only, as on AWS.
func matchResource(pattern, resource string) bool {
	if resource == "*" || resource == "" {
		return strings.Trim(pattern, "*") == "" && pattern != ""
	}
	return glob(pattern, resource)
}

// grants lists what an Allow statement allows, one action on one resource each.
func (s statement) grants(policy string) []grant {
	if !s.allow {
		return nil
	}
	var list []grant
	for _, action := range orNot(s.actions, s.notActions) {
		for _, resource := range orNot(s.resources, s.notResources) {
			list = append(list, grant{policy, action, resource})
		}
	}
	return list
}

func orNot(patterns, not []string) []string {
	if len(patterns) > 0 {
		return patterns
	}
	return []string{"not " + strings.Join(not, ", ")}
}

// grantsFor lists the statement's grants that cover a request.
func (s statement) grantsFor(policy string, p api.Permission) []grant {
	return slices.DeleteFunc(s.grants(policy), func(g grant) bool {
		return len(s.actions) > 0 && !matchAction(g.action, p.Action) ||
			len(s.resources) > 0 && !matchResource(g.resource, p.Resource)
	})
}

// trusts tells whether a trust policy lets the principal take the role by
// action. A principal is a service ("lambda.amazonaws.com"), or an ARN.
func (d *document) trusts(caller api.Caller, action string, account string, context map[string][]string) decision {
	outcome := implicitDeny
	for _, s := range d.statements {
		if !s.applies(api.Permission{Action: action, Resource: "*"}, context) || !s.names(caller, account) {
			continue
		}
		if !s.allow {
			return explicitDeny
		}
		outcome = allowed
	}
	return outcome
}

// names tells whether the statement's principals include the caller.
func (s statement) names(caller api.Caller, account string) bool {
	if caller.Service != "" && caller.RoleARN == "" {
		return slices.ContainsFunc(s.principals["Service"], func(p string) bool { return samePrincipal(p, caller.Service) })
	}
	return slices.ContainsFunc(s.principals["AWS"], func(p string) bool {
		switch {
		case p == "*", p == account, p == caller.ARN, caller.RoleARN != "" && p == caller.RoleARN:
			return true
		}
		return strings.HasPrefix(p, "arn:") && strings.HasSuffix(p, ":iam::"+account+":root")
	})
}

// samePrincipal takes a regional service principal
// (states.us-east-1.amazonaws.com) for the global one.
func samePrincipal(pattern, service string) bool {
	if pattern == service {
		return true
	}
	name, domain, _ := strings.Cut(service, ".")
	return strings.HasPrefix(pattern, name+".") && strings.HasSuffix(pattern, "."+domain) && strings.Count(pattern, ".") == 3
}
