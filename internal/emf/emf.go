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
		values[ExposedToFailures] += float64(step.Candidate.Errors)
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
	line["_aws"] = directive{Timestamp: record.EndedAt.UnixMilli(), CloudWatchMetrics: []metric{definition}}
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
