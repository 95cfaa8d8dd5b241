package judge

import "math"

// boundary computes the limit of one signal at each look: the lowest number of the
// candidate's events that fails. This is the exact conditional boundary of
// sequential surveillance (Kulldorff et al., Sequential Analysis 30, 2011).
//
// It holds the distribution of the candidate's events among the releases that have
// not failed so far, given the requests and the events of each minute, if the
// candidate is exactly as bad as tolerated. At a look, limit returns the lowest
// number of events that spends no more of alpha than allowed, and cut removes the
// releases that fail.
//
// While the standard deviation is below eight events, each cell of the distribution
// is one number of events. After that a cell is several events wide, and the first
// three moments are kept.
type boundary struct {
	distribution   []float64 // the probability of each cell
	lowest         float64   // the number of events at the centre of the first cell
	step           float64   // the width of a cell in events: a power of two
	mean, variance float64   // the moments of the events without any cut
	spent          float64   // the part of alpha spent so far
}

const (
	// maxCells is the largest number of cells. What is above counts as spent.
	maxCells = 256
	// keptDeviations is how many standard deviations below the mean are kept.
	keptDeviations = 2.5
	// cellDeviations is the largest width of a cell in standard deviations.
	cellDeviations = 0.25
	// negligibleChance is the probability at the upper end that is cut after each
	// minute. It counts as spent.
	negligibleChance = 1e-9
)

func newBoundary() boundary {
	return boundary{distribution: []float64{1}, step: 1}
}

// advance adds the events of a minute to the distribution.
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

// convolve replaces the distribution by its convolution with the kernel. It cuts
// the upper end where the probability is negligible.
func (b *boundary) convolve(kernel []float64) {
	next := make([]float64, len(b.distribution)+len(kernel)-1)
	for i, p := range b.distribution {
		for k, q := range kernel {
			next[i+k] += p * q
		}
	}
	n, gone := len(next), 0.0
	for n > 1 && (n > maxCells || gone+next[n-1] < negligibleChance) {
		n--
		gone += max(0, next[n])
	}
	b.spent += gone
	b.distribution = next[:n]
}

// lift moves the probability of the cells below floor to the first cell above it.
// More events fail earlier, so this can only overstate what is spent.
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

// coarsen doubles the width of the cells. The probability of each odd cell goes to
// the four nearest even cells with the weights -1/16, 9/16, 9/16 and -1/16. These
// keep the first three moments (cubic interpolation).
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

// limit returns the lowest whole number of events that may fail, if no more than
// allowed may be spent in total. Both are probabilities.
func (b *boundary) limit(allowed float64) float64 {
	available := (allowed - b.spent) / b.surcharge()
	var t tail
	for i := len(b.distribution) - 1; i >= 0; i-- {
		t.extend(b, i)
		if t.last > available {
			if b.step == 1 { // a part of a cell of one event cannot fail
				return b.lowest + float64(i) + 1
			}
			return math.Ceil(b.eventsAt(i, t.partAt(available)) + 0.5)
		}
	}
	return math.Ceil(b.eventsAt(0, 0) + 0.5)
}

// eventsAt returns the number of events at a part, from 0 to 1, of cell i.
func (b *boundary) eventsAt(i int, part float64) float64 {
	return b.lowest + (float64(i)-0.5+part)*b.step
}

// surcharge returns the factor at which a probability counts as spent. It is above
// 1 where the distribution is approximate. The values come from the comparison
// with the distribution on the integers in the tests.
func (b *boundary) surcharge() float64 {
	switch b.step {
	case 1:
		return 1
	case 2:
		return 1.05
	}
	return 1.025
}

// cut removes the releases with at least a number of events from the distribution
// and counts them as spent.
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
		t.extend(b, k)
	}
	gone := t.above(part)
	b.spent += gone * b.surcharge()
	if rest := t.sum - gone; part > 0 && rest > 0 {
		// The rest of the cell lies below its centre, so a part of it goes to the cell
		// below. This keeps the mean.
		aside := (1 - part) / 2
		b.distribution = b.distribution[:i+1]
		b.distribution[i] = rest * (1 - aside)
		if i > 0 {
			b.distribution[i-1] += rest * aside
		}
		return
	}
	b.distribution = b.distribution[:i]
	if len(b.distribution) == 0 { // no release is left
		b.distribution = []float64{0}
	}
}
