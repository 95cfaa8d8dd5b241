package awsstates_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/awsstates"
	"weir/internal/awstest"
	"weir/internal/release"
)

const execution = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"

func TestEnded(t *testing.T) {
	status := func(is string) awstest.Answer { return awstest.OK(`{"status": "` + is + `"}`) }
	for _, test := range []struct {
		name   string
		answer awstest.Answer
		want   bool
	}{
		{"it runs", status("RUNNING"), false},
		{"it waits to be redriven", status("PENDING_REDRIVE"), false},
		{"it succeeded", status("SUCCEEDED"), true},
		{"it failed", status("FAILED"), true},
		{"it timed out", status("TIMED_OUT"), true},
		{"it was aborted", status("ABORTED"), true},
		{"it is forgotten", awstest.Fault(http.StatusBadRequest, "ExecutionDoesNotExist", "Execution Does Not Exist"), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := awstest.New(t, test.answer)
			got, err := awsstates.New(server.Config).Ended(t.Context(), execution)
			if err != nil || got != test.want {
				t.Errorf("ended: %v, %v; want %v", got, err, test.want)
			}
			asked := server.Requests()[0]
			if diff := cmp.Diff(map[string]any{"executionArn": execution}, asked.Body); diff != "" || asked.Operation() != "DescribeExecution" {
				t.Errorf("asked %s (-want +got):\n%s", asked.Operation(), diff)
			}
		})
	}
}

// An execution of which nothing is known has not ended: its lock stays.
func TestEndedWhenNobodyKnows(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer awstest.Answer
		retry  bool
	}{
		{"throttled", awstest.Fault(http.StatusBadRequest, "ThrottlingException", "Rate exceeded"), true},
		{"a failing service", awstest.Fault(http.StatusInternalServerError, "InternalFailure", "sorry"), true},
		{"a broken connection", awstest.Answer{}, true},
		{"a wrong request", awstest.Fault(http.StatusBadRequest, "ValidationException", "no"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			ended, err := awsstates.New(awstest.New(t, test.answer).Config).Ended(t.Context(), execution)
			if ended || err == nil || !strings.Contains(err.Error(), "describe execution "+execution) || release.IsError(err, release.Unavailable) != test.retry {
				t.Errorf("ended: %v, %v", ended, err)
			}
		})
	}
}

// A lock of another pipeline is that pipeline's; one that can name no execution is nobody's.
func TestEndedOfLocksThatAreNotOurs(t *testing.T) {
	ended, err := awsstates.New(awstest.New(t, awstest.Fault(http.StatusBadRequest, "AccessDeniedException", "not authorized")).Config).Ended(t.Context(), execution)
	if ended || !release.IsError(err, release.AliasLocked) {
		t.Errorf("another pipeline's: %v, %v", ended, err)
	}
	ended, err = awsstates.New(awstest.New(t, awstest.Fault(http.StatusBadRequest, "InvalidArn", "Invalid Arn")).Config).Ended(t.Context(), execution)
	if !ended || err != nil {
		t.Errorf("nobody's: %v, %v", ended, err)
	}
}

// The plan is the first in the history, the progress the last.
func TestPlanAndProgressComeFromTheHistory(t *testing.T) {
	page := awstest.OK(`{"events": [{"id": 1, "type": "ExecutionStarted", "timestamp": 1},
		{"id": 2, "type": "TaskSucceeded", "timestamp": 2, "taskSucceededEventDetails": {"resource": "r", "resourceType": "lambda", "output": "\"an answer\""}},
		{"id": 3, "type": "TaskSucceeded", "timestamp": 3, "taskSucceededEventDetails": {"resource": "r", "resourceType": "lambda", "output": "{\"Payload\": {\"plan\": {\"reason\": \"one\"}, \"progress\": {\"weight\": 10}}}"}}]}`)
	server := awstest.New(t, page, page)
	client := awsstates.New(server.Config)
	plan, err := client.Plan(t.Context(), execution)
	if err != nil || plan == nil || plan.Reason != "one" {
		t.Errorf("plan %+v, %v", plan, err)
	}
	progress, err := client.Progress(t.Context(), execution)
	if err != nil || progress == nil || progress.Weight != 10 {
		t.Errorf("progress %+v, %v", progress, err)
	}
	for i, reverse := range []any{nil, true} {
		if asked := server.Requests()[i]; asked.Operation() != "GetExecutionHistory" || asked.Body["executionArn"] != execution || reverse == true && asked.Body["reverseOrder"] != true {
			t.Errorf("asked %s %v", asked.Operation(), asked.Body)
		}
	}
	gone := awsstates.New(awstest.New(t, awstest.Fault(http.StatusBadRequest, "ExecutionDoesNotExist", "gone")).Config)
	if plan, err := gone.Plan(t.Context(), execution); plan != nil || err != nil {
		t.Errorf("of one that is forgotten: %+v, %v", plan, err)
	}
}

func TestSucceed(t *testing.T) {
	server := awstest.New(t, awstest.OK("{}"))
	if err := awsstates.New(server.Config).Succeed(t.Context(), "token", []byte(`{"answer": "pass"}`)); err != nil {
		t.Fatal(err)
	}
	asked := server.Requests()[0]
	if diff := cmp.Diff(map[string]any{"taskToken": "token", "output": `{"answer": "pass"}`}, asked.Body); diff != "" || asked.Operation() != "SendTaskSuccess" {
		t.Errorf("asked %s (-want +got):\n%s", asked.Operation(), diff)
	}
}

func TestSucceedRefused(t *testing.T) {
	for kind, retry := range map[string]bool{"TaskTimedOut": false, "InvalidToken": false, "ThrottlingException": true} {
		server := awstest.New(t, awstest.Fault(http.StatusBadRequest, kind, "sorry"))
		err := awsstates.New(server.Config).Succeed(t.Context(), "token", []byte(`{}`))
		if err == nil || !strings.Contains(err.Error(), "answer the task") || release.IsError(err, release.Unavailable) != retry {
			t.Errorf("%s gives %v", kind, err)
		}
	}
}
