package follow_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/google/go-cmp/cmp"

	"weir/internal/awstest"
	"weir/internal/follow"
)

const execution = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"

// start is when every history begins: 2026-01-01T12:00:00Z.
var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func status(text string) awstest.Answer {
	return awstest.OK(fmt.Sprintf(`{"status": %q, "startDate": %d}`, text, start.Unix()))
}

// history is a page of events, the latest first; next leads to a further page.
func history(next string, events ...string) awstest.Answer {
	token := ""
	if next != "" {
		token = fmt.Sprintf(`, "nextToken": %q`, next)
	}
	return awstest.OK(`{"events": [` + strings.Join(events, ",") + `]` + token + `}`)
}

// event is one event of a history, id seconds after the start.
func event(id int, details string) string {
	if details != "" {
		details = ", " + details
	}
	return fmt.Sprintf(`{"id": %d, "timestamp": %d, "type": "Any"%s}`, id, start.Unix()+int64(id), details)
}

func entered(id int, state string) string {
	return event(id, fmt.Sprintf(`"stateEnteredEventDetails": {"name": %q}`, state))
}

func failed(id int, name string) string {
	return event(id, fmt.Sprintf(`"taskFailedEventDetails": {"resourceType": "lambda", "resource": "invoke", "error": %q}`, name))
}

func succeeded(id int, output string) string {
	return event(id, fmt.Sprintf(`"taskSucceededEventDetails": {"resourceType": "lambda", "resource": "invoke", "output": %q}`, output))
}

// told follows an execution and returns each event in a line. The time between
// two looks is as short as can be.
func told(t *testing.T, answers ...awstest.Answer) ([]string, follow.Outcome, *awstest.Server, error) {
	t.Helper()
	server := awstest.New(t, answers...)
	var lines []string
	outcome, err := follow.Follow(t.Context(), sfn.NewFromConfig(server.Config), execution, time.Nanosecond, func(e follow.Event) {
		line := fmt.Sprintf("%d %s", int(e.At.Sub(start).Seconds()), e.State)
		if e.Plan != nil {
			line += " plan of " + e.Plan.Execution
		}
		if e.Progress != nil {
			line += fmt.Sprintf(" at %d %%", e.Progress.Weight)
		}
		if e.Retry != "" {
			line += " retry " + e.Retry
		}
		lines = append(lines, line)
	})
	return lines, outcome, server, err
}

func TestEventsAreToldInOrder(t *testing.T) {
	lines, outcome, _, err := told(t,
		awstest.OK(fmt.Sprintf(`{"status": "FAILED", "error": "Release.AlarmFired", "cause": "Alarm red fired.", "output": "{}", "startDate": %d, "stopDate": %d}`, start.Unix(), start.Unix()+90)),
		history("",
			succeeded(9, `{"Payload": {"answer": "no story"}}`),
			succeeded(8, `{"Payload": {"progress": {"weight": 10}}}`),
			failed(7, "Release.Unavailable"),
			entered(6, "Shift"),
			succeeded(5, `{"Payload": {"plan": {"execution": "monday"}, "progress": {"weight": 0}}}`),
			succeeded(4, `{"Payload": {"plan": {"execution": "monday"}}}`),
			entered(3, "Plan"),
			event(1, ""),
		))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"3 Plan", "4 Plan plan of monday", "5 Plan plan of monday at 0 %", "6 Shift", "7 Shift retry Release.Unavailable", "8 Shift at 10 %"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	ended := follow.Outcome{Status: "FAILED", Error: "Release.AlarmFired", Cause: "Alarm red fired.", Output: "{}",
		StartedAt: start, EndedAt: start.Add(90 * time.Second), Transitions: 2}
	if diff := cmp.Diff(ended, outcome); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

// An event is told once, whether a look finds it alone or among known ones.
func TestEveryEventIsToldOnce(t *testing.T) {
	lines, outcome, server, err := told(t,
		status("RUNNING"), history("", entered(1, "Plan")),
		status("RUNNING"), history("", entered(1, "Plan")), // nothing new
		status("RUNNING"), history("older", entered(3, "Shift"), entered(2, "Lock"), entered(1, "Plan")), // the older page is known
		status("SUCCEEDED"), history("last", entered(6, "Finish"), entered(5, "Promote")), history("", entered(4, "Judge"), entered(3, "Shift")),
	)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1 Plan", "2 Lock", "3 Shift", "4 Judge", "5 Promote", "6 Finish"}, lines); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if outcome.Status != "SUCCEEDED" || outcome.Transitions != 6 {
		t.Errorf("outcome is %+v", outcome)
	}
	var asked []any
	for _, r := range server.Requests() {
		if r.Body["executionArn"] != execution {
			t.Errorf("%s asks of %v", r.Operation(), r.Body["executionArn"])
		}
		if r.Operation() == "GetExecutionHistory" {
			asked = append(asked, r.Body["nextToken"])
			if r.Body["reverseOrder"] != true || r.Body["maxResults"] != 100.0 {
				t.Errorf("the history is asked for by %v", r.Body)
			}
		}
	}
	if diff := cmp.Diff([]any{nil, nil, nil, nil, "last"}, asked); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// The status is read before the history, so that the end of a release is told
// before its outcome.
func TestStatusIsReadBeforeTheHistory(t *testing.T) {
	_, _, server, err := told(t, status("SUCCEEDED"), history("", entered(1, "Plan")))
	if diff := cmp.Diff([]string{"DescribeExecution", "GetExecutionHistory"}, server.Operations()); err != nil || diff != "" {
		t.Errorf("%v; calls (-want +got):\n%s", err, diff)
	}
}

func TestFollowFails(t *testing.T) {
	denied := awstest.Fault(http.StatusBadRequest, "AccessDeniedException", "not authorized")
	for _, test := range []struct {
		name    string
		answers []awstest.Answer
		says    string
	}{
		{"at the status", []awstest.Answer{denied}, "describe " + execution},
		{"at the history", []awstest.Answer{status("RUNNING"), denied}, "read the history of " + execution},
		{"at a further page", []awstest.Answer{status("RUNNING"), history("more", entered(2, "Plan")), denied}, "read the history of " + execution},
		{"at an output that is no JSON", []awstest.Answer{status("RUNNING"), history("", succeeded(2, "<html>"), entered(1, "Plan"))}, `read the output of "Plan"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, outcome, _, err := told(t, test.answers...)
			if err == nil || !strings.Contains(err.Error(), test.says) || outcome != (follow.Outcome{}) {
				t.Errorf("%+v, %v; want %q", outcome, err, test.says)
			}
		})
	}
}

// Whoever follows may leave: nothing waits for the end of the interval.
func TestFollowEndsWithItsContext(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	server := awstest.New(t, status("RUNNING"), history("", entered(1, "Plan")))
	outcome, err := follow.Follow(ctx, sfn.NewFromConfig(server.Config), execution, time.Hour, func(follow.Event) { leave() })
	if !errors.Is(err, context.Canceled) || outcome != (follow.Outcome{}) {
		t.Errorf("%+v, %v", outcome, err)
	}
}
