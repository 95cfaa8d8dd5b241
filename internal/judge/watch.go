package judge

import (
	"fmt"
	"math"
)

// DefaultDrift is the ratio by which rates may differ between the baseline and
// the watch for reasons of their own.
const DefaultDrift = 1.5

// watchTest is the test of a watch. There is no traffic on stable to compare
// with, so a rate stands in for it: the highest that the baseline allows for
// stable but for half of the watch's alpha, times what is tolerated. The other
// half is for the candidate to exceed that rate at any time.
type watchTest struct {
	rate      float64 // events per request that are no reason to fail
	limit     float64 // log of the e-value that fails
	baseline  Counts
	candidate Counts
}

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
	high := poissonUpper(baseline.Events, alpha/2) / float64(baseline.Requests)
	t := s.tolerated()
	w.rate = math.Min(1, drift*math.Max(high*t.Ratio, high+t.Difference))
	return w
}

// observe takes in minutes until one fails, and returns which, counted from 1, or 0.
func (w *watchTest) observe(minutes []Counts) int {
	for n, c := range minutes {
		w.candidate = w.candidate.plus(c.withProvenRequests())
		if w.baseline.Requests > 0 && w.evidence() >= w.limit {
			return n + 1
		}
	}
	return 0
}

// evidence is the log of the e-value against "at most rate": a Poisson
// likelihood ratio, mixed over the same ratios as during the bake.
func (w *watchTest) evidence() float64 {
	sum := logZero
	for j, weight := range weightLogs {
		sum = logSum(sum, weight+float64(w.candidate.Events)*multipleLogs[firstRegression+j]-
			float64(w.candidate.Requests)*w.rate*(multiples[firstRegression+j]-1))
	}
	return sum
}

// passEvidence is the log of the e-value against "at least rate": the candidate
// stays below what is no reason to fail.
func (w *watchTest) passEvidence() float64 {
	sum := logZero
	for _, multiple := range multiples[:toleratedIndex] {
		sum = logSum(sum, float64(w.candidate.Events)*math.Log(multiple)+
			float64(w.candidate.Requests)*w.rate*(1-multiple))
	}
	return sum - math.Log(float64(toleratedIndex))
}

// result is what the watch of a signal says.
func (w *watchTest) result(s *Signal, power float64, failedAt int) Evidence {
	e := Evidence{
		Signal: s.Name, Phase: PhaseWatch, Outcome: Inconclusive,
		EValue: eValue(w.evidence()), Limit: eValue(w.limit),
		Stable: w.baseline, Candidate: w.candidate,
		StableRate: rate(w.baseline), CandidateRate: rate(w.candidate),
	}
	if e.StableRate > 0 {
		e.Ratio = pointerTo(e.CandidateRate / e.StableRate)
	}
	switch wanted := -math.Log1p(-power); {
	case failedAt > 0:
		e.Outcome = Fail
	case w.baseline.Requests == 0:
		e.Missing = "stable has no recent past to compare with"
	case w.passEvidence() >= wanted:
		e.Outcome = Pass
	default:
		e.Missing = fmt.Sprintf("more requests are needed to show a rate below %s", percent(w.rate))
	}
	return e
}

// poissonUpper is the mean at which so few events, or fewer, have the chance
// alpha: Garwood's exact upper bound (1936).
func poissonUpper(events int64, alpha float64) float64 {
	n := float64(events)
	if n > 10000 {
		// Wilson and Hilferty's cube (1931) is right to parts in a million here.
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

// poissonAtMost is the chance of at most so many events.
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
	return math.Min(1, sum)
}
