package judge

import "math"

// The ratios of rates that the evidence mixes over, as multiples of the
// tolerated ratio. Those above 1 speak for a regression, those below against
// one; the tolerated ratio itself is the one in the middle.
var multiples = [...]float64{0.5, 1, 1.25, 1.5, 2, 3, 5, 10, 30}

const (
	toleratedIndex  = 1
	firstRegression = 2
)

// weights are those of the regressions in the mixture, from the first on.
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

// signalCounts sums a signal's minutes. Given the events K of a minute and the
// requests c and s of the sides, each event falls on the candidate with chance
// ratio·c/(ratio·c + s); so of all the data on a ratio, the log likelihood
// needs only the candidate's events and one sum over the minutes.
type signalCounts struct {
	total Minute
	// sums[j] is the sum over minutes of K·log(ratio_j·c + s).
	ratios, sums [len(multiples)]float64
	smallest     Tolerance // to exclude for a pass
	smallestSum  float64   // the sum of its ratio
	differences  differences
}

func newSignalCounts(s *Signal) signalCounts {
	sc := signalCounts{smallest: s.smallest()}
	for j, m := range multiples {
		sc.ratios[j] = m * s.tolerated().Ratio
	}
	sc.differences = differences{tolerated: s.tolerated().Difference, smallest: s.smallest().Difference}
	return sc
}

// informative tells whether a minute can say anything: both sides served.
func (m Minute) informative() bool {
	return m.Stable.Requests > 0 && m.Candidate.Requests > 0
}

// floats are the requests of the candidate and of stable, and the events of both.
func (m Minute) floats() (candidate, stable, events float64) {
	return float64(m.Candidate.Requests), float64(m.Stable.Requests), float64(m.Stable.Events + m.Candidate.Events)
}

// add takes in a minute that is informative.
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
	sc.smallestSum += events * math.Log(sc.smallest.Ratio*c+s)
}

// logLikelihoodRatio is the log likelihood ratio of ratio j against the tolerated one, had
// the candidate had the given number of the events.
func (sc *signalCounts) logLikelihoodRatio(j int, events float64) float64 {
	return events*multipleLogs[j] - (sc.sums[j] - sc.sums[toleratedIndex])
}

// evidence is the log of the e-value against "no worse than the tolerated
// ratio", had the candidate had the given number of the events. It grows with
// that number.
func (sc *signalCounts) evidence(events float64) float64 {
	log, _ := sc.evidenceAndSlope(events)
	return log
}

// evidenceAndSlope is the evidence at a number of events, and its derivative.
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

// passEvidence is the log of the e-value against "at least the smallest regression
// that matters".
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

// logZero stands for the log of zero, without an infinity.
const logZero = -1e12

// logSum is the log of the sum of two numbers given by their logs.
func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// eventsFor is the lowest whole number of the candidate's events whose evidence
// is at least a log; it may be more than there are. The evidence is convex in the
// events, so that Newton's steps never fall short after the first.
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
	return math.Max(0, math.Ceil(x-1e-3))
}
