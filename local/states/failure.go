package states

import (
	"errors"
	"fmt"
)

// The error names that Step Functions itself gives
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
const (
	errAll              = "States.ALL"
	errTaskFailed       = "States.TaskFailed"
	errTimeout          = "States.Timeout"
	errHeartbeatTimeout = "States.HeartbeatTimeout"
	errRuntime          = "States.Runtime"
	errDataLimit        = "States.DataLimitExceeded"
	errQuery            = "States.QueryEvaluationError"
	errNoChoice         = "States.NoChoiceMatched"
	errIntrinsic        = "States.IntrinsicFailure"
	errResultPath       = "States.ResultPathMatchFailure"
	errTolerance        = "States.ExceedToleratedFailureThreshold"
)

// failure is an error as the language sees it: a name that Retry and Catch
// match, and a cause for people.
type failure struct {
	name  string
	cause string
	// location is the field whose expression failed ("Arguments/Payload").
	location string
}

func (f *failure) Error() string { return f.name + ": " + f.cause }

func failf(name, format string, args ...any) *failure {
	return &failure{name: name, cause: fmt.Sprintf(format, args...)}
}

// errEnded unwinds the goroutines of an execution, or of a branch whose sibling
// failed: nothing may be recorded any more.
var errEnded = errors.New("the execution has ended")

// matches tells whether an ErrorEquals list names the error. States.ALL does
// not stand for the two errors that always end an execution unless named, and
// States.TaskFailed stands for everything but timeouts.
func matches(names []string, name string) bool {
	if name == errRuntime {
		return false
	}
	for _, candidate := range names {
		switch {
		case candidate == name:
			return true
		case candidate == errAll && name != errDataLimit:
			return true
		case candidate == errTaskFailed && name != errTimeout && name != errHeartbeatTimeout && name != errDataLimit:
			return true
		case candidate == errTimeout && name == errHeartbeatTimeout:
			return true
		}
	}
	return false
}

// output is what a Catch gets.
func (f *failure) output() map[string]any {
	return map[string]any{"Error": f.name, "Cause": f.cause}
}
