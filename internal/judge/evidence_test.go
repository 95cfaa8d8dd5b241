package judge

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

func TestNumbersAsText(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", 9.9e-7: "0", 1e-6: "0.000001", 5.5e-6: "0.0000055", 0.0123456: "0.0123", 1.005: "1", 12.345: "12.3", 999.4: "999",
		1000: "1000", 1234.5: "1235", 123456.7: "123457", 999999: "999999", 1e6: "over a million", 1e15: "over a million", -2.5: "-2.5",
	} {
		if got := short(f); got != want {
			t.Errorf("short(%v) is %q, want %q", f, got, want)
		}
	}
	if got := percent(0.04567); got != "4.57 %" {
		t.Errorf("percent is %q", got)
	}
	for f, want := range map[float64]float64{
		0: 0, 9e-31: 0, 1.2345678e-29: 1.23457e-29, 1.0 / 3: 0.333333, -2.0 / 3: -0.666667, 0.1 + 0.2: 0.3, 123456.7: 123457,
		1234567: 1234570, 123456789: 123457000, 999999.6: 1e6,
	} {
		if got := sixDigits(f); math.Abs(got-want) > 1e-15*math.Abs(want) {
			t.Errorf("sixDigits(%v) is %v, want %v", f, got, want)
		}
	}
	if got := sixDigits(0.1 + 0.2); got != 0.3 {
		t.Errorf("sixDigits gives %v", got)
	}
	for log, want := range map[float64]float64{0: 1, math.Log(20): 20, 34: 5.83462e14, 35: 1e15, 1000: 1e15, -1e12: 0} {
		near(t, "the e-value", eValue(log), want, 1e-5)
	}
}

func TestRecentMinutes(t *testing.T) {
	served := Minute{Counts{90, 1}, Counts{10, 1}}
	for _, test := range []struct {
		name      string
		minutes   []Minute
		n         int
		candidate int64
	}{
		{"none", nil, 0, 0},
		{"one", []Minute{served}, 1, 10},
		{"five", []Minute{served, served, served, served, served}, 5, 50},
		{"seven", []Minute{served, served, served, served, served, served, served}, 5, 50},
		{"a gap counts as a minute", []Minute{served, served, {}, served}, 4, 30},
		{"one version alone is not informative", []Minute{served, {Candidate: Counts{500, 0}}}, 2, 10},
	} {
		r := Release{Signals: signalsOf(1, test.minutes)}
		if recent, n := newAnalysis(&r).recent(0); n != test.n || recent.Candidate.Requests != test.candidate {
			t.Errorf("%s: %d minutes with %d requests, want %d with %d", test.name, n, recent.Candidate.Requests, test.n, test.candidate)
		}
	}
}

