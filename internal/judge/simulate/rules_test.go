package main

import (
	"math"
	"testing"

	"weir/internal/judge"
)

func constant(stable, candidate judge.Counts) []judge.Minute {
	list := make([]judge.Minute, minutes)
	for i := range list {
		list[i] = judge.Minute{Stable: stable, Candidate: candidate}
	}
	return list
}

func TestRulesRollBackWhenTheySay(t *testing.T) {
	same := constant(judge.Counts{Requests: 500, Events: 2}, judge.Counts{Requests: 500, Events: 2})
	worse := constant(judge.Counts{Requests: 500, Events: 2}, judge.Counts{Requests: 500, Events: 8})
	want := map[string][2]int{
		"Weir": {0, 2}, "Wald, told the ratio": {0, 2}, "any error": {1, 1},
		"error rate > 1 %, 2 min": {0, 2}, "success < 99 %, 10 failures": {0, 11},
		"Mann-Whitney": {0, 5}, "z-test": {0, 1},
	}
	for _, rule := range rules {
		got := [2]int{rule.run(scenario{ratio: 4}, same), rule.run(scenario{ratio: 4}, worse)}
		if got != want[rule.name] {
			t.Errorf("%s rolls back in minutes %v, want %v", rule.name, got, want[rule.name])
		}
	}
}

// The draws have the mean and the variance of their distribution.
func TestDraws(t *testing.T) {
	s := newSource(1)
	for _, test := range []struct {
		n int64
		p float64
	}{{6000, 0.0005}, {60, 0.05}, {3000, 0.05}, {600, 0.5}} {
		const draws = 100000
		var sum, squares float64
		for range draws {
			x := float64(s.binomial(test.n, test.p))
			sum += x
			squares += x * x
		}
		mean, want := sum/draws, float64(test.n)*test.p
		variance := squares/draws - mean*mean
		if spread := want * (1 - test.p); math.Abs(mean-want) > 4*math.Sqrt(spread/draws) || math.Abs(variance/spread-1) > 0.03 {
			t.Errorf("binomial %d, %v: mean %.3f, variance %.3f; want %.3f, %.3f", test.n, test.p, mean, variance, want, spread)
		}
	}
}

func TestRankScore(t *testing.T) {
	// Two of three above all three: U = 8 of 9, without ties.
	got := rankScore([]float64{1, 2, 4}, []float64{3, 5, 6})
	if want := (8 - 4.5) / math.Sqrt(3*3*7/12.0); math.Abs(got-want) > 1e-9 {
		t.Errorf("score %v, want %v", got, want)
	}
	if got := rankScore([]float64{0, 0, 0}, []float64{0, 0}); got != 0 {
		t.Errorf("score %v of nothing but ties, want 0", got)
	}
}
