package judge

import (
	"math"
	"strings"
	"testing"
)

// Each bound of each field is valid itself, and what is beyond it is not.
func TestBoundsOfFields(t *testing.T) {
	good := func() Release {
		return Release{WatchShare: 0.1, Signals: []Signal{{Name: "errors", Minutes: steady(1, Counts{10, 1}, Counts{10, 1}), Watch: &Watch{}}}}
	}
	type change func(r *Release, x float64)
	alpha := func(r *Release, x float64) { r.Alpha = x }
	power := func(r *Release, x float64) { r.Power = x }
	share := func(r *Release, x float64) { r.WatchShare = x; r.Signals[0].Watch = nil }
	planned := func(r *Release, x float64) { r.PlannedMinutes = int(x) }
	ratio := func(r *Release, x float64) { r.Signals[0].Tolerance.Ratio = x }
	difference := func(r *Release, x float64) { r.Signals[0].Tolerance.Difference = x }
	smallestRatio := func(r *Release, x float64) {
		r.Signals[0].Tolerance.Ratio, r.Signals[0].Smallest.Ratio = 2, x
	}
	smallestDifference := func(r *Release, x float64) {
		r.Signals[0].Tolerance.Difference, r.Signals[0].Smallest.Difference = 0.25, x
	}
	drift := func(r *Release, x float64) { r.Signals[0].Watch.Drift = x }
	requests := func(r *Release, x float64) { r.Signals[0].Minutes[0].Stable.Requests = int64(x) }
	events := func(r *Release, x float64) { r.Signals[0].Minutes[0].Candidate.Events = int64(x) }
	baseline := func(r *Release, x float64) { r.Signals[0].Watch.Baseline.Requests = int64(x) }
	watched := func(r *Release, x float64) { r.Signals[0].Watch.Minutes = []Counts{{}, {Requests: int64(x)}} }
	above := math.Nextafter
	for _, test := range []struct {
		field   string
		set     change
		valid   []float64
		invalid []float64
	}{
		{"alpha", alpha, []float64{0, 1e-4, 0.5}, []float64{9e-5, -1, above(0.5, 1), math.NaN()}},
		{"power", power, []float64{0, 0.5, 0.9999}, []float64{0.4999, above(0.9999, 1), math.NaN()}},
		{"watchShare", share, []float64{0, 0.9}, []float64{-1e-9, above(0.9, 1), math.NaN()}},
		{"plannedMinutes", planned, []float64{0, 1}, []float64{-1}},
		{"signals[0].tolerance.ratio", ratio, []float64{0, 1}, []float64{above(1, 0), 1001, math.NaN()}},
		{"signals[0].smallest.ratio", smallestRatio, []float64{0, above(2, 3), 1000}, []float64{2, 1.5, above(1000, 1001)}},
		{"signals[0].tolerance.difference", difference, []float64{0, above(1, 0)}, []float64{-1e-9, 1, math.NaN()}},
		{"signals[0].smallest.difference", smallestDifference, []float64{0, above(0.25, 1)}, []float64{0.25, 0.1, 1}},
		{"signals[0].watch.drift", drift, []float64{0, 1, 100}, []float64{above(1, 0), above(100, 101), -1}},
		{"signals[0].minutes[0].stable.requests", requests, []float64{0, 1e9}, []float64{-1, 1e9 + 1}},
		{"signals[0].minutes[0].candidate.events", events, []float64{0, 1e9}, []float64{-1, 1e9 + 1}},
		{"signals[0].watch.baseline.requests", baseline, []float64{0, 1e9}, []float64{-1, 1e9 + 1}},
		{"signals[0].watch.minutes[1].requests", watched, []float64{0, 1e9}, []float64{-1, 1e9 + 1}},
	} {
		for _, x := range test.valid {
			r := good()
			test.set(&r, x)
			if _, err := r.withDefaults(); err != nil {
				t.Errorf("%s of %v is refused: %v", test.field, x, err)
			}
		}
		for _, x := range test.invalid {
			r := good()
			test.set(&r, x)
			if _, err := r.withDefaults(); err == nil || !strings.HasPrefix(err.Error(), test.field+" is ") {
				t.Errorf("%s of %v: error %v", test.field, x, err)
			}
		}
	}
	r := good()
	r.Signals[0].Tolerance.Ratio, r.Signals[0].Smallest.Ratio = 999, 1000
	if _, err := r.withDefaults(); err != nil {
		t.Error(err)
	}
	if _, err := Judge(Release{}); err == nil || !strings.HasPrefix(err.Error(), "signals is empty") {
		t.Errorf("no signals: %v", err)
	}
}

