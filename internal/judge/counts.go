package judge

import "math"

// multiples are the ratios of the rates that the evidence mixes over, as multiples
// of the tolerated ratio. Those above 1 are regressions.
var multiples = [...]float64{0.5, 1, 1.25, 1.5, 2, 3, 5, 10, 30}

const (
	toleratedIndex  = 1 // the index of the tolerated ratio in multiples
	firstRegression = 2 // the index of the first regression in multiples
)

// weights are the weights of the regressions in the mixture. Their sum is 1.
var weights = [len(multiples) - firstRegression]float64{0.10, 0.22, 0.18, 0.15, 0.13, 0.15, 0.07}

var (
	multipleLogs = logsOf(multiples[:])
	weightLogs   = logsOf(weights[:])
)

func logsOf(values []float64) []float64 {
	logs := make([]float64, len(values))
	for i, v := range values {
		logs[i] = math.Log(v)
	}
	return logs
}

// signalCounts holds the sums over a signal's minutes that the evidence needs.
// Let K be the events of a minute, and c and s the requests of the candidate and
// of stable. Given K, each event falls on the candidate with probability
// ratio·c/(ratio·c + s). So the log likelihood of a ratio is, up to a constant,
//
//	S·log(ratio) - Σ K·log(ratio·c + s)
//
// where S is the number of the candidate's events.
type signalCounts struct {
	total Minute
	// ratios are the multiples times the tolerated ratio, and sums[j] is
	// Σ K·log(ratios[j]·c + s).
	ratios, sums [len(multiples)]float64
	// smallest is the smallest regression that matters, and smallestSum is
	// Σ K·log(smallest.Ratio·c + s).
	smallest    Tolerance
	smallestSum float64
	// expected is the mean of the candidate's events at the tolerated ratio:
	// Σ K·ratio·c/(ratio·c + s).
	expected    float64
	differences differences
}

func newSignalCounts(s *Signal) signalCounts {
	sc := signalCounts{
		smallest:    s.smallest(),
		differences: differences{tolerated: s.tolerated().Difference, smallest: s.smallest().Difference},
	}
	for j, m := range multiples {
		sc.ratios[j] = m * s.tolerated().Ratio
	}
	return sc
}

// add adds an informative minute.
func (sc *signalCounts) add(m Minute) {
	sc.total = sc.total.plus(m)
	sc.differences.add(m)
	c, s, events := m.floats()
	if events == 0 {
		return
	}
	for j, ratio := range sc.ratios {
		sc.sums[j] += events * math.Log(ratio*c+s)
	}
	tolerated := sc.ratios[toleratedIndex]
	sc.expected += events * tolerated * c / (tolerated*c + s)
	sc.smallestSum += events * math.Log(sc.smallest.Ratio*c+s)
}

// logLikelihoodRatio returns the log likelihood ratio of ratios[j] against the
// tolerated ratio, if the given number of the events were the candidate's.
func (sc *signalCounts) logLikelihoodRatio(j int, events float64) float64 {
	return events*multipleLogs[j] - (sc.sums[j] - sc.sums[toleratedIndex])
}

// evidence returns the log of the e-value against "at most the tolerated ratio",
// if the given number of the events were the candidate's. It grows with that
// number.
func (sc *signalCounts) evidence(events float64) float64 {
	log, _ := sc.evidenceAndSlope(events)
	return log
}

// evidenceAndSlope returns the evidence at a number of events, and its derivative.
func (sc *signalCounts) evidenceAndSlope(events float64) (log, slope float64) {
	highest := logZero
	var logs [len(weights)]float64
	for j := range logs {
		logs[j] = weightLogs[j] + sc.logLikelihoodRatio(firstRegression+j, events)
		highest = max(highest, logs[j])
	}
	sum := 0.0
	for j, l := range logs {
		part := math.Exp(l - highest)
		sum += part
		slope += part * multipleLogs[firstRegression+j]
	}
	return highest + math.Log(sum), slope / sum
}

// passEvidence returns the log of the e-value against "at least the smallest
// regression that matters". It is the mean of two e-values. One is the mean
// likelihood ratio of the ratios below the smallest one; the other is that of the
// differences.
func (sc *signalCounts) passEvidence() float64 {
	events := float64(sc.total.Candidate.Events)
	sum, n := logZero, 0
	for j, ratio := range sc.ratios {
		if ratio >= sc.smallest.Ratio {
			break
		}
		sum = logSum(sum, events*math.Log(ratio/sc.smallest.Ratio)-(sc.sums[j]-sc.smallestSum))
		n++
	}
	return logSum(sum-math.Log(float64(n)), sc.differences.passEvidence()) - math.Ln2
}

// eventsFor returns the lowest whole number of the candidate's events whose
// evidence is at least log, with a slack of a millionth of an event. The number
// can be larger than the number of events so far.
//
// The evidence is a convex function of the events. So every step of Newton's
// method after the first starts above the solution and stays above it.
func (sc *signalCounts) eventsFor(log float64) float64 {
	x := float64(sc.total.Candidate.Events)
	for range 50 {
		value, slope := sc.evidenceAndSlope(x)
		step := (log - value) / slope
		x += step
		if math.Abs(step) < 1e-6 {
			break
		}
	}
	return max(0, math.Ceil(x-1e-6))
}

// logZero stands for the log of zero. It is finite, so that no sum is NaN.
const logZero = -1e12

// logSum returns the log of the sum of two numbers that are given by their logs.
func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// logMean returns the log of the mean of numbers that are given by their logs.
func logMean(logs []float64) float64 {
	sum := logZero
	for _, l := range logs {
		sum = logSum(sum, l)
	}
	return sum - math.Log(float64(len(logs)))
}
