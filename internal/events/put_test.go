package events_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/awstest"
	"weir/internal/events"
	"weir/internal/release"
)

const execution = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"

// put puts an event and returns the service, and what was logged.
func put(t *testing.T, answer awstest.Answer) (*awstest.Server, string) {
	t.Helper()
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	server := awstest.New(t, answer)
	events.New(server.Config).Put(t.Context(), events.Judged, events.Detail{Execution: execution, Weight: 10, Phase: release.Baking,
		Targets: []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: "6", Candidate: "7"}}, Outcome: "pass"})
	return server, log.String()
}

func TestPut(t *testing.T) {
	server, log := put(t, awstest.OK(`{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}`))
	if log != "" {
		t.Errorf("logged %s", log)
	}
	asked := server.Requests()[0]
	entries, _ := asked.Body["Entries"].([]any)
	if len(entries) != 1 || asked.Operation() != "PutEvents" {
		t.Fatalf("%s of %v", asked.Operation(), asked.Body)
	}
	entry := entries[0].(map[string]any)
	var detail map[string]any
	if err := json.Unmarshal([]byte(entry["Detail"].(string)), &detail); err != nil {
		t.Fatal(err)
	}
	delete(entry, "Detail")
	if diff := cmp.Diff(map[string]any{"Source": "weir", "DetailType": "Release Judged", "Resources": []any{execution}}, entry); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	want := map[string]any{"execution": execution, "weight": 10.0, "phase": "baking", "outcome": "pass",
		"targets": []any{map[string]any{"function": "orders", "alias": "prod", "stable": "6", "candidate": "7"}}}
	if diff := cmp.Diff(want, detail); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
}

// An event that is not put is logged; the release goes on.
func TestPutThatFailsIsLogged(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer awstest.Answer
		says   string
	}{
		{"the call is refused", awstest.Fault(http.StatusBadRequest, "AccessDeniedException", "not authorized"), "not authorized"},
		{"the entry is refused", awstest.OK(`{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}]}`),
			"put event: ThrottlingException: Rate exceeded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, log := put(t, test.answer)
			if strings.Count(log, "event not put") != 1 || !strings.Contains(log, test.says) || !strings.Contains(log, execution) || !strings.Contains(log, events.Judged) {
				t.Errorf("logged %q, want %q", log, test.says)
			}
		})
	}
}
