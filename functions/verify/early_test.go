package main

import (
	"testing"

	"weir/internal/judge"
)

// The version whose counts come later must not be taken for the better one.
func TestMinuteThatIsStillArrivingIsGuarded(t *testing.T) {
	counts := func(requests, events int64) judge.Counts { return judge.Counts{Requests: requests, Events: events} }
	for _, test := range []struct {
		name         string
		weight       int
		minute, want judge.Minute
	}{
		{"both have come as the weight says", 10, judge.Minute{Stable: counts(90, 9), Candidate: counts(10, 1)}, judge.Minute{Stable: counts(90, 9), Candidate: counts(10, 1)}},
		{"stable lacks 60, which fail as the candidate's do", 10, judge.Minute{Stable: counts(30, 0), Candidate: counts(10, 5)}, judge.Minute{Stable: counts(90, 30), Candidate: counts(10, 5)}},
		{"the candidate lacks 6, which do not fail", 10, judge.Minute{Stable: counts(90, 0), Candidate: counts(4, 4)}, judge.Minute{Stable: counts(90, 0), Candidate: counts(10, 4)}},
		{"half and half", 50, judge.Minute{Stable: counts(8, 0), Candidate: counts(10, 10)}, judge.Minute{Stable: counts(10, 2), Candidate: counts(10, 10)}},
		{"no candidate's yet", 10, judge.Minute{Stable: counts(90, 9)}, judge.Minute{Stable: counts(90, 9)}},
	} {
		if got := guarded(test.minute, test.weight); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}
