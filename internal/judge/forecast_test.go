package judge

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

func atWeight(minutes, weight int) []int {
	list := make([]int, minutes)
	for i := range list {
		list[i] = weight
	}
	return list
}

func TestForecastSaysWhatTheTrafficAllows(t *testing.T) {
	one := Release{Alpha: 0.05, WatchShare: DefaultWatchShare, Signals: []Signal{{Name: "errors"}}}
	tests := []struct {
		name             string
		traffic          Traffic
		candidate        int64
		passes           bool
		needLow, needTop int64   // bounds of RequestsToPass
		finds, findsNot  float64 // SmallestRate is above findsNot and at most finds; zero: nothing
	}{
		{"no traffic finds nothing", Traffic{Weights: atWeight(10, 10)}, 0, false, 0, 0, 0, 0},
		{"a request a minute finds nothing at 10 percent in ten minutes", Traffic{PerMinute: 1, Weights: atWeight(10, 10)}, 1, false, 250, 450, 0, 0},
		{"ten a minute find what fails always", Traffic{PerMinute: 10, Weights: atWeight(10, 10)}, 10, false, 250, 450, 1, 0.1},
		{"600 a minute pass in ten minutes", Traffic{PerMinute: 600, Weights: atWeight(10, 10)}, 600, true, 250, 450, 0.05, 0.001},
		{"failures of stable's own take more requests", Traffic{PerMinute: 600, Rate: 0.01, Weights: atWeight(10, 10)}, 600, false, 600, 5000, 0.1, 0.02},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := Foresee(one, test.traffic)
			if err != nil {
				t.Fatal(err)
			}
			if f.CandidateRequests != test.candidate || f.Passes != test.passes {
				t.Errorf("%d candidate requests, passes %v; want %d, %v", f.CandidateRequests, f.Passes, test.candidate, test.passes)
			}
			if f.RequestsToPass < test.needLow || f.RequestsToPass > test.needTop {
				t.Errorf("a pass takes %d requests, want %d to %d", f.RequestsToPass, test.needLow, test.needTop)
			}
			if f.SmallestRate > test.finds || test.finds > 0 && f.SmallestRate <= test.findsNot {
				t.Errorf("the smallest rate found is %v, want above %v and at most %v", f.SmallestRate, test.findsNot, test.finds)
			}
		})
	}
}

// The rate that a forecast finds fails in about nine of ten drawn releases.
func TestForecastHoldsInDrawnReleases(t *testing.T) {
	r := Release{Alpha: 0.05, WatchShare: DefaultWatchShare, Signals: []Signal{{Name: "errors"}}}
	traffic := Traffic{PerMinute: 240, Rate: 0, Weights: atWeight(10, 17)}
	f, err := Foresee(r, traffic)
	if err != nil || f.SmallestRate == 0 {
		t.Fatalf("forecast %+v, %v", f, err)
	}
	found := rateOfFailure(t, 400, func(random *rand.Rand) Release {
		r.PlannedMinutes = 10
		r.Signals = []Signal{{Name: "errors", Minutes: bake(random, 10, 0, f.SmallestRate)}}
		return r
	})
	if found < 0.85 {
		t.Errorf("a rate of %v is found in %.0f %% of releases, and the forecast says in nine of ten", f.SmallestRate, 100*found)
	}
}

// The forecast of one signal with its share of alpha equals that of many equal signals.
func TestForecastOfASharedAlpha(t *testing.T) {
	for _, traffic := range []Traffic{{PerMinute: 20, Rate: 0.01, Weights: atWeight(30, 10)}, {PerMinute: 3, Weights: atWeight(15, 20)}, {PerMinute: 2000, Rate: 0.002, Weights: atWeight(10, 10)}} {
		many := Release{Alpha: 0.05, WatchShare: 0.2}
		for i := range 12 {
			many.Signals = append(many.Signals, Signal{Name: strconv.Itoa(i)})
		}
		all, err := Foresee(many, traffic)
		if err != nil {
			t.Fatal(err)
		}
		one, err := Foresee(Release{Alpha: 0.05 / 12, WatchShare: 0.2, Signals: many.Signals[:1]}, traffic)
		if err != nil {
			t.Fatal(err)
		}
		if one != all {
			t.Errorf("at %g requests a minute: one signal %+v, twelve %+v", traffic.PerMinute, one, all)
		}
	}
}

func TestForecastOfWhatCannotBeJudged(t *testing.T) {
	release := Release{Signals: []Signal{{Name: "errors"}}}
	for name, traffic := range map[string]Traffic{
		"no planned minute":      {PerMinute: 10},
		"more than Judge counts": {PerMinute: 1e17, Weights: atWeight(10, 10)},
	} {
		if f, err := Foresee(release, traffic); err == nil {
			t.Errorf("%s: no error, and %+v", name, f)
		}
	}
}

// Without events a pass takes as many requests as the power says.
func TestForecastOfRequestsToPass(t *testing.T) {
	for _, power := range []float64{0.5, 0.9} {
		f, err := Foresee(Release{Power: power, Signals: []Signal{{Name: "errors"}}}, Traffic{PerMinute: 10, Weights: atWeight(10, 10)})
		if err != nil {
			t.Fatal(err)
		}
		if want := passesAt(power); f.RequestsToPass != want {
			t.Errorf("power %v: a pass takes %d requests, want %d", power, f.RequestsToPass, want)
		}
	}
}
