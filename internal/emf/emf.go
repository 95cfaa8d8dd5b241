// Package emf writes what a release came to as metrics, in CloudWatch's embedded
// metric format: one line of JSON in a function's log, from which CloudWatch
// makes the metrics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package emf

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"weir/internal/release"
)

// Namespace of the metrics.
const Namespace = "Weir"

// Names of the metrics. Each has the dimension StateMachine, and again
// StateMachine and Outcome.
const (
	Releases          = "Releases"          // count
	DurationSeconds   = "DurationSeconds"   // from the start of the execution to its end
	SecondsToDetect   = "SecondsToDetect"   // from the first traffic to the rollback; only of those rolled back
	ExposedRequests   = "ExposedRequests"   // requests that the candidate answered, as far as they were counted
	ExposedToFailures = "ExposedToFailures" // those of them that it failed
)

// Names of the metrics that count one thing each, with the dimension
// StateMachine alone. The pipeline's alarms read them.
const (
	Held     = "Held"     // looks at which a release held or waited for a person
	Repaired = "Repaired" // aliases that the repair returned to one version
)

type directive struct {
	Timestamp         int64    `json:"Timestamp"` // milliseconds
	CloudWatchMetrics []metric `json:"CloudWatchMetrics"`
}

type metric struct {
	Namespace  string     `json:"Namespace"`
	Dimensions [][]string `json:"Dimensions"`
	Metrics    []unit     `json:"Metrics"`
}

type unit struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}

// Put writes one line about a release into the function's log. A failure is
// logged and does not change how the release ended.
func Put(ctx context.Context, executionARN string, record release.Record) {
	if err := Write(os.Stdout, executionARN, record); err != nil {
		slog.ErrorContext(ctx, "metrics not written", "execution", executionARN, "error", err.Error())
	}
}

// Count writes one line that counts one of what a metric names, at the time
// given: that of the event which caused it, or now if it is zero, as in a repair
// that a person asks for. A failure is logged and changes nothing else.
func Count(ctx context.Context, executionARN, name string, at time.Time) {
	if at.IsZero() {
		at = time.Now()
	}
	if err := WriteCount(os.Stdout, executionARN, name, at); err != nil {
		slog.ErrorContext(ctx, "metrics not written", "execution", executionARN, "metric", name, "error", err.Error())
	}
}

// WriteCount writes the line of Count.
func WriteCount(w io.Writer, executionARN, name string, at time.Time) error {
	holder, err := release.HolderOf(executionARN)
	if err != nil {
		return err
	}
	return writeLine(w, map[string]any{"StateMachine": holder.StateMachine, "execution": executionARN, name: 1}, at,
		metric{Namespace: Namespace, Dimensions: [][]string{{"StateMachine"}}, Metrics: []unit{{Name: name, Unit: unitOf(name)}}})
}

// Write writes one line about a release that the execution made.
func Write(w io.Writer, executionARN string, record release.Record) error {
	holder, err := release.HolderOf(executionARN)
	if err != nil {
		return err
	}
	values := map[string]float64{
		Releases:        1,
		DurationSeconds: record.EndedAt.Sub(record.StartedAt).Seconds(),
	}
	for _, step := range record.Steps {
		values[ExposedRequests] += float64(step.Candidate.Requests)
		values[ExposedToFailures] += float64(step.Candidate.Events)
	}
	if record.Outcome == release.RolledBack && len(record.Steps) > 0 {
		values[SecondsToDetect] = record.EndedAt.Sub(record.Steps[0].At).Seconds()
	}
	line := map[string]any{
		"StateMachine": holder.StateMachine, "Outcome": record.Outcome,
		"execution": executionARN, "targets": record.Targets, "error": record.Error,
	}
	definition := metric{Namespace: Namespace, Dimensions: [][]string{{"StateMachine"}, {"StateMachine", "Outcome"}}}
	for _, name := range []string{Releases, DurationSeconds, SecondsToDetect, ExposedRequests, ExposedToFailures} {
		value, ok := values[name]
		if !ok {
			continue
		}
		line[name] = value
		definition.Metrics = append(definition.Metrics, unit{Name: name, Unit: unitOf(name)})
	}
	return writeLine(w, line, record.EndedAt, definition)
}

func writeLine(w io.Writer, line map[string]any, at time.Time, definition metric) error {
	line["_aws"] = directive{Timestamp: at.UnixMilli(), CloudWatchMetrics: []metric{definition}}
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return nil
}

func unitOf(name string) string {
	if name == DurationSeconds || name == SecondsToDetect {
		return "Seconds"
	}
	return "Count"
}
