package judge

import "math"

// The ratios of rates that the evidence mixes over, as multiples of the
// tolerated ratio. Those above 1 speak for a regression, those below against
// one; the tolerated ratio itself is the one in the middle.
var multiples = [...]float64{0.5, 1, 1.25, 1.5, 2, 3, 5, 10, 30}

const (
	tolerated = 1 // the index of 1
	first     = 2 // the first that is a regression
)

// weights are those of the regressions in the mixture, from the first on.
var weights = [len(multiples) - first]float64{0.10, 0.22, 0.18, 0.15, 0.13, 0.15, 0.07}

var (
	steps      = logsOf(multiples[:])
	weightLogs = logsOf(weights[:])
)

func logsOf(values []float64) []float64 {
	logs := make([]float64, len(values))
	for i, v := range values {
		logs[i] = math.Log(v)
	}
	return logs
}

// tally sums a signal's minutes. Given the events K of a minute and the
// requests c and s of the sides, each event falls on the candidate with chance
// ratio·c/(ratio·c + s); so of all the data on a ratio, the log likelihood
// needs only the candidate's events and one sum over the minutes.
type tally struct {
	stable, candidate Counts
	// sums[j] is the sum over minutes of K·log(ratio_j·c + s).
	ratios, sums [len(multiples)]float64
	smallest     float64 // the ratio to exclude for a pass
	smallestSum  float64 // and its sum
	differences  differences
}

func newTally(s *Signal) tally {
	t := tally{smallest: s.smallest().Ratio}
	for j, m := range multiples {
		t.ratios[j] = m * s.tolerated().Ratio
	}
	t.differences = newDifferences(s.tolerated().Difference, s.smallest().Difference)
	return t
}

// informative tells whether a minute can say anything: both sides served.
func (m Minute) informative() bool {
	return m.Stable.Requests > 0 && m.Candidate.Requests > 0
}

// add takes in a minute that is informative.
func (t *tally) add(m Minute) {
	t.stable.Requests += m.Stable.Requests
	t.stable.Events += m.Stable.Events
	t.candidate.Requests += m.Candidate.Requests
	t.candidate.Events += m.Candidate.Events
	t.differences.add(m)
	events := float64(m.Stable.Events + m.Candidate.Events)
	if events == 0 {
		return
	}
	c, s := float64(m.Candidate.Requests), float64(m.Stable.Requests)
	for j, ratio := range t.ratios {
		t.sums[j] += events * math.Log(ratio*c+s)
	}
	t.smallestSum += events * math.Log(t.smallest*c+s)
}

// against is the log likelihood ratio of ratio j against the tolerated one, had
// the candidate had the given number of the events.
func (t *tally) against(j int, events float64) float64 {
	return events*steps[j] - (t.sums[j] - t.sums[tolerated])
}

// evidence is the log of the e-value against "no worse than the tolerated
// ratio", had the candidate had the given number of the events. It grows with
// that number.
func (t *tally) evidence(events float64) float64 {
	log, _ := t.mixed(events)
	return log
}

// mixed is the evidence at a number of events, and its derivative.
func (t *tally) mixed(events float64) (log, slope float64) {
	highest := negligible
	var logs [len(weights)]float64
	for j := range logs {
		logs[j] = weightLogs[j] + t.against(first+j, events)
		highest = max(highest, logs[j])
	}
	sum := 0.0
	for j, l := range logs {
		part := math.Exp(l - highest)
		sum += part
		slope += part * steps[first+j]
	}
	return highest + math.Log(sum), slope / sum
}

// excluded is the log of the e-value against "at least the smallest regression
// that matters".
func (t *tally) excluded() float64 {
	events := float64(t.candidate.Events)
	sum, n := negligible, 0
	for j, ratio := range t.ratios {
		if ratio >= t.smallest {
			break
		}
		sum = addLogs(sum, events*math.Log(ratio/t.smallest)-(t.sums[j]-t.smallestSum))
		n++
	}
	return addLogs(sum-math.Log(float64(n)), t.differences.excluded()) - math.Ln2
}

// negligible stands for the log of zero, without an infinity.
const negligible = -1e12

// addLogs is the log of the sum of two numbers given by their logs.
func addLogs(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// eventsFor is the lowest whole number of the candidate's events whose evidence
// is at least a log; it may be more than there are. The evidence is convex in the
// events, so that Newton's steps never fall short after the first.
func (t *tally) eventsFor(log float64) float64 {
	x := float64(t.candidate.Events)
	for range 50 {
		value, slope := t.mixed(x)
		step := (log - value) / slope
		x += step
		if math.Abs(step) < 1e-6 {
			break
		}
	}
	return math.Max(0, math.Ceil(x-1e-3))
}
