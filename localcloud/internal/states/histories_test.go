package states_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// recordedHistory is an execution as AWS was recorded to run it, restated: the
// machine, its input, and the events after ExecutionStarted, one a line.
//
// A line is the event's type, what its details tell, and "after" with the id of
// the event that it follows where that is not the one before it. Data that is
// the same as that of the event before is written "=". <name> stands for what
// differs from run to run.
type recordedHistory struct {
	name       string
	definition string
	input      string
	function   func(*lambda.InvokeInput) (*lambda.InvokeOutput, error)
	want       string
}

// testHistories runs the cases of one recording.
func testHistories(t *testing.T, cases []recordedHistory) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t)
			c.invoke = tt.function
			out := c.run(tt.definition, tt.input)
			compareHistory(t, c.history(*out.ExecutionArn), tt.want)
		})
	}
}

func compareHistory(t *testing.T, events []types.HistoryEvent, want string) {
	t.Helper()
	got := lines(t, events)
	wanted := strings.Split(strings.TrimSpace(want), "\n")
	for i := range max(len(got), len(wanted)) {
		switch {
		case i >= len(got):
			t.Errorf("event %d is missing: %s", i+2, strings.TrimSpace(wanted[i]))
		case i >= len(wanted):
			t.Errorf("event %d is too much: %s", i+2, got[i])
		case !pattern(strings.TrimSpace(wanted[i])).MatchString(got[i]):
			t.Errorf("event %d is %s\nwant       %s", i+2, got[i], strings.TrimSpace(wanted[i]))
		}
	}
}

// lines writes the events after the first.
func lines(t *testing.T, events []types.HistoryEvent) []string {
	var all []string
	data := ""
	for i, event := range events {
		wire := onTheWire(reflect.ValueOf(event)).(map[string]any)
		words := []string{string(event.Type)}
		for name, member := range wire {
			if details, ok := member.(map[string]any); ok && strings.HasSuffix(name, "EventDetails") {
				checkTruncation(t, event.Id, details)
				words = append(words, tell(details, &data)...)
			}
		}
		if previous := max(event.Id-1, 0); event.PreviousEventId != previous && event.Id > 2 || event.Id == 2 && event.PreviousEventId != 0 {
			words = append(words, fmt.Sprintf("after %d", event.PreviousEventId))
		}
		if i > 0 {
			all = append(all, strings.Join(words, " "))
		}
	}
	return all
}

// tell writes what details tell, in an order of its own. data is the latest data.
func tell(details map[string]any, data *string) []string {
	var words []string
	for _, name := range []string{"name", "state", "location", "resourceType", "resource", "index", "length", "timeoutInSeconds", "heartbeatInSeconds", "error", "cause"} {
		switch value := details[name].(type) {
		case string:
			words = append(words, value)
		case float64:
			words = append(words, fmt.Sprintf("%s=%v", name, value))
		}
	}
	for _, name := range []string{"input", "output", "parameters"} {
		text, ok := details[name].(string)
		if !ok {
			continue
		}
		if text == *data {
			words = append(words, "=")
		} else {
			words = append(words, text)
		}
		*data = text
	}
	if assigned, ok := details["assignedVariables"]; ok {
		text, _ := json.Marshal(assigned)
		words = append(words, "assigned "+string(text))
	}
	return words
}

// checkTruncation demands that details say of all data whether it is whole.
func checkTruncation(t *testing.T, id int64, details map[string]any) {
	for _, name := range []string{"input", "output", "assignedVariables"} {
		_, has := details[name]
		about, says := details[name+"Details"].(map[string]any)
		if has != says || says && about["truncated"] != false {
			t.Errorf("event %d: %s and %v", id, name, details)
		}
	}
}
