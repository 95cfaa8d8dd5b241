package judge

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

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
	law, next      *[cells]float64 // of buffers, in turn
	buffers        [2][cells]float64
	kernel         [cells]float64
	n              int
	lowest         float64 // events at the centre of the first cell
	step           float64 // events per cell
	mean, variance float64 // of the law uncut
	spent          float64
	// tail is the law's down to cell reached, as the last limit left it: most
	// often it is cut there.
	tail    tail
	reached int
}

// never is a cell that no tail ends at.
const never = -2

// begin starts a frontier, which must not be moved from then on.
func (f *frontier) begin() {
	f.law, f.next = &f.buffers[0], &f.buffers[1]
	f.law[0], f.n, f.step, f.reached = 1, 1, 1, never
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
	f.reached = never
	mean, variance, third := s.moments()
	f.mean += mean
	f.variance += variance
	deviation := math.Sqrt(f.variance)
	for 2*f.step <= finest*deviation {
		f.coarsen()
	}
	var lowest float64
	var n int
	if f.step == 1 {
		lowest, n = s.integers(f.kernel[:])
	} else {
		lowest, n = lattice(f.kernel[:], f.step, mean, variance, third)
		lowest *= f.step
	}
	f.convolve(f.kernel[:n])
	f.lowest += lowest
	f.lift(f.mean - deepest*deviation)
}

// convolve adds the kernel's events to the law. What is out of sight above is
// counted as spent.
func (f *frontier) convolve(kernel []float64) {
	n := min(cells, f.n+len(kernel)-1)
	next := f.next[:n]
	clear(next)
	rows, row := kernel, f.law[:f.n]
	if len(rows) > len(row) {
		rows, row = row, rows
	}
	for i, p := range rows[:min(len(rows), n)] {
		to := next[i:min(n, i+len(row))]
		floats.AddScaled(to, p, row[:len(to)])
	}
	gone := 0.0
	for n > 1 && gone+next[n-1] < unseen {
		n--
		gone += max(0, next[n])
	}
	f.spent += gone
	f.law, f.next = f.next, f.law
	f.n = n
}

// unseen is a chance that no alpha notices.
const unseen = 1e-9

// lift moves what lies below floor up to it. More events can only lead to
// earlier failure, so this overstates what is spent.
func (f *frontier) lift(floor float64) {
	below := int((floor - f.lowest) / f.step)
	if below <= 0 {
		return
	}
	below = min(below, f.n-1)
	sum := 0.0
	for _, p := range f.law[:below] {
		sum += p
	}
	copy(f.law[:], f.law[below:f.n])
	f.n -= below
	f.lowest += float64(below) * f.step
	f.law[0] += sum
}

// coarsen makes cells twice as wide. The odd cells are shared out to the four
// nearest even ones so that the first three moments stay.
func (f *frontier) coarsen() {
	n := f.n/2 + 3
	next := f.next[:n]
	clear(next)
	// Cell 0 of the old law is cell 1 of the new one.
	for i, p := range f.law[:f.n] {
		at := i/2 + 1
		if i%2 == 0 {
			next[at] += p
			continue
		}
		next[at-1] -= p / 16
		next[at] += p * 9 / 16
		next[at+1] += p * 9 / 16
		if at+2 < n {
			next[at+2] -= p / 16
		} else {
			next[at+1] -= p / 16
		}
	}
	f.law, f.next = f.next, f.law
	f.n = n
	f.lowest -= 2 * f.step
	f.step *= 2
}

// limit returns the lowest whole number of events that may fail while no more
// than allowed is spent in total.
func (f *frontier) limit(allowed float64) float64 {
	room := (allowed - f.spent) / f.surcharge()
	share := f.share()
	f.tail = tail{}
	for f.reached = f.n - 1; f.reached >= 0; f.reached-- {
		i := f.reached
		f.tail.reach(f.law[i], f.law[max(0, i-1)], share)
		if f.tail.whole > room {
			if f.step == 1 { // any part of a cell of one event rounds up to the next
				return f.lowest + float64(i) + 1
			}
			return math.Ceil(f.edge(i, f.tail.partAt(room)) + 0.5)
		}
	}
	return math.Ceil(f.edge(0, 0) + 0.5)
}

// edge is the number of events at a part of the way through a cell.
func (f *frontier) edge(i int, part float64) float64 {
	return f.lowest + (float64(i)-0.5+part)*f.step
}

// share is what tail.reach asks for: 0 on the integers.
func (f *frontier) share() float64 { return (1 - 1/(f.step*f.step)) / 24 }

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

// upTo is the tail down to a cell.
func (f *frontier) upTo(i int) *tail {
	if f.reached == i {
		return &f.tail
	}
	share := f.share()
	f.tail = tail{}
	for k := f.n - 1; k >= i; k-- {
		f.tail.reach(f.law[k], f.law[max(0, k-1)], share)
	}
	return &f.tail
}

// cut takes the releases with at least so many events out of the law and counts
// them as spent.
func (f *frontier) cut(events float64) {
	position := (events-0.5-f.lowest)/f.step + 0.5
	i := int(math.Floor(position))
	if i >= f.n {
		return
	}
	part := position - float64(i)
	if i < 0 {
		i, part = 0, 0
	}
	gone := f.upTo(i).above(part)
	f.spent += gone * f.surcharge()
	f.n = i
	if rest := f.tail.sum - gone; part > 0 && rest > 0 {
		// What is left of the cell lies below its centre.
		aside := (1 - part) / 2
		f.law[i] = rest * (1 - aside)
		f.n = i + 1
		if i > 0 {
			f.law[i-1] += rest * aside
		}
	}
	f.reached = never
	if f.n == 0 { // nothing can be left: an allowance of 1 and more is refused
		f.n, f.law[0] = 1, 0
	}
}
