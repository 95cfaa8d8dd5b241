package release

import (
	"errors"
	"fmt"
	"strings"
)

// Names of the errors with which a release ends. They are an API: the state
// machine's Retry and Catch, alarms, and people's scripts branch on them.
const (
	InvalidRequest      = "Release.InvalidRequest"      // the input breaks the request schema
	TargetNotFound      = "Release.TargetNotFound"      // no such function or alias
	VersionNotFound     = "Release.VersionNotFound"     // no such version, or no alias to take it from
	VersionNotReady     = "Release.VersionNotReady"     // not Active, or its last update failed
	VersionFailedBefore = "Release.VersionFailedBefore" // rolled back before; needs force
	NothingToRelease    = "Release.NothingToRelease"    // the candidate is the stable version
	RolledBackAsAsked   = "Release.RolledBackAsAsked"   // a requested rollback, which succeeds
	NothingToRollBack   = "Release.NothingToRollBack"   // no former version to return to
	Incompatible        = "Release.Incompatible"        // role or dead-letter setting differ
	AliasNotWhole       = "Release.AliasNotWhole"       // the alias already splits traffic
	AliasLocked         = "Release.AliasLocked"         // another release holds the alias
	AlarmNotFound       = "Release.AlarmNotFound"       // an alarm named in the request does not exist
	MetricNotFound      = "Release.MetricNotFound"      // a custom metric named in the request has no datum
	Frozen              = "Release.Frozen"              // releases are frozen
	PlanTooLong         = "Release.PlanTooLong"         // the plan would pass the service's limits
	SomebodyElseChanged = "Release.SomebodyElseChanged" // $LATEST changed while it was published
	Drift               = "Release.Drift"               // somebody else moved the alias during the release
	ProbeFailed         = "Release.ProbeFailed"         // the candidate answered a probe wrongly
	HookFailed          = "Release.HookFailed"          // a hook refused
	VerdictFailed       = "Release.VerdictFailed"       // the judge failed the candidate
	Inconclusive        = "Release.Inconclusive"        // not enough evidence in time
	HeldTooLong         = "Release.HeldTooLong"         // a hold reached its limit
	AlarmFired          = "Release.AlarmFired"          // a named alarm fired during the release
	Rejected            = "Release.Rejected"            // a person rejected, or did not approve in time
	Aborted             = "Release.Aborted"             // a person asked for an abort
	Unavailable         = "Release.Unavailable"         // AWS throttled or failed; worth a retry
	NotYet              = "Release.NotYet"              // AWS is still at it: a version is Pending, an alias on its way
	NoReleaseRunning    = "Release.NoReleaseRunning"    // a command for a release that is not there
	NoEffect            = "Release.NoEffect"            // a command that can have no effect now
	HookNotCallable     = "Release.HookNotCallable"     // a hook that does not exist, or that may not be called
	TimedOut            = "Release.TimedOut"            // a task of the workflow did not answer in time
	RollbackFailed      = "Release.RollbackFailed"      // an alias may still split traffic
	Internal            = "Release.Internal"            // none of these: a fault of Weir, or an answer of AWS that it does not know
)

// Error is a failure with a stable name and a sentence for the person who reads
// the execution.
type Error struct {
	Name    string
	Message string
	// Err is what was met, where a caller may want to know; the sentence says it too.
	Err error
}

func (e *Error) Error() string { return e.Name + ": " + e.Message }

// Unwrap gives what was met, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error.
func Errorf(name, format string, args ...any) *Error {
	return &Error{Name: name, Message: fmt.Sprintf(format, args...)}
}

// Caught gives an error that the workflow caught one of the names above, and a
// sentence: AWS's own names, and those that somebody answers by a task token,
// stand in the sentence. Either may be empty.
func Caught(name, sentence string) *Error {
	said := strings.TrimSuffix(name+": "+sentence, ": ")
	switch {
	case strings.HasPrefix(name, "Release.") && sentence != "":
		return &Error{Name: name, Message: sentence}
	case strings.HasPrefix(name, "Release."):
		return Errorf(name, "The workflow ended with %s and no cause.", name)
	case name == stateTimeout || name == sandboxTimeout:
		return Errorf(TimedOut, "A task of the workflow did not answer in time (%s).", said)
	case name == "" && sentence == "":
		return Errorf(Internal, "The workflow ended with neither an error's name nor a cause.")
	}
	return &Error{Name: Internal, Message: strings.TrimPrefix(said, ": ")}
}

// Names of errors that Step Functions and Lambda give.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const (
	stateTimeout   = "States.Timeout"
	sandboxTimeout = "Sandbox.Timedout"
)

// HookError says how a call of hooks ended, from the error that the workflow
// caught. A hook may answer its task token with any error, or none: that is a
// refusal, and what it answered is in the sentence.
func HookError(name, sentence string) *Error {
	switch name {
	case stateTimeout:
		return Errorf(HookFailed, "A hook did not answer within its limit.")
	case HookFailed, Unavailable, Internal, InvalidRequest: // from the handler that calls hooks
		return Caught(name, sentence)
	}
	for _, ours := range []string{"States.", "Lambda.", "Runtime.", "Sandbox."} {
		if strings.HasPrefix(name, ours) {
			return Caught(name, sentence)
		}
	}
	switch {
	case name == "" && sentence == "":
		return Errorf(HookFailed, "A hook answered with a failure that says nothing.")
	case sentence == "":
		return Errorf(HookFailed, "A hook answered with the error %s.", name)
	case name == "":
		return Errorf(HookFailed, "A hook answered with a failure: %s", sentence)
	}
	return Errorf(HookFailed, "A hook answered with the error %s: %s", name, sentence)
}

// IsError tells whether err is, or wraps, a release error of that name.
func IsError(err error, name string) bool {
	found, ok := errors.AsType[*Error](err)
	return ok && found.Name == name
}
