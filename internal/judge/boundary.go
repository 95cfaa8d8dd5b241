package judge

import "math"

// cells is how many values of the candidate's events a boundary tells apart.
const cells = 256

// boundary follows, minute by minute, the distribution of the candidate's events among
// the releases that have not failed yet, given the events and the requests of
// each minute, when the candidate is as bad as tolerated and no worse. From it
// each look gets the lowest number of events that may fail without spending
// more of alpha than allowed; that part of the distribution is cut off, and the rest
// goes on.
//
// Up to a deviation of some ten events the distribution is computed on the integers.
// Beyond, cells are several events wide, and moments up to the third are kept.
type boundary struct {
	distribution   []float64
	lowest         float64 // events at the centre of the first cell
	step           float64 // events per cell
	mean, variance float64 // of the distribution uncut
	spent          float64
}

func newBoundary() boundary {
	return boundary{distribution: []float64{1}, step: 1}
}

// widths of the distribution that are kept, in deviations from its mean, and of a cell.
const (
	keptDeviations = 2.5
	cellDeviations = 0.25
)

// advance takes in a minute's split.
func (b *boundary) advance(s split) {
	if s.events == 0 {
		return
	}
	mean, variance, third := s.moments()
	b.mean += mean
	b.variance += variance
	deviation := math.Sqrt(b.variance)
	for 2*b.step <= cellDeviations*deviation {
		b.coarsen()
	}
	var lowest float64
	var kernel []float64
	if b.step == 1 {
		lowest, kernel = s.integers()
	} else {
		lowest, kernel = lattice(b.step, mean, variance, third)
		lowest *= b.step
	}
	b.convolve(kernel)
	b.lowest += lowest
	b.lift(b.mean - keptDeviations*deviation)
}

// convolve adds the kernel's events to the distribution. What is out of sight above is
// counted as spent.
func (b *boundary) convolve(kernel []float64) {
	next := make([]float64, len(b.distribution)+len(kernel)-1)
	for i, p := range b.distribution {
		for k, q := range kernel {
			next[i+k] += p * q
		}
	}
	n, gone := len(next), 0.0
	for n > 1 && (n > cells || gone+next[n-1] < negligibleChance) {
		n--
		gone += max(0, next[n])
	}
	b.spent += gone
	b.distribution = next[:n]
}

// unseen is a chance that no alpha notices.
const negligibleChance = 1e-9

// lift moves what lies below floor up to it. More events can only lead to
// earlier failure, so this overstates what is spent.
func (b *boundary) lift(floor float64) {
	below := min(int((floor-b.lowest)/b.step), len(b.distribution)-1)
	if below <= 0 {
		return
	}
	sum := 0.0
	for _, p := range b.distribution[:below] {
		sum += p
	}
	b.distribution = b.distribution[below:]
	b.distribution[0] += sum
	b.lowest += float64(below) * b.step
}

// coarsen makes cells twice as wide. The odd cells are shared out to the four
// nearest even ones so that the first three moments stay.
func (b *boundary) coarsen() {
	next := make([]float64, len(b.distribution)/2+3)
	// Cell 0 of the old distribution is cell 1 of the new one.
	for i, p := range b.distribution {
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
	b.distribution = next
	b.lowest -= 2 * b.step
	b.step *= 2
}

// limit returns the lowest whole number of events that may fail while no more
// than allowed is spent in total.
func (b *boundary) limit(allowed float64) float64 {
	room := (allowed - b.spent) / b.surcharge()
	var t tail
	for i := len(b.distribution) - 1; i >= 0; i-- {
		t.reach(b, i)
		if t.whole > room {
			if b.step == 1 { // any part of a cell of one event rounds up to the next
				return b.lowest + float64(i) + 1
			}
			return math.Ceil(b.edge(i, t.partAt(room)) + 0.5)
		}
	}
	return math.Ceil(b.edge(0, 0) + 0.5)
}

// edge is the number of events at a part of the way through a cell.
func (b *boundary) edge(i int, part float64) float64 {
	return b.lowest + (float64(i)-0.5+part)*b.step
}

// surcharge is what a chance is counted at. With cells of several events the distribution
// is right to a few parts in a hundred, and least so with two, by comparison
// with the distribution on the integers in the tests; so a little more than it says is
// taken as spent.
func (b *boundary) surcharge() float64 {
	switch {
	case b.step == 1:
		return 1
	case b.step == 2:
		return 1.05
	}
	return 1.025
}

// cut takes the releases with at least so many events out of the distribution and counts
// them as spent.
func (b *boundary) cut(events float64) {
	position := (events-0.5-b.lowest)/b.step + 0.5
	i := int(math.Floor(position))
	if i >= len(b.distribution) {
		return
	}
	part := position - float64(i)
	if i < 0 {
		i, part = 0, 0
	}
	var t tail
	for k := len(b.distribution) - 1; k >= i; k-- {
		t.reach(b, k)
	}
	gone := t.above(part)
	b.spent += gone * b.surcharge()
	if rest := t.sum - gone; part > 0 && rest > 0 {
		// What is left of the cell lies below its centre.
		aside := (1 - part) / 2
		b.distribution = b.distribution[:i+1]
		b.distribution[i] = rest * (1 - aside)
		if i > 0 {
			b.distribution[i-1] += rest * aside
		}
		return
	}
	b.distribution = b.distribution[:i]
	if len(b.distribution) == 0 { // nothing can be left: an allowance of 1 and more is refused
		b.distribution = []float64{0}
	}
}
