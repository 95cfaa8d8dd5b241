package judge

import (
	"math"
	"slices"
)

// split is the distribution of how a minute's events fall on the candidate when both
// sides have what is tolerated.
type split struct {
	events           float64 // of both sides
	candidate, total float64 // requests
	share            float64 // chance of an event to fall on the candidate
	exact            bool    // equal rates: drawn without replacement
}

// splitOf is exact for a tolerated ratio of 1: which requests go to which
// version is drawn at random, so the candidate's events are hypergeometric
// whatever made them events. For other ratios, and where events may exceed what
// can be drawn, it is the binomial that rare events lead to.
func splitOf(m Minute, ratio float64) split {
	c, s, events := m.floats()
	return split{
		events:    events,
		candidate: c, total: c + s,
		share: ratio * c / (ratio*c + s),
		exact: ratio == 1,
	}
}

// moments are the mean, the variance and the third central moment.
func (s split) moments() (mean, variance, third float64) {
	q := s.share
	mean = s.events * q
	variance = mean * (1 - q)
	third = variance * (1 - 2*q)
	if s.exact && s.total > 2 {
		variance *= (s.total - s.events) / (s.total - 1)
		third = variance * (1 - 2*q) * (s.total - 2*s.events) / (s.total - 2)
	}
	return mean, variance, third
}

// up is the chance of x+1 over that of x.
func (s split) up(x float64) float64 {
	if s.exact {
		return (s.candidate - x) * (s.events - x) / ((x + 1) * (s.total - s.candidate - s.events + x + 1))
	}
	return (s.events - x) / (x + 1) * s.share / (1 - s.share)
}

// faint is the chance, relative to the likeliest value, from which on values
// are left out of a kernel.
const leastRelativeChance = 1e-8

// integers returns the chances of whole numbers of events, from the lowest on.
// What is faint is counted on the others, in proportion.
func (s split) integers() (lowest float64, kernel []float64) {
	least, most := 0.0, s.events
	if s.exact {
		least, most = math.Max(0, s.events-(s.total-s.candidate)), math.Min(s.events, s.candidate)
	}
	mean, _, _ := s.moments()
	mode := math.Min(most, math.Max(least, math.Floor(mean)))
	kernel = []float64{1}
	for x, p := mode, 1.0; x > least; x-- {
		p /= s.up(x - 1)
		if p < leastRelativeChance {
			break
		}
		kernel = append(kernel, p)
	}
	lowest = mode - float64(len(kernel)-1)
	slices.Reverse(kernel)
	for x, p := mode, 1.0; x < most; x++ {
		p *= s.up(x)
		if p < leastRelativeChance {
			break
		}
		kernel = append(kernel, p)
	}
	normalise(kernel)
	return lowest, kernel
}

// lattice returns weights on multiples of step, from the lowest on, that have the
// first three moments of a split, which are given.
func lattice(step, mean, variance, third float64) (lowest float64, kernel []float64) {
	mean, variance, third = mean/step, variance/(step*step), third/(step*step*step)
	if variance < 0.6 {
		return four(mean, variance, third)
	}
	// A normal density with its first correction for skewness, sampled: the
	// sums over a lattice no wider than the deviation are right to 1e-5.
	deviation := math.Sqrt(variance)
	skew := third / (variance * deviation) / 6
	lowest = math.Ceil(mean - 4.5*deviation)
	for x := lowest; x <= mean+5.5*deviation; x++ {
		z := (x - mean) / deviation
		kernel = append(kernel, max(0, math.Exp(-z*z/2)*(1+skew*(z*z-3)*z)))
	}
	normalise(kernel)
	return lowest, kernel
}

// normalise makes the sum of weights 1.
func normalise(weights []float64) {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for i := range weights {
		weights[i] /= sum
	}
}

// four puts the moments on four points: the expectations of the cubic
// polynomials that are 1 on one of them and 0 on the others.
func four(mean, variance, third float64) (lowest float64, kernel []float64) {
	lowest = math.Floor(mean) - 1
	m := mean - lowest // between 1 and 2
	m2 := variance + m*m
	m3 := third + 3*m*variance + m*m*m
	return lowest, []float64{
		1 - (11*m-6*m2+m3)/6,
		(6*m - 5*m2 + m3) / 2,
		-(3*m - 4*m2 + m3) / 2,
		(2*m - 3*m2 + m3) / 6,
	}
}
