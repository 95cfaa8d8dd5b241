package judge

import "math"

// priors are the ratios, as multiples of 1, that the interval's mixture gives
// equal weight. They are fixed, and cover improvements as well as regressions.
var priors = [...]float64{0.1, 0.3, 0.6, 1, 1.6, 3, 8, 25}

// likelihood is that of a ratio of the rates, given each minute's events and
// requests.
type likelihood struct {
	events  float64 // of the candidate
	minutes []sample
}

// sample is a minute that had events: the requests of each side, and the events
// of both.
type sample struct{ candidate, stable, events float64 }

// interval is the ratio of the rates, weighed minute by minute, and the ratios
// that cannot be rejected at alpha at any look: those at which the likelihood of
// the data, mixed over the priors, is less than 1/alpha times as high. For each
// true ratio that quotient is a likelihood ratio, so it reaches 1/alpha with
// probability at most alpha, ever (Ville's inequality).
func (t *tally) interval(minutes []Minute, alpha float64) (*float64, Interval) {
	l := likelihood{events: float64(t.candidate.Events), minutes: make([]sample, 0, len(minutes))}
	for _, m := range minutes {
		if m = m.proven(); m.informative() {
			l.add(m)
		}
	}
	if len(l.minutes) == 0 {
		return nil, Interval{}
	}
	best := negligible
	for _, ratio := range priors {
		best = addLogs(best, l.log(math.Log(ratio)))
	}
	least := best - math.Log(float64(len(priors))) + math.Log(alpha)
	estimate, inside := l.peak()
	result := Interval{}
	if t.candidate.Events > 0 {
		result.Low = number(math.Exp(l.cross(inside, -farthest, least)))
	} else {
		result.Low = number(0)
	}
	if t.stable.Events > 0 {
		result.High = number(math.Exp(l.cross(inside, farthest, least)))
	}
	if t.stable.Events == 0 {
		return nil, result
	}
	if t.candidate.Events == 0 {
		return number(0), result
	}
	return number(math.Exp(estimate)), result
}

// farthest is the log of the largest ratio that is told.
const farthest = 14

func (l *likelihood) add(m Minute) {
	c, s := float64(m.Candidate.Requests), float64(m.Stable.Requests)
	events := float64(m.Candidate.Events + m.Stable.Events)
	if events == 0 {
		return
	}
	l.minutes = append(l.minutes, sample{c, s, events})
}

// log is the log likelihood of the log of a ratio.
func (l *likelihood) log(ratio float64) float64 {
	value, r := l.events*ratio, math.Exp(ratio)
	for _, g := range l.minutes {
		value -= g.events * math.Log((r*g.candidate+g.stable)/(g.candidate+g.stable))
	}
	return value
}

// slope is the derivative of log: the candidate's events less those expected.
func (l *likelihood) slope(ratio float64) (slope, bend float64) {
	slope, r := l.events, math.Exp(ratio)
	for _, g := range l.minutes {
		share := r * g.candidate / (r*g.candidate + g.stable)
		slope -= g.events * share
		bend -= g.events * share * (1 - share)
	}
	return slope, bend
}

// peak finds the likeliest ratio, within what is told.
func (l *likelihood) peak() (estimate, inside float64) {
	low, high := -float64(farthest), float64(farthest)
	x := 0.0
	for range 60 {
		slope, bend := l.slope(x)
		if slope > 0 {
			low = x
		} else {
			high = x
		}
		next := x - slope/min(bend, -1e-300)
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		if math.Abs(next-x) < 1e-6 {
			return next, next
		}
		x = next
	}
	return x, x
}

// cross finds where the likelihood falls to least between its peak and an end;
// it errs outwards.
func (l *likelihood) cross(peak, end, least float64) float64 {
	if l.log(end) >= least {
		return end
	}
	inside, outside := peak, end
	x := (peak + end) / 2
	// A parabola through the peak is a good first guess.
	if _, bend := l.slope(peak); bend < 0 {
		x = peak + math.Copysign(math.Sqrt(2*max(0, l.log(peak)-least)/-bend), end-peak)
	}
	for range 60 {
		if !(x > min(inside, outside) && x < max(inside, outside)) {
			x = (inside + outside) / 2
		}
		value := l.log(x)
		if value >= least {
			inside = x
		} else {
			outside = x
		}
		if math.Abs(outside-inside) < 1e-4 {
			break
		}
		slope, _ := l.slope(x)
		next := x - (value-least)/slope
		// Close in from both sides: land a little beyond the root.
		if math.Abs(next-x) < 1e-4 {
			next += math.Copysign(1e-4, outside-inside) * sign(value >= least)
		}
		x = next
	}
	return outside
}

func sign(positive bool) float64 {
	if positive {
		return 1
	}
	return -1
}
