package emf

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"weir/internal/judge"
	"weir/internal/release"
)

const execution = "arn:aws:states:eu-west-1:123456789012:execution:weir-release:monday-1"

func record(outcome string) release.Record {
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	return release.Record{
		Outcome: outcome, StartedAt: start, EndedAt: start.Add(10 * time.Minute),
		Targets: []release.PlannedTarget{{Function: "orders", Alias: "prod"}},
		Steps: []release.SetWeight{
			{Weight: 10, At: start.Add(time.Minute), Candidate: judge.Counts{Requests: 40, Events: 1}},
			{Weight: 50, At: start.Add(5 * time.Minute), Candidate: judge.Counts{Requests: 200, Events: 30}},
		},
	}
}

func TestLineCarriesTheMetricsOfARollback(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, execution, record(release.RolledBack)); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("not one line: %q", out.String())
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"StateMachine": "weir-release", "Outcome": "rolledBack",
		Releases: 1.0, DurationSeconds: 600.0, SecondsToDetect: 540.0, ExposedRequests: 240.0, ExposedToFailures: 31.0,
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
	// CloudWatch makes a metric only of what the directive names, and drops the
	// whole directive when it names a value that is not there.
	var parsed struct {
		AWS directive `json:"_aws"`
	}
	if err := json.Unmarshal(out.Bytes(), &parsed); err != nil {
		t.Fatal(err)
	}
	if parsed.AWS.Timestamp != record("").EndedAt.UnixMilli() {
		t.Errorf("timestamp is %d", parsed.AWS.Timestamp)
	}
	definition := parsed.AWS.CloudWatchMetrics[0]
	if definition.Namespace != Namespace || len(definition.Metrics) != 5 {
		t.Errorf("directive is %+v", definition)
	}
	for _, m := range definition.Metrics {
		if _, ok := line[m.Name].(float64); !ok {
			t.Errorf("the directive names %s, which the line lacks", m.Name)
		}
	}
	for _, dimension := range definition.Dimensions[1] {
		if _, ok := line[dimension].(string); !ok {
			t.Errorf("the directive names dimension %s, which the line lacks", dimension)
		}
	}
}

func TestSuccessHasNoTimeToDetect(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, execution, record(release.Succeeded)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), SecondsToDetect) {
		t.Errorf("a success tells a time to detect: %s", out.String())
	}
}

func TestFailuresAreTold(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "not an ARN", record(release.Succeeded)); err == nil {
		t.Error("an execution that is none is accepted")
	}
	if err := Write(broken{}, execution, record(release.Succeeded)); !errors.Is(err, errBroken) {
		t.Errorf("error is %v, want the writer's", err)
	}
}

var errBroken = errors.New("broken pipe")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestACountHasOneMetricOfItsOwn(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	if err := WriteCount(&out, execution, Held, at); err != nil {
		t.Fatal(err)
	}
	var line struct {
		AWS          directive `json:"_aws"`
		StateMachine string
		Held         float64
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	definition := line.AWS.CloudWatchMetrics[0]
	if line.Held != 1 || line.StateMachine == "" || line.AWS.Timestamp != at.UnixMilli() ||
		len(definition.Metrics) != 1 || definition.Metrics[0] != (unit{Held, "Count"}) || len(definition.Dimensions) != 1 {
		t.Errorf("the line is %s", out.String())
	}
}
