package judge

import (
	"math"
	"testing"
)

// chances returns the exact probabilities of 0, 1, 2, ... events of a split.
func (s split) chances() []float64 {
	list := make([]float64, int(s.events)+1)
	for i := range list {
		x := float64(i)
		if s.exact {
			list[i] = math.Exp(choose(s.candidate, x) + choose(s.total-s.candidate, s.events-x) - choose(s.total, s.events))
		} else {
			list[i] = math.Exp(choose(s.events, x) + x*math.Log(s.share) + (s.events-x)*math.Log1p(-s.share))
		}
	}
	return list
}

// momentsOf returns the sum, the mean, the variance and the third central moment of
// weights on lowest, lowest+step, ...
func momentsOf(lowest, step float64, weights []float64) (sum, mean, variance, third float64) {
	for i, p := range weights {
		sum += p
		mean += p * (lowest + float64(i)*step)
	}
	for i, p := range weights {
		d := lowest + float64(i)*step - mean
		variance += p * d * d
		third += p * d * d * d
	}
	return sum, mean, variance, third
}

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		stable, candidate, events int64
		ratio                     float64
	}{
		{540, 60, 20, 1}, {60, 540, 20, 1}, {2, 1, 1, 1}, {1, 1, 1, 1}, {2, 1, 2, 1}, {3, 5, 8, 1}, {3, 5, 7, 1},
		{5, 3, 7, 1}, {300, 300, 300, 1}, {5000, 50, 40, 1}, {540, 60, 20, 2}, {60, 540, 20, 1.5}, {3, 5, 8, 4}, {900, 100, 300, 1.1},
	} {
		s := splitOf(Minute{Counts{test.stable, test.events}, Counts{test.candidate, 0}}, test.ratio)
		exact := s.chances()
		_, mean, variance, third := momentsOf(0, 1, exact)
		m, v, th := s.moments()
		for name, pair := range map[string][2]float64{"mean": {m, mean}, "variance": {v, variance}, "third moment": {th, third}} {
			if math.Abs(pair[0]-pair[1]) > 1e-7*(1+variance) {
				t.Errorf("%+v: %s %v, want %v", test, name, pair[0], pair[1])
			}
		}
		lowest, kernel := s.integers()
		if first, last := int(lowest), int(lowest)+len(kernel); first < 0 || last > len(exact) {
			t.Errorf("%+v: events from %d to %d", test, first, last-1)
			continue
		}
		left := 1.0
		for i, p := range kernel {
			left -= exact[int(lowest)+i]
			if math.Abs(p-exact[int(lowest)+i]) > 1e-6*p+1e-12 {
				t.Errorf("%+v: the probability of %d events is %v, want %v", test, int(lowest)+i, p, exact[int(lowest)+i])
			}
		}
		if left > 1e-6 {
			t.Errorf("%+v: %v is left out", test, left)
		}
	}
}

// The weights on a lattice keep the sum and the first three moments: exactly on four
// points, and to parts in ten thousand where they sample a density.
func TestLatticeKeepsMoments(t *testing.T) {
	for _, test := range []struct{ step, mean, variance, third, tolerance float64 }{
		{2, 0.7, 0.4, 0.3, 1e-12}, {4, 13.3, 9.5, 7, 1e-12}, {4, 12, 4, 2, 1e-12}, {2, 3.99, 2.39, 2, 1e-12},
		{2, 5.1, 2.5, 0.5, 2e-3}, {2, 20.4, 16, 10, 2e-3}, {2, 100.3, 81, 60, 2e-3}, {8, 400.7, 350, 300, 2e-3}, {4, 50, 45, 60, 2e-3},
	} {
		lowest, kernel := lattice(test.step, test.mean, test.variance, test.third)
		sum, mean, variance, third := momentsOf(lowest*test.step, test.step, kernel)
		spread := math.Sqrt(test.variance)
		if math.Abs(sum-1) > 1e-12 || math.Abs(mean-test.mean) > test.tolerance*spread ||
			math.Abs(variance-test.variance) > test.tolerance*test.variance || math.Abs(third-test.third) > 6*test.tolerance*spread*test.variance {
			t.Errorf("%+v: sum %v, mean %v, variance %v, third %v; lowest %v, %d weights", test, sum, mean, variance, third, lowest, len(kernel))
		}
		if at := test.mean/test.step - lowest; len(kernel) == 4 && (at < 1 || at >= 2) {
			t.Errorf("%+v: the mean is %v steps above the lowest of four points, want 1 to 2", test, at)
		}
		if wantFour := test.variance/(test.step*test.step) < 0.6; (len(kernel) == 4) != wantFour {
			t.Errorf("%+v: %d weights", test, len(kernel))
		}
	}
}
