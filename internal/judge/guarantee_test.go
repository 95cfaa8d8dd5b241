package judge

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// rateOfFailure returns the share of drawn releases that fail.
func rateOfFailure(t *testing.T, releases int, draw func(r *rand.Rand) Release) float64 {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 11))
	failed := 0
	for range releases {
		v, err := Judge(draw(r))
		if err != nil {
			t.Fatal(err)
		}
		if v.Outcome == Fail {
			failed++
		}
	}
	return float64(failed) / float64(releases)
}

// bake draws minutes with 200 requests on stable and 40 on the candidate.
func bake(r *rand.Rand, minutes int, stable, candidate float64) []Minute {
	list := make([]Minute, minutes)
	for i := range list {
		list[i] = Minute{Counts{200, draw(r, 200, stable)}, Counts{40, draw(r, 40, candidate)}}
	}
	return list
}

func TestToleranceIsNotARegression(t *testing.T) {
	tests := []struct {
		name              string
		tolerance         Tolerance
		stable, candidate float64
		atMost, atLeast   float64
	}{
		{"at the tolerated ratio", Tolerance{Ratio: 2}, 0.02, 0.04, 0.065, 0},
		{"at the tolerated ratio, where most requests are events", Tolerance{Ratio: 2}, 0.3, 0.6, 0.065, 0},
		{"beyond the ratio", Tolerance{Ratio: 2}, 0.02, 0.12, 1, 0.9},
		{"at the tolerated difference", Tolerance{Difference: 0.02}, 0.01, 0.03, 0.065, 0},
		{"beyond the difference", Tolerance{Difference: 0.02}, 0.01, 0.12, 1, 0.9},
		{"beyond the ratio, within the difference", Tolerance{Ratio: 2, Difference: 0.1}, 0.01, 0.05, 0.065, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rate := rateOfFailure(t, 1500, func(r *rand.Rand) Release {
				return Release{Signals: []Signal{{Name: "errors", Tolerance: test.tolerance, Minutes: bake(r, 30, test.stable, test.candidate)}}}
			})
			if rate > test.atMost || rate < test.atLeast {
				t.Errorf("%.3f fail, want from %.2f to %.3f", rate, test.atLeast, test.atMost)
			}
		})
	}
}

// Looks after the plan spend only what is left of alpha, and still find a regression.
func TestLooksBeyondThePlan(t *testing.T) {
	beyond := func(candidate float64) float64 {
		return rateOfFailure(t, 1500, func(r *rand.Rand) Release {
			return Release{PlannedMinutes: 10, Signals: []Signal{{Name: "errors", Minutes: append(bake(r, 10, 0.02, 0.02), bake(r, 50, 0.02, candidate)...)}}}
		})
	}
	if rate := beyond(0.02); rate > 0.065 {
		t.Errorf("%.3f of the good fail", rate)
	}
	if rate := beyond(0.12); rate < 0.9 {
		t.Errorf("only %.3f of the bad fail", rate)
	}
}

func TestWatch(t *testing.T) {
	watch := func(factor float64) float64 {
		return rateOfFailure(t, 1500, func(r *rand.Rand) Release {
			w := &Watch{Baseline: Counts{12000, draw(r, 12000, 0.01)}}
			for range 30 {
				w.Minutes = append(w.Minutes, Counts{240, draw(r, 240, 0.01*factor)})
			}
			return Release{WatchShare: DefaultWatchShare, Signals: []Signal{{Name: "errors", Watch: w}}}
		})
	}
	for _, test := range []struct{ factor, atMost, atLeast float64 }{{1, 0.01, 0}, {1.5, 0.01, 0}, {4, 1, 0.99}} {
		if rate := watch(test.factor); rate > test.atMost || rate < test.atLeast {
			t.Errorf("at %v times the rate %.3f fail, want from %v to %v", test.factor, rate, test.atLeast, test.atMost)
		}
	}
}

func TestWatchNeedsItsShareAndABaseline(t *testing.T) {
	signal := Signal{Name: "errors", Watch: &Watch{Minutes: []Counts{{100, 100}}}}
	if _, err := Judge(Release{Signals: []Signal{signal}}); err == nil || !strings.Contains(err.Error(), "watchShare") {
		t.Errorf("a watch without a share: %v", err)
	}
	v, err := Judge(Release{WatchShare: 0.1, Signals: []Signal{signal}})
	if err != nil || v.Outcome != Inconclusive {
		t.Errorf("a watch without a baseline: %+v, %v", v, err)
	}
}

// Counts that come late or are revised change the verdict, because Judge remembers
// nothing from look to look.
func TestLateCountsAndGaps(t *testing.T) {
	minutes := steady(10, Counts{540, 3}, Counts{60, 0})
	spentAtStart := append([]Minute(nil), minutes...)
	spentAtStart[4], spentAtStart[7] = Minute{}, Minute{Stable: Counts{540, 3}}
	for name, list := range map[string][]Minute{"gaps": spentAtStart, "whole": minutes} {
		v, err := Judge(Release{PlannedMinutes: 60, Signals: []Signal{{Name: "errors", Minutes: list}}})
		if err != nil || v.Outcome == Fail {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
		if want := map[string]int64{"gaps": 480, "whole": 600}[name]; v.Evidence[0].Candidate.Requests != want {
			t.Errorf("%s: %d requests count, want %d", name, v.Evidence[0].Candidate.Requests, want)
		}
	}
	minutes[4].Candidate.Events = 20
	v, err := Judge(Release{PlannedMinutes: 60, Signals: []Signal{{Name: "errors", Minutes: minutes}}})
	if err != nil || v.Outcome != Fail || v.Minute != 5 {
		t.Errorf("revised: %+v, %v", v, err)
	}
}

// A version's requests do not include throttled requests, so events can exceed them.
func TestEventsWithoutRequests(t *testing.T) {
	v, err := Judge(Release{Signals: []Signal{{Name: "throttles", Minutes: steady(5, Counts{500, 0}, Counts{0, 40})}}})
	if err != nil || v.Outcome != Fail {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestTraceEndsAsJudge(t *testing.T) {
	release := drawn(30)
	release.Signals[0].Minutes[20].Candidate.Events = 40
	verdicts, err := Trace(release)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Judge(release)
	if err != nil {
		t.Fatal(err)
	}
	if last := verdicts[len(verdicts)-1]; v.Outcome != Fail || last.Reason != v.Reason || len(verdicts) != v.Minute {
		t.Errorf("after %d minutes %q, at once %q in minute %d", len(verdicts), last.Reason, v.Reason, v.Minute)
	}
}
