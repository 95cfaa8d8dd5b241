package main

import (
	"strings"
	"testing"
	"time"

	"weir/internal/judge"
	"weir/internal/release"
)

// healthy is a bake of so many minutes with requests enough for a pass.
func healthy(minutes int) []judge.Signal {
	signal := judge.Signal{Name: "errors"}
	for range minutes {
		signal.Minutes = append(signal.Minutes, judge.Minute{
			Stable: judge.Counts{Requests: 900}, Candidate: judge.Counts{Requests: 100}})
	}
	return []judge.Signal{signal}
}

func TestAPassRestsOnCompleteCounts(t *testing.T) {
	plan := release.Plan{Steps: []release.Step{{Weight: 10, BakeSeconds: 600}},
		Judge: release.PlannedJudge{Alpha: 0.05, MetricDelaySeconds: 120, LongestRequestSeconds: 300}}
	progress := release.Progress{FirstAt: start}
	failing := healthy(5)
	for i := range failing[0].Minutes {
		failing[0].Minutes[i].Candidate.Events = 50
	}
	tests := []struct {
		name    string
		signals []judge.Signal
		after   time.Duration // since the first shift
		want    judge.Outcome
		says    string
	}{
		{"young minutes pass nothing", healthy(5), 7 * time.Minute, judge.Inconclusive, "may last 5m0s"},
		{"minutes old enough pass", healthy(5), 12 * time.Minute, judge.Pass, "No regression"},
		{"young minutes fail", failing, 7 * time.Minute, judge.Fail, "errors failed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			verdict, err := judged(plan, progress, test.signals, start.Add(test.after))
			if err != nil {
				t.Fatal(err)
			}
			if verdict.Outcome != test.want || !strings.Contains(verdict.Reason, test.says) {
				t.Errorf("the verdict is %s: %s; want %s with %q", verdict.Outcome, verdict.Reason, test.want, test.says)
			}
		})
	}
}

// A signal whose metric the candidate does not write is told, not passed over.
func TestASignalWithoutCountsIsNamed(t *testing.T) {
	plan := planned
	plan.Judge = release.PlannedJudge{Alpha: 0.05, Signals: []release.Signal{{Name: "declined", Metric: &release.Metric{Namespace: "Shop", Name: "Declined"}}}}
	v := &Verify{metrics: unwritten{}}
	seen, err := v.gather(t.Context(), plan, release.Progress{FirstAt: start, Weights: []release.SetWeight{{Weight: 10, At: start}}}, start.Add(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if got := unmeasured(seen.unmeasured); !strings.Contains(got, "declined was not measured") {
		t.Errorf("unmeasured says %q", got)
	}
	verdict, err := judged(plan, release.Progress{FirstAt: start}, seen.signals, start.Add(time.Hour))
	if err != nil || verdict.Outcome != judge.Inconclusive {
		t.Errorf("the verdict is %s (%v), want inconclusive", verdict.Outcome, err)
	}
}
