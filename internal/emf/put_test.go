package emf

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/release"
)

// written runs f and returns what it writes to the standard output, and what it
// logs.
func written(t *testing.T, f func()) (lines, log string) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var logged bytes.Buffer
	stdout, logger := os.Stdout, slog.Default()
	defer func() {
		os.Stdout = stdout
		slog.SetDefault(logger)
	}()
	os.Stdout = file
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	f()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), logged.String()
}

func directiveOf(t *testing.T, line string) directive {
	t.Helper()
	var parsed struct {
		AWS directive `json:"_aws"`
	}
	if err := json.Unmarshal([]byte(line), &parsed); err != nil {
		t.Fatalf("%v in %q", err, line)
	}
	return parsed.AWS
}

func TestPutWritesIntoTheLog(t *testing.T) {
	line, log := written(t, func() { Put(t.Context(), execution, record(release.RolledBack)) })
	if log != "" {
		t.Errorf("logged %s", log)
	}
	want := directive{Timestamp: record("").EndedAt.UnixMilli(), CloudWatchMetrics: []metric{{
		Namespace: "Weir", Dimensions: [][]string{{"StateMachine"}, {"StateMachine", "Outcome"}},
		Metrics: []unit{{"Releases", "Count"}, {"DurationSeconds", "Seconds"}, {"SecondsToDetect", "Seconds"}, {"ExposedRequests", "Count"}, {"ExposedToFailures", "Count"}},
	}}}
	if diff := cmp.Diff(want, directiveOf(t, line)); diff != "" {
		t.Errorf("directive (-want +got):\n%s", diff)
	}
}

func TestCountWritesIntoTheLog(t *testing.T) {
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	line, log := written(t, func() { Count(t.Context(), execution, Repaired, at) })
	want := directive{Timestamp: at.UnixMilli(), CloudWatchMetrics: []metric{{
		Namespace: "Weir", Dimensions: [][]string{{"StateMachine"}}, Metrics: []unit{{"Repaired", "Count"}}}}}
	if diff := cmp.Diff(want, directiveOf(t, line)); diff != "" || log != "" {
		t.Errorf("logged %q; directive (-want +got):\n%s", log, diff)
	}
}

// CloudWatch drops a datum that is older than two weeks.
func TestCountWithoutATimeIsNow(t *testing.T) {
	before := time.Now().UnixMilli()
	line, _ := written(t, func() { Count(t.Context(), execution, Repaired, time.Time{}) })
	if got := directiveOf(t, line).Timestamp; got < before || got > time.Now().UnixMilli() {
		t.Errorf("the time is %d", got)
	}
}

func TestMetricsThatAreNotWrittenAreLogged(t *testing.T) {
	for name, f := range map[string]func(){
		"Put":   func() { Put(t.Context(), "not an ARN", record(release.Succeeded)) },
		"Count": func() { Count(t.Context(), "not an ARN", Held, time.Time{}) },
	} {
		if line, log := written(t, f); line != "" || !strings.Contains(log, "metrics not written") || !strings.Contains(log, "not an ARN") {
			t.Errorf("%s writes %q and logs %q", name, line, log)
		}
	}
	if err := WriteCount(&bytes.Buffer{}, "not an ARN", Held, time.Time{}); err == nil {
		t.Error("an execution that is none is counted")
	}
}

// A release that rolls back before it shifts anything detects nothing.
func TestRollbackBeforeTrafficHasNoTimeToDetect(t *testing.T) {
	early := record(release.RolledBack)
	early.Steps = nil
	var out bytes.Buffer
	if err := Write(&out, execution, early); err != nil {
		t.Fatal(err)
	}
	if names := directiveOf(t, out.String()).CloudWatchMetrics[0].Metrics; !cmp.Equal(names, []unit{{Releases, "Count"}, {DurationSeconds, "Seconds"}}) {
		t.Errorf("metrics are %v", names)
	}
	one := record(release.RolledBack)
	one.Steps = one.Steps[:1]
	out.Reset()
	if err := Write(&out, execution, one); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"SecondsToDetect":540,`) {
		t.Errorf("after one step: %s", out.String())
	}
}
