package main

import (
	"context"
	"testing"
	"time"

	"weir/internal/awsmetrics"
	"weir/internal/judge"
	"weir/internal/release"
)

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// weighed is a CloudWatch that counts by version only while the alias has
// weights: the candidate's are set at minute 0 and it is promoted at minute 5.
type weighed struct{ metrics }

func (weighed) Counts(_ context.Context, queries []awsmetrics.Query, _, to time.Time) ([]awsmetrics.Series, error) {
	series := make([]awsmetrics.Series, len(queries))
	for i, q := range queries {
		series[i] = awsmetrics.Series{}
		for at := start; at.Before(to); at = at.Add(time.Minute) {
			shared := at.Before(start.Add(5 * time.Minute))
			switch {
			case q.Alone:
				series[i][at] = judge.Counts{Requests: 100, Events: 7}
			case shared && q.Version == "1":
				series[i][at] = judge.Counts{Requests: 90}
			case shared:
				series[i][at] = judge.Counts{Requests: 10, Events: 1}
			}
		}
	}
	return series, nil
}

func (weighed) Percentile(_ context.Context, _ release.Target, version, _ string, _, _ time.Time) (float64, bool, error) {
	return 250, version == "", nil
}

var (
	planned = release.Plan{
		StartedAt: start,
		Targets:   []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: "1", Candidate: "2"}},
		Judge:     release.PlannedJudge{Signals: []release.Signal{{Name: release.SignalErrors}, {Name: release.SignalSlow}}},
	}
	promoted = release.Progress{
		FirstAt: start, Promoted: start.Add(5 * time.Minute),
		Weights: []release.SetWeight{{Weight: 10, At: start}, {Weight: 100, At: start.Add(5 * time.Minute)}},
	}
)

// What a whole alias serves is the candidate's, whether or not Lambda counts it
// by version then.
func TestTheWatchCountsWhatTheAliasServes(t *testing.T) {
	v := &Verify{metrics: weighed{}}
	seen, err := v.gather(t.Context(), planned, promoted, start.Add(8*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	errors := seen.signals[0]
	for i, minute := range errors.Minutes {
		if minute.Candidate.Requests != 10 || minute.Stable.Requests != 90 {
			t.Errorf("minute %d of the bake is %+v", i, minute)
		}
	}
	if len(errors.Minutes) != 5 || errors.Watch.Baseline.Requests != 450 {
		t.Errorf("%d minutes of the bake, and a baseline of %+v", len(errors.Minutes), errors.Watch.Baseline)
	}
	if len(errors.Watch.Minutes) != 3 {
		t.Fatalf("the watch has %d minutes", len(errors.Watch.Minutes))
	}
	for i, minute := range errors.Watch.Minutes {
		if minute.Requests != 100 || minute.Events != 7 {
			t.Errorf("minute %d of the watch is %+v", i, minute)
		}
	}
	if want := (judge.Counts{Requests: 300, Events: 21}); seen.candidate != want || !seen.exposed {
		t.Errorf("since the promotion the candidate served %+v, want %+v", seen.candidate, want)
	}
}

// A threshold is taken from the alias where nothing is counted by version.
func TestThresholdFromAWholeAlias(t *testing.T) {
	v := &Verify{metrics: weighed{}}
	thresholds, err := v.slowAfter(t.Context(), planned)
	if err != nil || thresholds["orders:prod"] != 250 {
		t.Errorf("the thresholds are %v (%v)", thresholds, err)
	}
}

// unwritten is a CloudWatch whose custom metrics have no datum.
type unwritten struct{ metrics }

func (unwritten) Counts(_ context.Context, queries []awsmetrics.Query, _, to time.Time) ([]awsmetrics.Series, error) {
	series := make([]awsmetrics.Series, len(queries))
	for i, q := range queries {
		series[i] = awsmetrics.Series{}
		for at := start; q.Signal.Metric == nil && at.Before(to); at = at.Add(time.Minute) {
			series[i][at] = judge.Counts{Requests: 100}
		}
	}
	return series, nil
}
