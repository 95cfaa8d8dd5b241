package release

import (
	"fmt"
	"strings"
)

// Version is a published version as far as a release depends on it.
type Version struct {
	Number           string
	Role             string
	DeadLetter       string // target ARN, or empty
	TimeoutSeconds   int
	State            string // Active, Pending, Inactive, Failed
	StateReason      string
	LastUpdateStatus string // Successful, Failed, InProgress
	TenantIsolated   bool   // each invocation must name a tenant
}

// ready refuses a version that cannot serve. What AWS is still at is worth a
// retry, NotYet; an idle version must be woken, which only an invocation does.
// https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
func (v Version) ready(function string) error {
	switch {
	case v.State == "Pending":
		return Errorf(NotYet, "version %s of %s is Pending: %s. It can be released once it is Active.", v.Number, function, reasonOr(v.StateReason, "Lambda is preparing it"))
	case v.State == "Inactive":
		return Errorf(VersionNotReady, "%s", v.idle(function))
	case v.State != "Active":
		return Errorf(VersionNotReady, "version %s of %s is %s, not Active: %s.", v.Number, function, v.State, reasonOr(v.StateReason, "Lambda gives no reason"))
	case v.LastUpdateStatus == "InProgress":
		return Errorf(NotYet, "the last update of version %s of %s is InProgress. It can be released once that is Successful.", v.Number, function)
	case v.LastUpdateStatus != "" && v.LastUpdateStatus != "Successful":
		return Errorf(VersionNotReady, "the last update of version %s of %s is %s, not Successful.", v.Number, function, v.LastUpdateStatus)
	}
	return nil
}

func reasonOr(reason, otherwise string) string {
	if reason == "" {
		return otherwise
	}
	return strings.TrimSuffix(reason, ".")
}

// ReadyToServe refuses a version that a requested rollback cannot return to now.
// force takes an idle version all the same: its first requests fail until Lambda
// has prepared it.
func (v Version) ReadyToServe(function string, force bool) error {
	switch {
	case v.State != "Inactive":
		return v.ready(function)
	case force:
		return nil
	}
	return Errorf(VersionNotReady, `%s Or set "force": true to return to it all the same.`, v.idle(function))
}

// idle says how an Inactive version is woken.
func (v Version) idle(function string) string {
	return fmt.Sprintf("version %s of %s is Inactive: Lambda has taken back the resources of a version that was idle for long, and its first requests would fail. "+
		"Wake it with an invocation, which fails and starts the work, then wait: aws lambda invoke --function-name %s --qualifier %s /dev/null; aws lambda wait published-version-active --function-name %s --qualifier %s.",
		v.Number, function, function, v.Number, function, v.Number)
}
