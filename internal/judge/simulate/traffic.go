package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"weir/internal/judge"
)

// minutes is how long a simulated release bakes.
const minutes = 60

// scenario is what a simulated release goes through.
type scenario struct {
	traffic float64 // requests a minute, of both sides
	base    float64 // stable's rate of events
	ratio   float64 // of the candidate's rate to stable's
	design  design
	strain  strain
}

// design is how traffic is shifted: the candidate's weight in each minute.
type design struct {
	name   string
	weight func(minute int) float64
}

func steady(name string, weight float64) design {
	return design{name, func(int) float64 { return weight }}
}

// designs are a canary at each weight, and one that steps through them.
var designs = []design{
	steady("1 %", 0.01),
	steady("10 %", 0.1),
	steady("50 %", 0.5),
	{"stepped", func(minute int) float64 {
		return []float64{0.01, 0.05, 0.1, 0.2, 0.35, 0.5}[minute/10]
	}},
}

// strain is a way in which the world differs from the model.
type strain struct {
	name string
	// burst is the variance of the rate of a minute, relative to the square of
	// its mean, if the burst hits each version on its own, or both together.
	alone, together float64
	// cold is by how much the candidate's rate is multiplied in the first minute
	// after a shift; it decays by half a minute.
	cold float64
	// warmUp is how many minutes after each shift are left out of judgement.
	warmUp int
	// drift is by how much the rates of both rise over the hour, as a ratio.
	drift float64
}

// source draws releases.
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
	// Waiting times: quick where successes are few.
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

// burst is a factor with mean 1 and the given variance.
func (s source) burst(variance float64) float64 {
	if variance == 0 {
		return 1
	}
	return distuv.Gamma{Alpha: 1 / variance, Beta: 1 / variance, Src: s.Rand}.Rand()
}

// draw fills in a release.
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
