package release

import (
	"errors"
	"fmt"
)

// Names of the errors with which a release ends. They are an API: the state
// machine's Retry and Catch, alarms, and people's scripts branch on them.
const (
	InvalidRequest         = "Release.InvalidRequest"         // the input breaks the request schema
	TargetNotFound         = "Release.TargetNotFound"         // no such function or alias
	VersionNotFound        = "Release.VersionNotFound"        // no such version, or no alias to take it from
	VersionNotReady        = "Release.VersionNotReady"        // not Active, or its last update failed
	VersionFailedBefore    = "Release.VersionFailedBefore"    // rolled back before; needs force
	NothingToRelease       = "Release.NothingToRelease"       // the candidate is the stable version
	RolledBackAsAsked      = "Release.RolledBackAsAsked"      // a requested rollback, which succeeds
	NothingToRollBack      = "Release.NothingToRollBack"      // no former version to return to
	Incompatible           = "Release.Incompatible"           // role or dead-letter setting differ
	ProvisionedConcurrency = "Release.ProvisionedConcurrency" // which an alias with weights would not serve as configured
	AliasNotWhole          = "Release.AliasNotWhole"          // the alias already splits traffic
	AliasLocked            = "Release.AliasLocked"            // another release holds the alias
	AlarmNotFound          = "Release.AlarmNotFound"          // an alarm named in the request does not exist
	MetricNotFound         = "Release.MetricNotFound"         // a custom metric named in the request has no datum
	Frozen                 = "Release.Frozen"                 // releases are frozen
	PlanTooLong            = "Release.PlanTooLong"            // the plan would pass the service's limits
	SomebodyElseChanged    = "Release.SomebodyElseChanged"    // $LATEST changed while it was published
	Drift                  = "Release.Drift"                  // somebody else moved the alias during the release
	ProbeFailed            = "Release.ProbeFailed"            // the candidate answered a probe wrongly
	HookFailed             = "Release.HookFailed"             // a hook refused
	VerdictFailed          = "Release.VerdictFailed"          // the judge failed the candidate
	Inconclusive           = "Release.Inconclusive"           // not enough evidence in time
	HeldTooLong            = "Release.HeldTooLong"            // a hold reached its limit
	AlarmFired             = "Release.AlarmFired"             // a named alarm fired during the release
	Rejected               = "Release.Rejected"               // a person rejected, or did not approve in time
	Aborted                = "Release.Aborted"                // a person asked for an abort
	Unavailable            = "Release.Unavailable"            // AWS throttled or failed; worth a retry
	NoReleaseRunning       = "Release.NoReleaseRunning"       // a command for a release that is not there
)

// Error is a failure with a stable name and a sentence for the person who reads
// the execution.
type Error struct {
	Name    string
	Message string
}

func (e *Error) Error() string { return e.Name + ": " + e.Message }

// Errorf makes an Error.
func Errorf(name, format string, args ...any) *Error {
	return &Error{Name: name, Message: fmt.Sprintf(format, args...)}
}

// IsError tells whether err is, or wraps, a release error of that name.
func IsError(err error, name string) bool {
	found, ok := errors.AsType[*Error](err)
	return ok && found.Name == name
}