func TestDefaults(t *testing.T) {
	r, err := (Release{Signals: []Signal{{Minutes: make([]Minute, 3)}, {Minutes: make([]Minute, 7)}, {}}}).withDefaults()
	if err != nil || r.Alpha != 0.05 || r.Power != 0.9 || r.PlannedMinutes != 7 || r.WatchShare != 0 {
		t.Errorf("defaults %+v, %v", r, err)
	}
	r, err = (Release{PlannedMinutes: 5, Signals: make([]Signal, 1)}).withDefaults()
	if err != nil || r.PlannedMinutes != 5 {
		t.Errorf("planned %d, %v", r.PlannedMinutes, err)
	}
	r, err = (Release{Signals: make([]Signal, 1)}).withDefaults()
	if err != nil || r.PlannedMinutes != 1 {
		t.Errorf("planned %d without minutes, %v", r.PlannedMinutes, err)
	}
	for _, test := range []struct{ tolerated, set, want Tolerance }{
		{Tolerance{}, Tolerance{}, Tolerance{2, 0.01}},
		{Tolerance{3, 0.004}, Tolerance{}, Tolerance{6, 0.01}},
		{Tolerance{1.5, 0.02}, Tolerance{}, Tolerance{3, 0.04}},
		{Tolerance{1, 0.5}, Tolerance{}, Tolerance{2, 0.75}},
		{Tolerance{1, 0.5}, Tolerance{5, 0.9}, Tolerance{5, 0.9}},
	} {
		s := Signal{Tolerance: test.tolerated, Smallest: test.set}
		if got := s.smallest(); math.Abs(got.Ratio-test.want.Ratio) > 1e-12 || math.Abs(got.Difference-test.want.Difference) > 1e-12 {
			t.Errorf("smallest of %+v is %+v, want %+v", s, got, test.want)
		}
	}
}

// Check is stricter than Judge.
func TestCheck(t *testing.T) {
	good := Signal{Name: "errors", Minutes: []Minute{{Counts{5, 5}, Counts{0, 0}}}}
	for _, test := range []struct {
		name   string
		signal Signal
		want   string // empty: no error
	}{
		{"as many events as requests", good, ""},
		{"no minute yet", Signal{Name: "errors", Minutes: []Minute{}}, ""},
		{"no name", Signal{Minutes: good.Minutes}, "signals[0].name is missing"},
		{"minutes missing", Signal{Name: "errors"}, "signals[0].minutes is missing"},
		{"stable's events", Signal{Name: "errors", Minutes: []Minute{{}, {Counts{5, 6}, Counts{}}}}, "signals[0].minutes[1].stable.events is 6; it must be at most its requests, 5"},
		{"the candidate's events", Signal{Name: "errors", Minutes: []Minute{{Counts{}, Counts{1, 2}}}}, "signals[0].minutes[0].candidate.events is 2"},
		{"what Judge refuses", Signal{Name: "errors", Minutes: []Minute{{Counts{-1, 0}, Counts{}}}}, "signals[0].minutes[0].stable.requests is -1"},
	} {
		err := Check(Release{Signals: []Signal{test.signal}})
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
