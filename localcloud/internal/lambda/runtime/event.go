package runtime

import (
	"encoding/json"
	"fmt"
	"time"
)

// Event is one invocation.
type Event struct {
	ID          string // request id
	FunctionARN string // as invoked
	Version     string // that executes it, for the log
	Payload     []byte
	Trace       string    // X-Ray trace header
	Client      string    // client context, JSON
	Began       time.Time // cloud time, for what the function prints meanwhile
}

// Result is what the function made of an event.
type Result struct {
	Payload []byte
	// Failed says that the payload describes an error: raised by the handler,
	// a timeout, or the end of the process.
	Failed bool
	// Duration is what the handler took, in wall time; initialisation apart.
	Duration time.Duration
	// Log is the end of what was printed, 4 KB at most.
	Log []byte
}

// failure is a result that Lambda itself words, for a request.
func failure(kind, id, format string, args ...any) Result {
	return worded(kind, fmt.Sprintf("RequestId: %s Error: %s", id, fmt.Sprintf(format, args...)))
}

// worded is a result with Lambda's own error.
func worded(kind, message string) Result {
	payload, err := json.Marshal(struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}{kind, message})
	if err != nil {
		payload = []byte(`{}`) // two strings always marshal
	}
	return Result{Failed: true, Payload: payload}
}

func timedOut(id string, limit time.Duration) Result {
	return failure("Sandbox.Timedout", id, "Task timed out after %.2f seconds", limit.Seconds())
}
