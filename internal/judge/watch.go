package judge

import (
	"fmt"
	"math"
)

// watchTest tests the promoted candidate against a fixed rate, because stable has
// no traffic during the watch. The rate is an upper bound of stable's rate in the
// recent past, times the drift, beyond the tolerance.
//
// The watch's alpha has two halves. One is the probability that stable's rate is
// above the bound. The other is the probability that a candidate below the rate
// fails at any time.
type watchTest struct {
	rate      float64 // the largest rate that is no regression, in events per request
	limit     float64 // the log of the e-value that fails
	baseline  Counts
	candidate Counts
}

// newWatchTest returns the test of a signal that has a watch. The argument alpha
// is the signal's share of the watch's alpha.
func newWatchTest(s *Signal, alpha float64) watchTest {
	baseline := s.Watch.Baseline.withProvenRequests()
	drift := s.Watch.Drift
	if drift == 0 {
		drift = DefaultDrift
	}
	w := watchTest{rate: 1, baseline: baseline, limit: math.Log(2 / alpha)}
	if baseline.Requests == 0 {
		return w
	}
	bound := poissonUpper(baseline.Events, alpha/2) / float64(baseline.Requests)
	t := s.tolerated()
	w.rate = min(1, drift*max(bound*t.Ratio, bound+t.Difference))
	return w
}

// observe adds minutes until one fails. It returns that minute, counted from 1, or
// 0 if none fails.
func (w *watchTest) observe(minutes []Counts) int {
	for n, c := range minutes {
		w.candidate = w.candidate.plus(c.withProvenRequests())
		if w.baseline.Requests > 0 && w.evidence() >= w.limit {
			return n + 1
		}
	}
	return 0
}

// limitEvents returns the number of events that fails with the requests so far, or 0 if
// there is no baseline.
func (w *watchTest) limitEvents() int64 {
	if w.baseline.Requests == 0 {
		return 0
	}
	low, high := int64(-1), int64(1)
	fails := func(events int64) bool {
		at := *w
		at.candidate.Events = events
		return at.evidence() >= at.limit
	}
	for !fails(high) && high < maxCount {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if middle := (low + high) / 2; fails(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// evidence returns the log of the e-value against "at most the rate". It is a
// Poisson likelihood ratio, mixed over the regressions and weights of the bake.
func (w *watchTest) evidence() float64 {
	sum := logZero
	for j, weight := range weightLogs {
		sum = logSum(sum, weight+float64(w.candidate.Events)*multipleLogs[firstRegression+j]-
			float64(w.candidate.Requests)*w.rate*(multiples[firstRegression+j]-1))
	}
	return sum
}

// passEvidence returns the log of the e-value against "at least the rate". It is
// the mean Poisson likelihood ratio of the multiples below 1.
func (w *watchTest) passEvidence() float64 {
	sum := logZero
	for _, multiple := range multiples[:toleratedIndex] {
		sum = logSum(sum, float64(w.candidate.Events)*math.Log(multiple)+
			float64(w.candidate.Requests)*w.rate*(1-multiple))
	}
	return sum - math.Log(float64(toleratedIndex))
}

// result returns the evidence of the watch of a signal. The argument failedAt is
// what observe returned.
func (w *watchTest) result(s *Signal, power float64, failedAt int) Evidence {
	e := Evidence{
		Signal: s.Name, Phase: PhaseWatch, Outcome: Inconclusive,
		EValue: eValue(w.evidence()), Limit: eValue(w.limit),
		Expected: sixDigits(float64(w.candidate.Requests) * w.baseline.Rate()), LimitEvents: w.limitEvents(),
		Stable: w.baseline, Candidate: w.candidate,
		StableRate: sixDigits(w.baseline.Rate()), CandidateRate: sixDigits(w.candidate.Rate()),
	}
	if e.StableRate > 0 {
		e.Ratio = pointerTo(e.CandidateRate / e.StableRate)
	}
	switch {
	case failedAt > 0:
		e.Outcome = Fail
	case w.baseline.Requests == 0:
		e.Missing = "stable has no recent past to compare with"
	case e.CandidateRate <= BrokenRate && w.passEvidence() >= passLimit(power):
		e.Outcome = Pass
	default:
		e.Missing = fmt.Sprintf("more requests are needed to show a rate below %s", percent(w.rate))
	}
	return e
}

// poissonUpper returns the upper confidence bound of a Poisson mean: the mean at
// which the number of events, or fewer, has the probability alpha. It is exact
// (Garwood, Biometrika 28, 1936) up to 10,000 events. Above, it is the cube of
// Wilson and Hilferty (1931), which is right to parts in a million there, plus a
// margin of ten parts in a million.
func poissonUpper(events int64, alpha float64) float64 {
	n := float64(events)
	if n > 10000 {
		z := math.Sqrt2 * math.Erfcinv(2*alpha)
		return 1.00001 * (n + 1) * math.Pow(1-1/(9*(n+1))+z/(3*math.Sqrt(n+1)), 3)
	}
	low, high := n, n+10*math.Sqrt(n+1)*math.Sqrt(-math.Log(alpha))+20
	for range 60 {
		middle := (low + high) / 2
		if poissonAtMost(events, middle) > alpha {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// poissonAtMost returns the probability of at most a number of events, if their
// distribution is Poisson with a mean.
func poissonAtMost(events int64, mean float64) float64 {
	logGamma, _ := math.Lgamma(float64(events) + 1)
	term := math.Exp(float64(events)*math.Log(mean) - mean - logGamma)
	sum := 0.0
	for k := events; k >= 0 && term > 0; k-- {
		sum += term
		if term < sum*1e-12 {
			break
		}
		term *= float64(k) / mean
	}
	return min(1, sum)
}
