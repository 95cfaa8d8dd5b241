package iam

import (
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
)

// The kinds of policy that deny.
const (
	identityBased = "identity-based"
	resourceBased = "resource-based"
)

// denial tells who may not do what, and which kind of policy decided so.
func denial(service *api.Service, who string, p api.Permission, outcome decision, kind string) error {
	action := spelt(p.Action)
	return denied(service, "%s is not authorized to perform: %s%s%s", who, action, onResource(p), because(outcome, kind, action))
}

// because is left out where nothing lets somebody assume a role.
func because(outcome decision, kind, action string) string {
	switch {
	case outcome == explicitDeny:
		article := map[string]string{identityBased: "an ", resourceBased: "a "}[kind]
		return " with an explicit deny in " + article + kind + " policy"
	case action == "sts:AssumeRole":
		return ""
	}
	return " because no " + kind + " policy allows the " + action + " action"
}

// spelt writes an action as the service that it belongs to does in a denial.
func spelt(action string) string {
	service, name, _ := strings.Cut(action, ":")
	switch service {
	case "sqs":
		return strings.ToLower(action)
	case "sns":
		return "SNS:" + name
	}
	return action
}

// onResource names the resource. CloudWatch and S3 leave it out where the action
// has none, and S3 quotes it.
func onResource(p api.Permission) string {
	service, _, _ := strings.Cut(p.Action, ":")
	none := p.Resource == "*" || p.Resource == ""
	switch {
	case p.Shown != "":
		return " on resource: " + p.Shown
	case none && (service == "cloudwatch" || service == "s3"):
		return ""
	case service == "s3":
		return " on resource: " + strconv.Quote(p.Resource)
	}
	return " on resource: " + p.Resource
}

// denied is the error by the service's own name for it.
func denied(service *api.Service, format string, args ...any) error {
	err := api.StatusErrorf(400, "AccessDeniedException", format, args...)
	switch {
	case service.Name == "sns":
		err.Code, err.Status = "AuthorizationError", 403
	case service.Name == "sqs":
		err.QueryCode, err.Status = "AccessDenied", 403
	case slices.Contains(service.Protocols, api.Query), service.Handler != nil:
		err.Code, err.Status = "AccessDenied", 403
	case slices.Contains(service.Protocols, api.RESTJSON):
		err.Status = 403
	}
	return err
}
