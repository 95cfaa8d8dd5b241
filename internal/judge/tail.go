package judge

import "math"

// tail is the probability of the upper end of a boundary's distribution. It grows
// cell by cell, downwards. Within the last cell, the log of the probability is
// interpolated by a parabola through the lower ends of the last three cells.
type tail struct {
	sum        float64 // the plain sum of the cells
	last       float64 // the probability above the lower end of the last cell
	before     float64 // the same for the cell above it
	beforeThat float64 // and for the cell above that
}

// extend adds cell i. The cells must come in descending order without a gap.
//
// Where a cell is wider than one event, its value samples a density. The integral
// of the density differs from the sum of the samples by the first term of the
// Euler-Maclaurin formula, which is share times the difference to the next sample.
// On the integers share is 0.
func (t *tail) extend(b *boundary, i int) {
	p, next := b.distribution[i], b.distribution[max(0, i-1)]
	if p > 0 {
		t.sum += p
	}
	share := (1 - 1/(b.step*b.step)) / 24
	t.last, t.before, t.beforeThat = max(t.last, t.sum+share*(next-p)), t.last, t.before
}

// parabola returns the slope of the log across the last cell and its second
// difference. The second difference is 0 if there is no third point.
func (t *tail) parabola() (slope, bend float64) {
	slope = math.Log(t.before / t.last)
	if t.beforeThat > 0 {
		// A cut leaves an abrupt end. The bounds keep the parabola monotone.
		bend = min(0, max(slope, math.Log(t.beforeThat/t.before)-slope))
	}
	return slope, bend
}

// above returns the probability above a part, from 0 to 1, of the last cell.
func (t *tail) above(part float64) float64 {
	switch {
	case part <= 0:
		return t.last
	case t.before <= 0:
		return t.last * (1 - part)
	}
	slope, bend := t.parabola()
	return t.last * math.Exp(part*slope+part*(part-1)/2*bend)
}

// partAt returns the part of the last cell above which the probability is p. It is
// the inverse of above.
func (t *tail) partAt(p float64) float64 {
	switch {
	case p <= 0 || t.before >= p:
		return 1
	case t.before <= 0:
		return 1 - p/t.last
	}
	slope, bend := t.parabola()
	// This solves bend/2·part² + (slope - bend/2)·part = wanted for the smaller
	// solution. Neither slope nor bend is above 0, and bend is not below slope.
	wanted := math.Log(p / t.last)
	middle := slope - bend/2
	return min(1, max(0, 2*wanted/(middle-math.Sqrt(middle*middle+2*bend*wanted))))
}
