package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"weir/internal/judge"
)

// minutes is the length of a simulated bake.
const minutes = 60

// scenario describes a simulated release.
type scenario struct {
	traffic float64 // requests a minute, of both sides
	base    float64 // stable's rate of events
	ratio   float64 // the candidate's rate divided by stable's
	design  design
	strain  strain
}

// design describes how traffic is shifted. Its weight returns the candidate's share in
// a minute, from 0 to 1.
type design struct {
	name   string
	weight func(minute int) float64
}

func steady(name string, weight float64) design {
	return design{name, func(int) float64 { return weight }}
}

// designs are canaries at a constant weight, and one whose weight grows in steps.
var designs = []design{
	steady("1 %", 0.01),
	steady("10 %", 0.1),
	steady("50 %", 0.5),
	{"stepped", func(minute int) float64 {
		return []float64{0.01, 0.05, 0.1, 0.2, 0.35, 0.5}[minute/10]
	}},
}

// strain describes a way in which the model is wrong.
type strain struct {
	name string
	// alone and together are variances of the rate of a minute, relative to the
	// square of its mean. A burst hits each version alone or both together.
	alone, together float64
	// cold is the factor of the candidate's rate in the first minute after a shift.
	// What it has above 1 falls to a quarter each minute.
	cold float64
	// warmUp is the number of minutes after each shift that are not judged.
	warmUp int
	// drift is the factor by which the rates of both versions rise over the hour.
	drift float64
}

// source draws random releases.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 20261123))} }

func (s source) poisson(mean float64) int64 {
	if mean <= 0 {
		return 0
	}
	return int64(distuv.Poisson{Lambda: mean, Src: s.Rand}.Rand())
}

func (s source) binomial(n int64, p float64) int64 {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	}
	// Where successes are few, it is fast to draw the waiting times between them.
	if mean := float64(n) * p; mean < 12 {
		var at, k int64
		scale := 1 / math.Log1p(-p)
		for {
			at += int64(math.Log(1-s.Float64())*scale) + 1
			if at > n {
				return k
			}
			k++
		}
	}
	return int64(distuv.Binomial{N: float64(n), P: p, Src: s.Rand}.Rand())
}

// burst draws a factor with mean 1 and a variance.
func (s source) burst(variance float64) float64 {
	if variance == 0 {
		return 1
	}
	return distuv.Gamma{Alpha: 1 / variance, Beta: 1 / variance, Src: s.Rand}.Rand()
}

// draw fills the minutes of a release.
func (s source) draw(c scenario, into []judge.Minute) {
	weight, since := 0.0, 0
	for i := range into {
		w := c.design.weight(i)
		if w != weight {
			weight, since = w, i
		}
		requests := s.poisson(c.traffic)
		candidate := s.binomial(requests, w)
		if i-since < c.strain.warmUp {
			into[i] = judge.Minute{}
			continue
		}
		both := s.burst(c.strain.together)
		if c.strain.drift != 0 {
			both *= math.Pow(c.strain.drift, float64(i)/float64(len(into)))
		}
		cold := 1.0
		if c.strain.cold != 0 {
			cold += (c.strain.cold - 1) * math.Exp2(-2*float64(i-since))
		}
		stable := math.Min(1, c.base*both*s.burst(c.strain.alone))
		worse := math.Min(1, c.base*both*c.ratio*cold*s.burst(c.strain.alone))
		into[i] = judge.Minute{
			Stable:    judge.Counts{Requests: requests - candidate, Events: s.binomial(requests-candidate, stable)},
			Candidate: judge.Counts{Requests: candidate, Events: s.binomial(candidate, worse)},
		}
	}
}
