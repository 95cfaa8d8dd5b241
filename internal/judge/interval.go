package judge

import "math"

// likelihood is the likelihood of a ratio of the rates, given the events and
// requests of each minute.
type likelihood struct {
	events  float64  // the candidate's events
	minutes []Minute // the informative minutes that have events
}

// add adds an informative minute. It does not change events.
func (l *likelihood) add(m Minute) {
	if m.Candidate.Events+m.Stable.Events > 0 {
		l.minutes = append(l.minutes, m)
	}
}

// interval returns the likeliest ratio of the rates and an interval that holds the
// true ratio with probability 1 - alpha at all looks at once. The minutes must be
// those that were added to sc.
//
// The interval holds the ratios whose likelihood is above alpha times the mean
// likelihood of the fixed ratios of sc. For the true ratio, the mean over its
// likelihood is a mixture of likelihood ratios, so it ever reaches 1/alpha with
// probability at most alpha (Ville's inequality).
func (sc *signalCounts) interval(minutes []Minute, alpha float64) (*float64, Interval) {
	l := likelihood{events: float64(sc.total.Candidate.Events)}
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
	start := math.Log(sc.roughRatio())
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

// roughRatio returns the ratio of the rates with half an event more on each side,
// which makes it finite and positive.
func (sc *signalCounts) roughRatio() float64 {
	c, s := sc.total.Candidate, sc.total.Stable
	return (float64(c.Events) + 0.5) / float64(c.Requests) / ((float64(s.Events) + 0.5) / float64(s.Requests))
}

// at returns the log likelihood of a ratio, which is given by its log, and the
// derivative. The derivative is the candidate's events less the expected ones.
func (l *likelihood) at(logRatio float64) (log, slope float64) {
	log, slope = l.events*logRatio, l.events
	r := math.Exp(logRatio)
	for _, m := range l.minutes {
		c, s, events := m.floats()
		log -= events * math.Log(r*c+s)
		slope -= events * r * c / (r*c + s)
	}
	return log, slope
}

// slopes returns the first and the second derivative of the log likelihood.
func (l *likelihood) slopes(logRatio float64) (slope, bend float64) {
	slope = l.events
	r := math.Exp(logRatio)
	for _, m := range l.minutes {
		c, s, events := m.floats()
		share := r * c / (r*c + s)
		slope -= events * share
		bend -= events * share * (1 - share)
	}
	return slope, bend
}

// maxLogRatio is the log of the largest ratio that is returned. The smallest is
// its inverse.
const maxLogRatio = 14

// peak returns the log of the likeliest ratio, to 1e-6. The search starts at x. It
// takes a step of Newton's method where that stays within the bracket, and halves
// the bracket otherwise.
func (l *likelihood) peak(x float64) float64 {
	low, high := -float64(maxLogRatio), float64(maxLogRatio)
	x = min(high, max(low, x))
	for range 60 {
		slope, bend := l.slopes(x)
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

// cross returns the log of the ratio at which the log likelihood falls to least,
// on one side of its peak: side is 1 above it and -1 below it. The result is right
// to 1e-4.
//
// The log likelihood is concave. So every step of Newton's method after the first
// starts beyond the crossing, and the interval is never too narrow.
func (l *likelihood) cross(peak, side, least float64) float64 {
	_, bend := l.slopes(peak)
	top, _ := l.at(peak)
	// The first guess is the crossing of the parabola at the peak.
	x := peak + side*math.Sqrt(2*max(0.1, top-least)/max(-bend, 1e-3))
	for range 60 {
		x = min(maxLogRatio, max(-maxLogRatio, x))
		value, slope := l.at(x)
		if value >= least && math.Abs(x) == maxLogRatio {
			return x
		}
		if slope*side >= 0 { // x is at the peak, by rounding
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