// Without events the estimate is known in closed form: with n requests a minute the
// fastest part of the mixture, which has a sixth of its weight, grows by
// n·0.01·0.98 a minute and must reach log(10·6). The estimate is an upper bound,
// because the other parts help.
func TestMinutesToPass(t *testing.T) {
	for _, test := range []struct {
		name      string
		candidate int64 // requests per minute
		want      int   // minutes after the first; 0: none
	}{{"soon", 150, 2}, {"later", 10, 41}, {"at once", 300, 1}} {
		v := judged(t, Release{Signals: signalsOf(1, steady(1, Counts{1000, 0}, Counts{test.candidate, 0}))})
		if v.Outcome != Inconclusive || v.Evidence[0].EnoughInMinutes == nil {
			t.Fatalf("%s: %+v", test.name, v)
		}
		if got := *v.Evidence[0].EnoughInMinutes; got != test.want {
			t.Errorf("%s: %d minutes, want %d", test.name, got, test.want)
		}
		passed := 0
		for n := 1; passed == 0; n++ {
			if judged(t, Release{Signals: signalsOf(1, steady(n, Counts{1000, 0}, Counts{test.candidate, 0}))}).Outcome == Pass {
				passed = n
			}
		}
		if passed-1 > test.want || passed-1 < test.want*3/5 {
			t.Errorf("%s: passes after %d more minutes, and the estimate is %d", test.name, passed-1, test.want)
		}
	}
	gone := append(steady(1, Counts{1000, 0}, Counts{10, 0}), make([]Minute, 5)...)
	if e := judged(t, Release{Signals: signalsOf(1, gone)}).Evidence[0]; e.EnoughInMinutes != nil {
		t.Errorf("without traffic, %d minutes are enough", *e.EnoughInMinutes)
	}
	// With a difference so small, a pass takes a number of minutes that grows without bound.
	for difference, some := range map[float64]bool{4.2e-6: true, 4.1e-6: false} {
		s := Signal{Name: "errors", Smallest: Tolerance{Difference: difference}, Minutes: steady(1, Counts{10, 0}, Counts{1, 0})}
		if e := judged(t, Release{Signals: []Signal{s}}).Evidence[0]; (e.EnoughInMinutes != nil) != some {
			t.Errorf("a difference of %v: %+v", difference, e)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, test := range []struct {
		name string
		r    Release
		want string
	}{
		{"a pass", Release{Signals: signalsOf(1, steady(10, Counts{540, 0}, Counts{60, 0}))},
			"No regression that matters: signal 0 at 0 % (0 of 600) on the candidate against 0 % (0 of 5400) on stable."},
		{"no minute with both", Release{Signals: signalsOf(1, steady(3, Counts{540, 0}, Counts{}))},
			"Too little evidence: signal 0 at 0 % (0 of 0) on the candidate against 0 % (0 of 0) on stable; no minute had requests on both versions."},
		{"the smallest rate by the ratio", Release{Signals: signalsOf(1, steady(1, Counts{500, 20}, Counts{50, 2}))},
			"to exclude a rate of 8 %, the smallest"},
		{"the smallest rate by the difference", Release{Signals: signalsOf(1, steady(1, Counts{1000, 2}, Counts{10, 0}))},
			"to exclude a rate of 1.2 %, the smallest"},
		{"no more than all requests", Release{Signals: signalsOf(1, steady(1, Counts{10, 6}, Counts{2, 1}))},
			"to exclude a rate of 100 %, the smallest"},
		{"one of two signals", Release{Signals: []Signal{
			{Name: "errors", Minutes: steady(10, Counts{540, 0}, Counts{60, 0})},
			{Name: "slow", Minutes: steady(10, Counts{54, 0}, Counts{6, 0})}}},
			"Too little evidence: slow at"},
		{"a failure without stable's events", Release{Signals: signalsOf(1, steady(2, Counts{540, 0}, Counts{60, 9}))},
			"signal 0 failed in minute 1 of the bake: 9 of the 9 events fell on the candidate, which had 10 % of the requests; 0.9 are expected, and 4 or more fail it."},
		{"a failure of the watch", Release{WatchShare: 0.1, Signals: []Signal{{Name: "errors", Watch: &Watch{Baseline: Counts{6000, 6}, Minutes: []Counts{{600, 40}}}}}},
			"errors failed in minute 1 of the watch: 40 of the candidate's 600 requests are events; at the former version's rate 0.6 are expected, and 11 or more fail it."},
		{"both versions fail", Release{Signals: signalsOf(1, steady(10, Counts{540, 540}, Counts{60, 60}))},
			"most requests fail, so no regression could be seen"},
	} {
		if got := judged(t, test.r).Reason; !strings.Contains(got, test.want) {
			t.Errorf("%s: %q lacks %q", test.name, got, test.want)
		}
	}
	two := judged(t, Release{Signals: signalsOf(2, steady(10, Counts{540, 0}, Counts{60, 0}))}).Reason
	if !strings.Contains(two, "; signal 1 at 0 %") {
		t.Errorf("a pass of two signals: %q", two)
	}
}

// Garwood's bound is a quantile of the gamma distribution.
func TestPoissonUpper(t *testing.T) {
	for _, alpha := range []float64{1e-5, 0.0025, 0.025, 0.25} {
		for _, n := range []int64{0, 1, 2, 10, 99, 150, 1000, 10000} {
			near(t, "the bound", poissonUpper(n, alpha), mathext.GammaIncRegCompInv(float64(n)+1, alpha), 1e-8)
		}
		for _, n := range []int64{10001, 30000} {
			bound, exact := poissonUpper(n, alpha), mathext.GammaIncRegCompInv(float64(n)+1, alpha)
			if bound < exact || bound > exact*1.00002 {
				t.Errorf("the bound of %d events at %v is %v, want %v or a little more", n, alpha, bound, exact)
			}
		}
	}
	near(t, "the probability of at most 2 events", poissonAtMost(2, 3), math.Exp(-3)*(1+3+4.5), 1e-12)
}

func TestIntervalAtItsEnds(t *testing.T) {
	interval := func(minutes ...Minute) Evidence {
		return judged(t, Release{Alpha: 0.05, Signals: signalsOf(1, minutes)}).Evidence[0]
	}
	if e := interval(Minute{Counts{500, 0}, Counts{50, 0}}); e.Ratio != nil || e.Interval != (Interval{}) {
		t.Errorf("without events: %+v", e)
	}
	if e := interval(Minute{Counts{500, 1}, Counts{50, 0}}); *e.Ratio != 0 || *e.Interval.Low != 0 || e.Interval.High == nil {
		t.Errorf("with one event of stable's: %+v", e)
	} else {
		// The likelihood of a ratio is 1/(50·ratio + 500) up to a constant.
		mean := 0.0
		for _, ratio := range multiples {
			mean += 1 / (50*ratio + 500) / float64(len(multiples))
		}
		near(t, "the largest ratio", *e.Interval.High, (1/(0.05*mean)-500)/50, 1e-4)
	}
	if e := interval(Minute{Counts{500, 0}, Counts{50, 1}}); e.Ratio != nil || e.Interval.High != nil {
		t.Errorf("with one event of the candidate's: %+v", e)
	}
	few := Minute{Counts{1_000_000, 0}, Counts{1, 1}}
	if e := interval(few); e.Interval.Low == nil {
		t.Errorf("%+v", e)
	}
	many := Minute{Counts{1_000_000, 1}, Counts{1, 0}}
	near(t, "the largest ratio that is returned", *interval(many).Interval.High, math.Exp(14), 1e-5)
	// The first guess is beyond the largest ratio, and the end is not.
	far := judged(t, Release{Alpha: 1e-4, Signals: signalsOf(1, []Minute{{Counts{100_000, 3}, Counts{10, 0}}})}).Evidence[0]
	mean := 0.0
	for _, ratio := range multiples {
		mean += math.Pow(10*ratio+100_000, -3) / float64(len(multiples))
	}
	near(t, "the largest ratio", *far.Interval.High, (math.Pow(1e-4*mean, -1.0/3)-100_000)/10, 1e-4)
	// The likeliest ratio of one minute is the ratio of the rates.
	near(t, "the ratio", *interval(Minute{Counts{5000, 100}, Counts{1000, 20}}).Ratio, 1, 1e-5)
	near(t, "the ratio", *interval(Minute{Counts{9000, 37}, Counts{1000, 11}}).Ratio, 11.0/1000/(37.0/9000), 1e-5)
	// Events without requests prove requests.
	near(t, "the ratio", *interval(Minute{Counts{100, 10}, Counts{2, 4}}).Ratio, 10, 1e-5)
	// Two signals share alpha, so each interval is wider.
	one := interval(Minute{Counts{9000, 37}, Counts{1000, 11}})
	two := judged(t, Release{Alpha: 0.1, Signals: signalsOf(2, []Minute{{Counts{9000, 37}, Counts{1000, 11}}})}).Evidence[1]
	near(t, "the lower end", *two.Interval.Low, *one.Interval.Low, 1e-9)
}
