package judge

import "math"

// likelihood is that of a ratio of the rates, given each minute's events and
// requests.
type likelihood struct {
	events  float64 // of the candidate
	minutes []Minute
}

// interval is the ratio of the rates, weighed minute by minute, and the ratios
// that cannot be rejected at alpha at any look: those at which the likelihood of
// the data is more than alpha times what it is in the mean over the fixed ratios
// of the counts. For each true ratio that quotient is a mixture of likelihood
// ratios, so it reaches 1/alpha with probability at most alpha, ever (Ville's
// inequality).
func (sc *signalCounts) interval(minutes []Minute, alpha float64) (*float64, Interval) {
	l := likelihood{events: float64(sc.total.Candidate.Events), minutes: make([]Minute, 0, len(minutes))}
	for _, m := range minutes {
		if m = m.withProvenRequests(); m.informative() {
			l.add(m)
		}
	}
	if len(l.minutes) == 0 {
		return nil, Interval{}
	}
	least := logZero
	for j, ratio := range sc.ratios {
		least = logSum(least, l.events*math.Log(ratio)-sc.sums[j])
	}
	least += math.Log(alpha / float64(len(sc.ratios)))
	start := math.Log(rateRatio(sc))
	switch {
	case sc.total.Candidate.Events == 0:
		return pointerTo(0), Interval{Low: pointerTo(0), High: pointerTo(math.Exp(l.cross(start, 1, least)))}
	case sc.total.Stable.Events == 0:
		return nil, Interval{Low: pointerTo(math.Exp(l.cross(start, -1, least)))}
	}
	peak := l.peak(start)
	return pointerTo(math.Exp(peak)), Interval{
		Low:  pointerTo(math.Exp(l.cross(peak, -1, least))),
		High: pointerTo(math.Exp(l.cross(peak, 1, least))),
	}
}

// rateRatio is a first guess, with half an event more on each side.
func rateRatio(sc *signalCounts) float64 {
	return (float64(sc.total.Candidate.Events) + 0.5) / float64(sc.total.Candidate.Requests) /
		((float64(sc.total.Stable.Events) + 0.5) / float64(sc.total.Stable.Requests))
}

func (l *likelihood) add(m Minute) {
	if m.Candidate.Events+m.Stable.Events > 0 {
		l.minutes = append(l.minutes, m)
	}
}

// at is the log likelihood of the log of a ratio, and its derivative: the
// candidate's events less those expected.
func (l *likelihood) at(ratio float64) (log, slope float64) {
	log, slope = l.events*ratio, l.events
	r := math.Exp(ratio)
	for _, m := range l.minutes {
		c, s, events := m.floats()
		whole := r*c + s
		log -= events * math.Log(whole)
		slope -= events * r * c / whole
	}
	return log, slope
}

// slope is the derivative alone, and the second one.
func (l *likelihood) slope(ratio float64) (slope, bend float64) {
	slope = l.events
	r := math.Exp(ratio)
	for _, m := range l.minutes {
		c, s, events := m.floats()
		share := r * c / (r*c + s)
		slope -= events * share
		bend -= events * share * (1 - share)
	}
	return slope, bend
}

// maxLogRatio is the log of the largest ratio that is told.
const maxLogRatio = 14

// peak finds the log of the likeliest ratio.
func (l *likelihood) peak(x float64) float64 {
	low, high := -float64(maxLogRatio), float64(maxLogRatio)
	x = min(high, max(low, x))
	for range 60 {
		slope, bend := l.slope(x)
		if slope > 0 {
			low = x
		} else {
			high = x
		}
		next := x - slope/min(bend, -1e-300)
		if !(next >= low && next <= high) {
			next = (low + high) / 2
		}
		if math.Abs(next-x) < 1e-6 {
			return next
		}
		x = next
	}
	return x
}

// cross finds where the log likelihood falls to least on one side of its peak.
// It is concave, so that Newton's steps end up beyond the crossing and approach
// it from there: the interval is never too narrow.
func (l *likelihood) cross(peak, side, least float64) float64 {
	_, bend := l.slope(peak)
	top, _ := l.at(peak)
	// A parabola through the peak is a good first guess.
	x := peak + side*math.Sqrt(2*max(0.1, top-least)/max(-bend, 1e-3))
	for range 60 {
		x = min(maxLogRatio, max(-maxLogRatio, x))
		value, slope := l.at(x)
		if value >= least && math.Abs(x) == maxLogRatio {
			return x
		}
		if slope*side >= 0 { // rounding, close to the peak
			return x
		}
		step := (least - value) / slope
		x += step
		if math.Abs(step) < 1e-4 {
			break
		}
	}
	return min(maxLogRatio, max(-maxLogRatio, x))
}
