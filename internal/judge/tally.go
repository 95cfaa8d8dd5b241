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
	// crowd is the most that a sum of so many parts is above its highest.
	crowd = math.Log(float64(len(weights)))
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
	same         int     // the index of that ratio among ratios, or 0
	differences  differences
	weighed      float64 // sum of K·c/(c+s): the candidate's events if nothing differs
}

func newTally(s *Signal) tally {
	t := tally{smallest: s.smallest().Ratio}
	for j, m := range multiples {
		t.ratios[j] = m * s.tolerated().Ratio
		if t.ratios[j] == t.smallest {
			t.same = j
		}
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
		t.sums[j] += events * quickLog(ratio*c+s)
	}
	if t.same > 0 {
		t.smallestSum = t.sums[t.same]
	} else {
		t.smallestSum += events * quickLog(t.smallest*c+s)
	}
	t.weighed += events * c / (c + s)
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
	logs, highest := t.parts(events)
	sum := 0.0
	for j, l := range logs {
		if l < highest-20 { // too small to change the sum
			continue
		}
		part := 1.0
		if l < highest {
			part = math.Exp(l - highest)
		}
		sum += part
		slope += part * steps[first+j]
	}
	return highest + quickLog(sum), slope / sum
}

// parts are the logs of what the mixture sums, and the highest of them.
func (t *tally) parts(events float64) (logs [len(weights)]float64, highest float64) {
	highest = negligible
	for j := range logs {
		logs[j] = weightLogs[j] + t.against(first+j, events)
		if logs[j] > highest {
			highest = logs[j]
		}
	}
	return logs, highest
}

// reaches tells whether the evidence at a number of events is at least log. Most
// often the highest part alone tells.
func (t *tally) reaches(log, events float64) bool {
	_, highest := t.parts(events)
	switch {
	case highest >= log:
		return true
	case highest+crowd < log:
		return false
	}
	return t.evidence(events) >= log
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

// eventsFor is the number of the candidate's events whose evidence is a log, to a
// thousandth; it may be more than there are. The evidence is convex in the
// events, so that Newton's steps never fall short after the first.
func (t *tally) eventsFor(log, guess float64) float64 {
	x := guess
	for range 50 {
		value, slope := t.mixed(x)
		step := (log - value) / slope
		x += step
		if math.Abs(step) < 0.03 { // the next would be a thousandth of it
			break
		}
	}
	return x
}
