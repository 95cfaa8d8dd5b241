package judge

import "math"

// differences tests the absolute difference of the rates without knowing
// either. With c and s requests and rates p+d and p, the mean of
// exp(a·candidate's events - b·stable's) is at most
//
//	exp(p·[c(e^a - 1) - s(1 - e^-b)] + c·d·(e^a - 1)),
//
// because a binomial's moments are below a Poisson's. Choosing b minute by
// minute such that the bracket vanishes removes the unknown p, and what is left
// is an e-process for "the difference is at most d". The mirrored choice tests
// "at least d".
type differences struct {
	tolerated, smallest float64
	worse               [len(growths)]float64 // logs, for each growth
	better              [len(shrinks)]float64
}

var (
	growths = [...]float64{1.5, 2, 4, 10}   // e^a where the candidate may be worse
	shrinks = [...]float64{0.02, 0.25, 0.5} // and where it may be better

	shrinkLogs = logsOf(shrinks[:])
)

func (d *differences) add(m Minute) {
	c, s := float64(m.Candidate.Requests), float64(m.Stable.Requests)
	x, y := float64(m.Candidate.Events), float64(m.Stable.Events)
	if d.tolerated > 0 {
		for j, growth := range growths {
			// Stable's side can carry no more than this.
			rise := math.Min(growth-1, 0.9*s/c)
			d.worse[j] += x*math.Log1p(rise) + y*math.Log1p(-rise*c/s) - c*d.tolerated*rise
		}
	}
	for j, shrink := range shrinks {
		fall := 1 - shrink
		d.better[j] += x*shrinkLogs[j] + c*d.smallest*fall
		if y > 0 {
			d.better[j] += y * math.Log1p(fall*c/s)
		}
	}
}

// evidence is the log of the e-value against "at most the tolerated difference".
func (d *differences) evidence() float64 { return logMean(d.worse[:]) }

// passEvidence is the log of the e-value against "at least the smallest difference
// that matters".
func (d *differences) passEvidence() float64 { return logMean(d.better[:]) }

func logMean(logs []float64) float64 {
	sum := logZero
	for _, l := range logs {
		sum = logSum(sum, l)
	}
	return sum - math.Log(float64(len(logs)))
}
