package judge

import (
	"math"
	"slices"
)

// split is the distribution of a minute's events on the candidate, given the
// minute's events and requests, if the candidate is exactly as bad as tolerated.
//
// With a tolerated ratio of 1 it is hypergeometric, because the requests of each
// version are drawn at random (Fisher's exact test). With another ratio it is
// binomial, which is right for rare events and too wide for frequent ones.
type split struct {
	events    float64 // the events of both versions
	candidate float64 // the candidate's requests
	total     float64 // the requests of both versions
	share     float64 // the probability that an event is the candidate's
	exact     bool    // whether the distribution is hypergeometric
}

// splitOf returns the split of a minute at a tolerated ratio.
func splitOf(m Minute, ratio float64) split {
	c, s, events := m.floats()
	return split{
		events:    events,
		candidate: c,
		total:     c + s,
		share:     ratio * c / (ratio*c + s),
		exact:     ratio == 1,
	}
}

// moments returns the mean, the variance and the third central moment of the
// candidate's events.
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

// up returns the probability of x+1 events divided by that of x events.
func (s split) up(x float64) float64 {
	if s.exact {
		return (s.candidate - x) * (s.events - x) / ((x + 1) * (s.total - s.candidate - s.events + x + 1))
	}
	return (s.events - x) / (x + 1) * s.share / (1 - s.share)
}

// leastRelativeChance is the probability, relative to the likeliest value, below
// which integers leaves values out.
const leastRelativeChance = 1e-8

// integers returns the probabilities of whole numbers of events, from lowest on.
// It leaves out negligible values and scales the rest to the sum 1.
func (s split) integers() (lowest float64, kernel []float64) {
	least, most := 0.0, s.events
	if s.exact {
		least, most = max(0, s.events-(s.total-s.candidate)), min(s.events, s.candidate)
	}
	mean, _, _ := s.moments()
	mode := min(most, max(least, math.Floor(mean)))
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

// lattice returns weights on the multiples of step, from lowest·step on, that have
// the given mean, variance and third central moment. The moments are in events.
func lattice(step, mean, variance, third float64) (lowest float64, kernel []float64) {
	mean, variance, third = mean/step, variance/(step*step), third/(step*step*step)
	if variance < 0.6 {
		return fourPoints(mean, variance, third)
	}
	// The weights sample a normal density with the first correction for skewness
	// (Edgeworth). The standard deviation is at least 0.77 steps, so the moments of
	// the samples are right to 1e-5.
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

// normalise scales weights to the sum 1.
func normalise(weights []float64) {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for i := range weights {
		weights[i] /= sum
	}
}

// fourPoints returns weights on four integers that have the given mean, variance
// and third central moment. A weight is the expectation of the cubic polynomial
// that is 1 on its point and 0 on the others (Lagrange). It can be negative.
func fourPoints(mean, variance, third float64) (lowest float64, kernel []float64) {
	lowest = math.Floor(mean) - 1
	m := mean - lowest // from 1 to 2
	m2 := variance + m*m
	m3 := third + 3*m*variance + m*m*m
	return lowest, []float64{
		1 - (11*m-6*m2+m3)/6,
		(6*m - 5*m2 + m3) / 2,
		-(3*m - 4*m2 + m3) / 2,
		(2*m - 3*m2 + m3) / 6,
	}
}
