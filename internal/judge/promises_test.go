package judge

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func judged(t *testing.T, r Release) Verdict {
	t.Helper()
	v, err := Judge(r)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// signalsOf returns n signals with the same minutes.
func signalsOf(n int, minutes []Minute) []Signal {
	list := make([]Signal, n)
	for i := range list {
		list[i] = Signal{Name: fmt.Sprintf("signal %d", i), Minutes: minutes}
	}
	return list
}

// The limits of all signals after the plan and what was spent before add up to
// alpha, by the union bound.
func TestAlphaAfterThePlanIsShared(t *testing.T) {
	quiet := append(steady(10, Counts{540, 0}, Counts{60, 0}), Minute{Counts{540, 2}, Counts{60, 1}})
	busy := steady(11, Counts{540, 9}, Counts{60, 1})
	for name, minutes := range map[string][]Minute{"nothing is spent in the plan": quiet, "alpha is spent in the plan": busy} {
		for _, n := range []int{1, 2, 7} {
			r := Release{Alpha: 0.05, Power: 0.9, PlannedMinutes: 10, WatchShare: 0.2, Signals: signalsOf(n, minutes)}
			a := newAnalysis(&r)
			events := 0.0 // the mean of the planned minutes
			for minute := range minutes {
				if a.observe(minute) >= 0 {
					t.Fatal("a good version fails")
				}
				if minute == 9 {
					events = a.signals[0].boundary.mean
				}
			}
			if a.signals[0].boundary.mean != events {
				t.Errorf("%s: the boundary has %v events after the plan and %v in it", name, a.signals[0].boundary.mean, events)
			}
			if spent := a.spent(); (spent > 1e-6) == (name == "nothing is spent in the plan") {
				t.Errorf("%s: %v is", name, spent)
			}
			sum := a.spent()
			for i := range a.signals {
				sum += math.Exp(-a.signals[i].beyond)
			}
			near(t, fmt.Sprintf("%s, %d signals: the sum", name, n), sum, 0.05*0.8, 1e-9)
			for _, e := range judged(t, r).Evidence {
				near(t, "the limit after the plan", e.Limit, float64(n)/(0.05*0.8-a.spent()), 1e-5)
			}
		}
	}
}

// The signals together spend no more of alpha by a minute than the spending function
// allows, and at the last planned look nearly all of it.
func TestSpendingFunction(t *testing.T) {
	const planned = 30
	for _, n := range []int{1, 3} {
		r := Release{Alpha: 0.05, Power: 0.9, PlannedMinutes: planned, Signals: signalsOf(n, steady(planned, Counts{5400, 270}, Counts{600, 28}))}
		r.Signals[n-1].Minutes = steady(planned, Counts{540, 30}, Counts{60, 3})
		a := newAnalysis(&r)
		for minute := range planned {
			if a.observe(minute) >= 0 {
				t.Fatal("a good version fails")
			}
			part := 0.375 + 0.625*math.Pow(float64(minute+1)/planned, 0.62)
			if spent, allowed := a.spent(), 0.95*0.05*part; spent > allowed+1e-12 {
				t.Errorf("%d signals have spent %v by minute %d, and %v is allowed", n, spent, minute+1, allowed)
			}
		}
		if spent := a.spent(); spent < 0.9*0.95*0.05 {
			t.Errorf("%d signals have spent %v in the plan, want nearly %v", n, spent, 0.95*0.05)
		}
	}
}

// With many events the signals spend what the spending function allows, to half a
// percent, where no limit is weak evidence.
func TestSpendingFunctionIsReached(t *testing.T) {
	const planned = 30
	r := Release{Alpha: 0.05, Power: 0.9, PlannedMinutes: planned, Signals: signalsOf(1, steady(planned, Counts{5_400_000, 540_000}, Counts{600_000, 60_000}))}
	a := newAnalysis(&r)
	a.signals[0].counts.sums[toleratedIndex] = 1e12 // all evidence is strong
	for minute := range planned {
		if a.observe(minute) >= 0 {
			t.Fatal("a good version fails")
		}
		part := 0.375 + 0.625*math.Pow(float64(minute+1)/planned, 0.62)
		near(t, fmt.Sprintf("alpha spent by minute %d", minute+1), a.spent(), 0.95*0.05*part, 0.005)
	}
}

// The evidence for a pass is the mean of two e-values, which are themselves means
// over the ratios and the shrinks.
func TestPassEvidence(t *testing.T) {
	for _, test := range []struct {
		tolerated, smallest float64
		ratios              []float64
	}{{1, 2, []float64{0.5, 1, 1.25, 1.5}}, {1, 3.5, []float64{0.5, 1, 1.25, 1.5, 2, 3}}, {2, 3, []float64{1, 2, 2.5}}} {
		sc := newSignalCounts(&Signal{Tolerance: Tolerance{Ratio: test.tolerated}, Smallest: Tolerance{Ratio: test.smallest}})
		sc.add(Minute{Counts{500, 20}, Counts{100, 3}})
		sc.add(Minute{Counts{300, 9}, Counts{200, 5}})
		likelihood := func(ratio float64) float64 {
			return math.Pow(ratio, 8) / math.Pow(ratio*100+500, 23) / math.Pow(ratio*200+300, 14)
		}
		byRatio, byDifference := 0.0, 0.0
		for _, ratio := range test.ratios {
			byRatio += likelihood(ratio) / likelihood(test.smallest) / float64(len(test.ratios))
		}
		for _, shrink := range []float64{0.02, 0.25, 0.5} {
			fall := 1 - shrink
			byDifference += math.Pow(shrink, 8) * math.Pow(1+fall*100/500, 20) * math.Pow(1+fall*200/300, 9) * math.Exp(300*0.01*fall) / 3
		}
		near(t, "the e-value for a pass", math.Exp(sc.passEvidence()), (byRatio+byDifference)/2, 1e-9)
	}
}

// Before the last planned look no evidence below 8.6 fails.
func TestWeakEvidenceFailsOnlyAtTheEnd(t *testing.T) {
	minutes := steady(10, Counts{5400, 270}, Counts{600, 30})
	for n := 1; n <= 10; n++ {
		v := judged(t, Release{PlannedMinutes: 10, Signals: signalsOf(1, minutes[:n])})
		if limit := v.Evidence[0].Limit; n < 10 && limit < 8.59 {
			t.Errorf("minute %d: the limit is %v", n, limit)
		} else if n == 10 && limit >= 8.59 {
			t.Errorf("the last planned look: the limit is %v, want less", limit)
		}
	}
}

func TestLimitWithoutEvents(t *testing.T) {
	v := judged(t, Release{Alpha: 0.05, WatchShare: 0.5, Signals: signalsOf(2, steady(3, Counts{90, 0}, Counts{10, 0}))})
	near(t, "the limit", v.Evidence[0].Limit, 1/0.025, 1e-5)
}

// passesAt returns the number of candidate requests without any event that passes.
// The e-value against "at least one event in a hundred" is then known in closed
// form: half of 1 for the ratio, which no event tells, and half for the difference.
func passesAt(power float64) int64 {
	for n := int64(1); ; n++ {
		difference := 0.0
		for _, shrink := range []float64{0.02, 0.25, 0.5} {
			difference += math.Exp(float64(n)*0.01*(1-shrink)) / 3
		}
		if (1+difference)/2 >= 1/(1-power) {
			return n
		}
	}
}

// A pass is given at the power of the release and not below.
func TestPassTakesThePower(t *testing.T) {
	for _, power := range []float64{0.5, 0.8, 0.9, 0.99, 0} {
		n := passesAt(power)
		if power == 0 { // the default
			n = passesAt(0.9)
		}
		for requests, want := range map[int64]Outcome{n - 1: Inconclusive, n: Pass} {
			minutes := []Minute{{Counts{1000, 0}, Counts{requests, 0}}}
			if v := judged(t, Release{Power: power, Signals: signalsOf(1, minutes)}); v.Outcome != want {
				t.Errorf("power %v: %d requests are %s, want %s", power, requests, v.Outcome, want)
			}
		}
	}
}

// The watch passes at the power too. Without events the e-value against "at least
// the rate" is exp(requests·rate/2).
func TestWatchPassTakesThePower(t *testing.T) {
	for _, power := range []float64{0.5, 0.9, 0.99} {
		const alpha = 0.05 * 0.1
		rate := 1.5 * -math.Log(alpha/2) / 1000
		n := int64(math.Ceil(-2 * math.Log(1-power) / rate))
		for requests, want := range map[int64]Outcome{n - 1: Inconclusive, n: Pass} {
			s := Signal{Name: "errors", Watch: &Watch{Baseline: Counts{1000, 0}, Minutes: []Counts{{requests, 0}}}}
			v := judged(t, Release{Alpha: 0.05, Power: power, WatchShare: 0.1, Signals: []Signal{s}})
			if v.Outcome != want || v.Minute != 1 {
				t.Errorf("power %v: %d requests are %s in minute %d, want %s", power, requests, v.Outcome, v.Minute, want)
			}
		}
	}
}

// Half of the watch's alpha bounds stable's rate, and half tests the candidate.
// Without events Garwood's bound is -log(alpha).
func TestWatchHalvesItsAlpha(t *testing.T) {
	for _, test := range []struct {
		name    string
		watch   Watch
		ratio   float64
		differs float64
		want    float64 // the rate
	}{
		{"no events", Watch{Baseline: Counts{1000, 0}}, 0, 0, 1.5 * -math.Log(0.005) / 1000},
		{"a drift", Watch{Baseline: Counts{1000, 0}, Drift: 3}, 0, 0, 3 * -math.Log(0.005) / 1000},
		{"a ratio", Watch{Baseline: Counts{1000, 0}}, 2, 0, 2 * 1.5 * -math.Log(0.005) / 1000},
		{"a difference", Watch{Baseline: Counts{1000, 0}}, 0, 0.01, 1.5 * (0.01 - math.Log(0.005)/1000)},
		{"no more than all requests", Watch{Baseline: Counts{10, 9}}, 0, 0, 1},
		{"more events than requests", Watch{Baseline: Counts{0, 50}}, 0, 0, 1},
	} {
		w := newWatchTest(&Signal{Tolerance: Tolerance{test.ratio, test.differs}, Watch: &test.watch}, 0.01)
		near(t, test.name+": the rate", w.rate, test.want, 1e-9)
		near(t, test.name+": the limit", w.limit, math.Log(200), 1e-12)
	}
	v := judged(t, Release{Alpha: 0.05, WatchShare: 0.1, Signals: []Signal{
		{Name: "errors", Watch: &Watch{Baseline: Counts{1000, 5}, Minutes: []Counts{{100, 0}}}},
		{Name: "slow", Watch: &Watch{Minutes: []Counts{{0, 40}, {100, 100}}}}}})
	late := judged(t, Release{WatchShare: 0.1, Signals: []Signal{{Watch: &Watch{Baseline: Counts{10, 50}}}}})
	if e := late.Evidence[1]; e.Stable != (Counts{50, 50}) || e.StableRate != 1 {
		t.Errorf("a baseline with more events than requests: %+v", e)
	}
	for _, e := range v.Evidence[2:] {
		near(t, e.Signal+": the limit", e.Limit, 2*2/(0.05*0.1), 1e-5)
	}
	if e := v.Evidence[3]; e.Candidate != (Counts{140, 140}) || e.Ratio != nil || e.Outcome != Inconclusive || !strings.Contains(e.Missing, "no recent past") {
		t.Errorf("without a baseline: %+v", e)
	}
	if e := v.Evidence[2]; e.Ratio == nil || *e.Ratio != 0 {
		t.Errorf("with a baseline: %+v", e)
	}
}

// A watch fails in the first minute in which the evidence reaches its limit, and the
// earliest signal decides.
func TestWatchFailsAtItsLimit(t *testing.T) {
	bad := &Watch{Baseline: Counts{10000, 10}, Minutes: []Counts{{100, 0}, {100, 1}, {100, 20}, {100, 0}}}
	worse := &Watch{Baseline: Counts{10000, 10}, Minutes: []Counts{{100, 0}, {100, 40}}}
	bake := steady(3, Counts{540, 1}, Counts{60, 0})
	for _, test := range []struct {
		watches []*Watch
		minute  int
		signal  string
	}{{[]*Watch{bad, nil}, 6, "signal 0"}, {[]*Watch{bad, worse}, 5, "signal 1"}, {[]*Watch{worse, bad}, 5, "signal 0"}} {
		r := Release{WatchShare: 0.1, Signals: signalsOf(2, bake)}
		for i, w := range test.watches {
			r.Signals[i].Watch = w
		}
		v := judged(t, r)
		if v.Outcome != Fail || v.Minute != test.minute || !strings.HasPrefix(v.Reason, test.signal+" failed in minute") {
			t.Errorf("%s in minute %d: %s; want minute %d", v.Outcome, v.Minute, v.Reason, test.minute)
		}
	}
	// The evidence is compared with the limit itself.
	s := &Signal{Watch: &Watch{Baseline: Counts{10000, 10}}}
	for _, above := range []float64{-1e-6, 0} {
		w := newWatchTest(s, 0.01)
		w.candidate = Counts{100, 20}
		w.limit = w.evidence() - above
		w.candidate = Counts{}
		if got := w.observe([]Counts{{100, 20}}); (got == 1) != (above == 0) {
			t.Errorf("the limit is %v below the evidence, and minute %d fails", above, got)
		}
	}
}

// A signal fails in the bake as soon as its events reach the limit.
func TestBakeFailsAtItsLimit(t *testing.T) {
	for events := int64(0); events < 60; events++ {
		minutes := append(steady(3, Counts{540, 9}, Counts{60, 1}), Minute{Counts{540, 9}, Counts{60, events}})
		r, err := (Release{PlannedMinutes: 10, Signals: signalsOf(1, minutes)}).withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		a := newAnalysis(&r)
		failed := false
		for minute := range minutes {
			failed = a.observe(minute) >= 0
		}
		if s := a.signals[0]; failed != (float64(s.counts.total.Candidate.Events) >= s.limit) {
			t.Errorf("%d events with the limit %v: failed %v", s.counts.total.Candidate.Events, s.limit, failed)
		}
	}
}

// Each signal tests the tolerated difference at its share of alpha.
func TestToleratedDifferenceIsTestedAtTheShare(t *testing.T) {
	for _, n := range []int{1, 4} {
		r := Release{Alpha: 0.05, Power: 0.9, PlannedMinutes: 10, Signals: signalsOf(n, nil)}
		a := newAnalysis(&r)
		d := &a.signals[0].counts.differences
		d.tolerated = 0.01
		for _, test := range []struct {
			eValue float64
			want   bool
		}{{0.99 * float64(n) / 0.05, false}, {1.01 * float64(n) / 0.05, true}} {
			for j := range d.worse {
				d.worse[j] = math.Log(test.eValue)
			}
			if got := a.exceedsDifference(0); got != test.want {
				t.Errorf("%d signals: an e-value of %v exceeds the difference: %v", n, test.eValue, got)
			}
		}
	}
}
