package main

import (
	"strings"
	"testing"

	"weir/internal/judge"
	"weir/internal/release"
)

func inconclusive(value, rate float64, stable, candidate judge.Counts) judge.Evidence {
	return judge.Evidence{Signal: "errors", Phase: judge.PhaseBake, Outcome: judge.Inconclusive, EValue: value, CandidateRate: rate, Stable: stable, Candidate: candidate}
}

func TestDoubt(t *testing.T) {
	few, some := judge.Counts{Requests: 14}, judge.Counts{Requests: 126}
	for name, test := range map[string]struct {
		evidence   judge.Evidence
		unmeasured []string
		says       string // nothing: there is no doubt
	}{
		"no sign of harm":                    {inconclusive(0.7, 0, some, few), nil, ""},
		"just below a sign of harm":          {inconclusive(2.99, 0.07, some, few), nil, ""},
		"a sign of harm":                     {inconclusive(3, 0.07, some, few), nil, "errors speaks against the candidate: 0 of 14"},
		"most requests fail":                 {inconclusive(1, 0.6, some, few), nil, "most requests fail"},
		"a metric that is not written":       {inconclusive(0.7, 0, some, few), []string{"declined"}, "declined was not measured"},
		"a pass, whatever its number":        {judge.Evidence{Phase: judge.PhaseBake, Outcome: judge.Pass, EValue: 9}, nil, ""},
		"the watch, which decides by itself": {judge.Evidence{Phase: judge.PhaseWatch, Outcome: judge.Inconclusive, EValue: 9}, nil, ""},
	} {
		got := doubt(judge.Verdict{Evidence: []judge.Evidence{test.evidence}}, test.unmeasured)
		if (got == "") != (test.says == "") || !strings.Contains(got, test.says) {
			t.Errorf("%s: %q, want %q", name, got, test.says)
		}
	}
}

func TestPassIsInReachOfTheHold(t *testing.T) {
	plan := release.Plan{Judge: release.PlannedJudge{HoldSeconds: 600}}
	for minutes, want := range map[int]bool{10: true, 11: false} {
		e := inconclusive(1, 0, judge.Counts{}, judge.Counts{})
		e.EnoughInMinutes = &minutes
		if got := inReach(plan, judge.Verdict{Evidence: []judge.Evidence{e}}); got != want {
			t.Errorf("%d minutes of ten: %v", minutes, got)
		}
	}
	if inReach(plan, judge.Verdict{Evidence: []judge.Evidence{inconclusive(1, 0, judge.Counts{}, judge.Counts{})}}) {
		t.Error("a pass that no traffic brings is in reach")
	}
}

func TestWhatWasSeenIsOfTheLeastKnownSignal(t *testing.T) {
	plan := release.Plan{Judge: release.PlannedJudge{Alpha: 0.05}}
	known := inconclusive(1, 0, judge.Counts{}, judge.Counts{Requests: 1000})
	known.Signal = "slow"
	for says, e := range map[string]judge.Evidence{
		"Promoted after 14 requests without an event of errors; a rate above 19 % would have been noticed.": inconclusive(1, 0, judge.Counts{}, judge.Counts{Requests: 14}),
		"with 1 events of errors, which is no sign of harm":                                                 inconclusive(1, 0.1, judge.Counts{}, judge.Counts{Requests: 10, Events: 1}),
		"nothing could be seen": inconclusive(1, 0, judge.Counts{}, judge.Counts{}),
	} {
		if got := sawNoHarm(plan, judge.Verdict{Evidence: []judge.Evidence{known, e}}); !strings.Contains(got, says) {
			t.Errorf("%q does not say %q", got, says)
		}
	}
}
