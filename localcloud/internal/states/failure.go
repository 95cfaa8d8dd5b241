package states

import (
	"errors"
	"fmt"

	"weir/localcloud/internal/ordered"
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
	// heartbeat tells a timeout that was a heartbeat's: it is called
	// States.Timeout too, and yet Retry and Catch know it by its own name.
	heartbeat bool
}

func (f *failure) Error() string { return f.name + ": " + f.cause }

func failf(name, format string, args ...any) *failure {
	return &failure{name: name, cause: fmt.Sprintf(format, args...)}
}

// maxCause is how much of a cause an execution keeps, in characters.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
const maxCause = 32768

// cutCause is a cause as an execution keeps it.
func cutCause(cause string) string {
	if runes := []rune(cause); len(runes) > maxCause {
		return string(runes[:maxCause])
	}
	return cause
}

// errEnded unwinds the goroutines of an execution, or of a branch whose sibling
// failed: nothing may be recorded any more.
var errEnded = errors.New("the execution has ended")

// matches tells whether an ErrorEquals list names the failure. Nothing catches
// States.Runtime. States.ALL stands for all others and States.TaskFailed for
// those but timeouts and the data limit. The user guide says that States.ALL
// does not stand for the data limit; the service was recorded to catch it so.
func matches(names []string, f *failure) bool {
	if f.name == errRuntime {
		return false
	}
	for _, candidate := range names {
		switch candidate {
		case f.name, errAll:
			return true
		case errTaskFailed:
			if f.name != errTimeout && f.name != errDataLimit {
				return true
			}
		case errHeartbeatTimeout:
			if f.heartbeat {
				return true
			}
		}
	}
	return false
}

// output is what a Catch gets: null for a text that was not given. The cause of a
// timeout was recorded to be empty, not null.
// https://github.com/localstack/localstack/blob/main/tests/aws/services/stepfunctions/v2/services/test_lambda_task_service.py
func (f *failure) output() *ordered.Object {
	caught := ordered.New().Set("Error", textOrNull(f.name)).Set("Cause", textOrNull(f.cause))
	if f.name == errTimeout && f.cause == "" {
		caught.Set("Cause", "")
	}
	return caught
}
