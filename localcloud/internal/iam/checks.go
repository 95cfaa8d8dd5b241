package iam

import (
	"slices"
	"strings"
)

// errLegacy is what IAM's older parser says; it sees a policy before the checks
// below do.
var errLegacy = malformed("The policy failed legacy parsing")

// checkLegacy refuses what the grammar lets pass and the older parser does not.
func (r rawStatement) checkLegacy() error {
	if r.Effect != "Allow" && r.Effect != "Deny" {
		return errLegacy
	}
	for _, resource := range slices.Concat(r.Resource, r.NotResource) {
		if !wholeARN(resource) {
			return errLegacy
		}
	}
	for operator, keys := range r.Condition {
		if !strings.Contains(operator, "Date") {
			continue
		}
		for _, values := range keys {
			if slices.ContainsFunc(values, func(value string) bool { _, err := parseDate(value); return err != nil }) {
				return errLegacy
			}
		}
	}
	return nil
}

// wholeARN tells whether an ARN of AWS's has a service, and a resource unless it
// stops at the service or at a wildcard.
func wholeARN(resource string) bool {
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 4 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") {
		return true
	}
	return parts[2] != "" && (len(parts) == 6 || strings.ContainsAny(parts[len(parts)-1], "*?"))
}

// checkIdentity refuses an identity policy in the order in which IAM does: each
// check goes through the whole policy.
func checkIdentity(doc *document) error {
	sids := map[string]bool{}
	for _, s := range doc.statements {
		if s.sid != "" && sids[s.sid] {
			return malformed("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[s.sid] = true
	}
	for _, check := range []func(statement) error{checkPresence, checkResources, checkActions} {
		for _, s := range doc.statements {
			if err := check(s); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkPresence(s statement) error {
	switch {
	case len(s.principals) > 0:
		return malformed("Policy document should not specify a principal.")
	case len(s.actions)+len(s.notActions) == 0:
		return malformed("Policy statement must contain actions.")
	case len(s.resources)+len(s.notResources) == 0:
		return malformed("Policy statement must contain resources.")
	}
	return nil
}

func checkActions(s statement) error {
	for _, action := range slices.Concat(s.actions, s.notActions) {
		if action == "*" {
			continue
		}
		vendor, name, ok := strings.Cut(action, ":")
		switch {
		case !ok:
			return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
		case strings.Contains(name, ":"):
			return malformed("Actions/Condition can contain only one colon.")
		case strings.Contains(vendor, " "):
			return malformed("Vendor %s is not valid", vendor)
		}
	}
	return nil
}

func checkResources(s statement) error {
	for _, resource := range slices.Concat(s.resources, s.notResources) {
		if err := checkResource(resource); err != nil {
			return err
		}
	}
	return nil
}

func checkResource(resource string) error {
	if strings.HasPrefix(resource, "*") {
		return nil
	}
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 2 {
		return malformed("Resource %s must be in ARN format or \"*\".", resource)
	}
	if partition := parts[1]; !strings.HasPrefix(partition, "aws") && !strings.Contains(partition, "*") {
		return malformed("Partition %q is not valid for resource %q.", partition, completed(parts))
	}
	if len(parts) < 3 {
		return malformed("Resource vendor must be fully qualified and cannot contain regexes.")
	}
	if len(parts) == 6 {
		if err := checkParts(resource, parts[2], parts[3], parts[4], parts[5]); err != nil {
			return err
		}
	}
	return checkVariables(resource)
}

// completed is an ARN with stars for the parts it lacks.
func completed(parts []string) string {
	parts = append([]string{"arn"}, parts[1:]...)
	for len(parts) < 6 {
		parts = append(parts, "*")
	}
	return strings.Join(parts, ":")
}

// paths are what the resources of IAM begin with.
var paths = []string{
	"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/", "sms-mfa/",
	"saml-provider/", "oidc-provider/", "report/", "access-report/",
}

// checkParts refuses a region where a service has none, and what IAM does not
// have.
func checkParts(arn, service, region, account, resource string) error {
	switch service {
	case "s3":
		if region != "" && region != "*" && account == "" {
			return malformed("Resource %s can not contain region information.", arn)
		}
	case "iam":
		known := resource == "root" || strings.HasPrefix(resource, "*") ||
			slices.ContainsFunc(paths, func(path string) bool { return strings.HasPrefix(resource, path) })
		switch {
		case region != "" && region != "*":
			return malformed("IAM resource %s cannot contain region information.", arn)
		case !known:
			return malformed("IAM resource path must either be \"*\", root, or start with %s.", strings.Join(paths, ", "))
		}
	}
	return nil
}

// checkVariables refuses policy variables: they would have to be guessed.
func checkVariables(text string) error {
	if strings.Contains(text, "${") {
		return malformed("the local cloud does not evaluate the policy variables of %q", text)
	}
	return nil
}

// assuming are the actions that a trust policy is about.
var assuming = []string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"}

func checkTrust(doc *document) error {
	for _, s := range doc.statements {
		switch {
		case len(s.principals) == 0:
			return malformed("Missing required field Principal")
		case len(s.resources)+len(s.notResources) > 0:
			return malformed("Has prohibited field Resource")
		case len(s.actions) == 0 && len(s.notActions) == 0:
			return malformed("Missing required field Action")
		}
		for _, action := range s.actions {
			if !slices.ContainsFunc(assuming, func(one string) bool { return matchAction(action, one) }) {
				return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
			}
		}
	}
	return nil
}
