package judge

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The interval holds the true ratio at all looks at once.
func TestIntervalHoldsAtEveryLook(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, ratio := range []float64{0.5, 1, 3} {
		missed := 0
		const releases = 400
		for range releases {
			minutes := bake(r, 40, 0.05, 0.05*ratio)
			for n := 1; n <= len(minutes); n++ {
				v, err := Judge(Release{PlannedMinutes: 40, Signals: []Signal{{Name: "errors", Tolerance: Tolerance{Ratio: 1000}, Minutes: minutes[:n]}}})
				if err != nil {
					t.Fatal(err)
				}
				i := v.Evidence[0].Interval
				if i.Low != nil && *i.Low > ratio || i.High != nil && *i.High < ratio {
					missed++
					break
				}
			}
		}
		if rate := float64(missed) / releases; rate > 0.05 {
			t.Errorf("ratio %v is outside in %.3f of the releases", ratio, rate)
		}
	}
}

func TestIntervalEndsAreWhereTheLikelihoodFalls(t *testing.T) {
	minutes := steady(10, Counts{200, 8}, Counts{100, 9})
	counts := newSignalCounts(&Signal{})
	l := likelihood{}
	for _, m := range minutes {
		counts.add(m)
		l.add(m)
		l.events += float64(m.Candidate.Events)
	}
	ratio, interval := counts.interval(minutes, 0.05)
	if math.Abs(*ratio-2.25) > 1e-4 {
		t.Errorf("ratio %v, want 2.25", *ratio)
	}
	low, _ := l.at(math.Log(*interval.Low))
	high, _ := l.at(math.Log(*interval.High))
	mean := 0.0
	for _, ratio := range multiples {
		value, _ := l.at(math.Log(ratio))
		mean += math.Exp(value-low) / float64(len(multiples))
	}
	if math.Abs(mean-20) > 0.2 {
		t.Errorf("at the low end the mixture is %.2f times as likely, want 1/alpha", mean)
	}
	if *interval.Low >= 2.25 || *interval.High <= 2.25 || math.Abs(low-high) > 0.01 {
		t.Errorf("interval %v to %v, log likelihoods %v and %v", *interval.Low, *interval.High, low, high)
	}
}
