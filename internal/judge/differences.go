package judge

import "math"

// differences tests the absolute difference of the rates. Neither rate needs to
// be known. Let the candidate have c requests at the rate p+d and stable s
// requests at the rate p. Then the mean of exp(a·candidate's events - b·stable's)
// is at most
//
//	exp(p·[c(e^a - 1) - s(1 - e^-b)] + c·d·(e^a - 1)),
//
// because the moments of a binomial are below those of a Poisson distribution. In
// each minute b is chosen such that the bracket is 0. This removes the unknown p,
// and what is left is an e-process against "the difference is at most d". The same
// choice with a below 0 gives an e-process against "the difference is at least d".
type differences struct {
	// tolerated and smallest are in events per request. If tolerated is 0, there is
	// no test against it.
	tolerated, smallest float64
	worse               [len(growths)]float64 // the log of the e-value for each growth
	better              [len(shrinks)]float64 // the log of the e-value for each shrink
}

var (
	growths = [...]float64{1.5, 2, 4, 10}   // the values of e^a for a worse candidate
	shrinks = [...]float64{0.02, 0.25, 0.5} // the values of e^a for a better candidate

	shrinkLogs = logsOf(shrinks[:])
)

// add adds an informative minute.
func (d *differences) add(m Minute) {
	c, s := float64(m.Candidate.Requests), float64(m.Stable.Requests)
	x, y := float64(m.Candidate.Events), float64(m.Stable.Events)
	if d.tolerated > 0 {
		for j, growth := range growths {
			// e^-b = 1 - rise·c/s must be above 0.
			rise := min(growth-1, 0.9*s/c)
			d.worse[j] += x*math.Log1p(rise) + y*math.Log1p(-rise*c/s) - c*d.tolerated*rise
		}
	}
	for j, shrink := range shrinks {
		fall := 1 - shrink
		d.better[j] += x*shrinkLogs[j] + y*math.Log1p(fall*c/s) + c*d.smallest*fall
	}
}

// evidence returns the log of the e-value against "at most the tolerated
// difference".
func (d *differences) evidence() float64 { return logMean(d.worse[:]) }

// passEvidence returns the log of the e-value against "at least the smallest
// difference that matters".
func (d *differences) passEvidence() float64 { return logMean(d.better[:]) }
