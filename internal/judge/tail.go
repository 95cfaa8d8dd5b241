package judge

import "math"

// tail is the upper tail of a distribution, summed down cell by cell: up to the lower end
// of the last cell, of the one before it, and of the one before that. Inside the
// last cell its log follows the parabola through the three.
type tail struct {
	sum                     float64 // of the cells as they are
	whole, upper, uppermost float64
}

// reach takes in the next cell down. Where cells are wider than one event their
// chances are samples of a density, and its integral beyond the cell's end
// differs from their sum by the first term of Euler and Maclaurin, which is a
// share of the next difference: 0 on the integers.
func (t *tail) reach(b *boundary, i int) {
	p, next := b.distribution[i], b.distribution[max(0, i-1)]
	if p > 0 {
		t.sum += p
	}
	share := (1 - 1/(b.step*b.step)) / 24
	t.whole, t.upper, t.uppermost = max(t.whole, t.sum+share*(next-p)), t.whole, t.upper
}

// bend returns the slope of the log across the cell and its second difference,
// which is zero where there is no third point.
func (t *tail) bend() (slope, bend float64) {
	slope = math.Log(t.upper / t.whole)
	if t.uppermost > 0 {
		// A distribution cut a moment ago can end abruptly; a normal one bends slowly.
		bend = min(0, max(slope, math.Log(t.uppermost/t.upper)-slope))
	}
	return slope, bend
}

// above is the tail at a part of the way through the last cell.
func (t *tail) above(part float64) float64 {
	switch {
	case part <= 0:
		return t.whole
	case t.upper <= 0:
		return t.whole * (1 - part)
	}
	slope, bend := t.bend()
	return t.whole * math.Exp(part*slope+part*(part-1)/2*bend)
}

// partAt is the part of the way at which the tail is room.
func (t *tail) partAt(room float64) float64 {
	switch {
	case room <= 0 || t.upper >= room:
		return 1
	case t.upper <= 0:
		return 1 - room/t.whole
	}
	slope, bend := t.bend()
	// The root of bend/2·part² + (slope - bend/2)·part = wanted on the way down:
	// bend is not below slope, and neither is above 0.
	wanted := math.Log(room / t.whole)
	middle := slope - bend/2
	return min(1, max(0, 2*wanted/(middle-math.Sqrt(middle*middle+2*bend*wanted))))
}
