package judge

import "math"

// cells is how many values of the candidate's events a frontier tells apart.
const cells = 256

// frontier follows, minute by minute, the law of the candidate's events among
// the releases that have not failed yet, given the events and the requests of
// each minute, when the candidate is as bad as tolerated and no worse. From it
// each look gets the lowest number of events that may fail without spending
// more of alpha than allowed; that part of the law is cut off, and the rest
// goes on.
//
// Up to a deviation of some ten events the law is computed on the integers.
// Beyond, cells are several events wide, and moments up to the third are kept.
type frontier struct {
	law            []float64
	lowest         float64 // events at the centre of the first cell
	step           float64 // events per cell
	mean, variance float64 // of the law uncut
	spent          float64
}

func newFrontier() frontier {
	return frontier{law: []float64{1}, step: 1}
}

// widths of the law that are kept, in deviations from its mean, and of a cell.
const (
	deepest = 2.5
	finest  = 0.25
)

// advance takes in a minute's split.
func (f *frontier) advance(s split) {
	if s.events == 0 {
		return
	}
	mean, variance, third := s.moments()
	f.mean += mean
	f.variance += variance
	deviation := math.Sqrt(f.variance)
	for 2*f.step <= finest*deviation {
		f.coarsen()
	}
	var lowest float64
	var kernel []float64
	if f.step == 1 {
		lowest, kernel = s.integers()
	} else {
		lowest, kernel = lattice(f.step, mean, variance, third)
		lowest *= f.step
	}
	f.convolve(kernel)
	f.lowest += lowest
	f.lift(f.mean - deepest*deviation)
}

// convolve adds the kernel's events to the law. What is out of sight above is
// counted as spent.
func (f *frontier) convolve(kernel []float64) {
	next := make([]float64, len(f.law)+len(kernel)-1)
	for i, p := range f.law {
		for k, q := range kernel {
			next[i+k] += p * q
		}
	}
	n, gone := len(next), 0.0
	for n > 1 && (n > cells || gone+next[n-1] < unseen) {
		n--
		gone += max(0, next[n])
	}
	f.spent += gone
	f.law = next[:n]
}

// unseen is a chance that no alpha notices.
const unseen = 1e-9

// lift moves what lies below floor up to it. More events can only lead to
// earlier failure, so this overstates what is spent.
func (f *frontier) lift(floor float64) {
	below := min(int((floor-f.lowest)/f.step), len(f.law)-1)
	if below <= 0 {
		return
	}
	sum := 0.0
	for _, p := range f.law[:below] {
		sum += p
	}
	f.law = f.law[below:]
	f.law[0] += sum
	f.lowest += float64(below) * f.step
}

// coarsen makes cells twice as wide. The odd cells are shared out to the four
// nearest even ones so that the first three moments stay.
func (f *frontier) coarsen() {
	next := make([]float64, len(f.law)/2+3)
	// Cell 0 of the old law is cell 1 of the new one.
	for i, p := range f.law {
		at := i/2 + 1
		if i%2 == 0 {
			next[at] += p
			continue
		}
		next[at-1] -= p / 16
		next[at] += p * 9 / 16
		next[at+1] += p * 9 / 16
		if at+2 < len(next) {
			next[at+2] -= p / 16
		} else {
			next[at+1] -= p / 16
		}
	}
	f.law = next
	f.lowest -= 2 * f.step
	f.step *= 2
}

// limit returns the lowest whole number of events that may fail while no more
// than allowed is spent in total.
func (f *frontier) limit(allowed float64) float64 {
	room := (allowed - f.spent) / f.surcharge()
	var t tail
	for i := len(f.law) - 1; i >= 0; i-- {
		t.reach(f, i)
		if t.whole > room {
			if f.step == 1 { // any part of a cell of one event rounds up to the next
				return f.lowest + float64(i) + 1
			}
			return math.Ceil(f.edge(i, t.partAt(room)) + 0.5)
		}
	}
	return math.Ceil(f.edge(0, 0) + 0.5)
}

// edge is the number of events at a part of the way through a cell.
func (f *frontier) edge(i int, part float64) float64 {
	return f.lowest + (float64(i)-0.5+part)*f.step
}

// surcharge is what a chance is counted at. With cells of several events the law
// is right to a few parts in a hundred, and least so with two, by comparison
// with the law on the integers in the tests; so a little more than it says is
// taken as spent.
func (f *frontier) surcharge() float64 {
	switch {
	case f.step == 1:
		return 1
	case f.step == 2:
		return 1.05
	}
	return 1.025
}

// cut takes the releases with at least so many events out of the law and counts
// them as spent.
func (f *frontier) cut(events float64) {
	position := (events-0.5-f.lowest)/f.step + 0.5
	i := int(math.Floor(position))
	if i >= len(f.law) {
		return
	}
	part := position - float64(i)
	if i < 0 {
		i, part = 0, 0
	}
	var t tail
	for k := len(f.law) - 1; k >= i; k-- {
		t.reach(f, k)
	}
	gone := t.above(part)
	f.spent += gone * f.surcharge()
	if rest := t.sum - gone; part > 0 && rest > 0 {
		// What is left of the cell lies below its centre.
		aside := (1 - part) / 2
		f.law = f.law[:i+1]
		f.law[i] = rest * (1 - aside)
		if i > 0 {
			f.law[i-1] += rest * aside
		}
		return
	}
	f.law = f.law[:i]
	if len(f.law) == 0 { // nothing can be left: an allowance of 1 and more is refused
		f.law = []float64{0}
	}
}
