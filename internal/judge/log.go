package judge

import "math"

// A verdict sums some thousand logarithms of request counts, and they were a
// quarter of its time. quickLog is good to 1e-14, absolutely, for normal positive
// numbers: it looks up the log of the nearest of 256 mantissas and adds the first
// terms of the series for the rest.
func quickLog(x float64) float64 {
	bits := math.Float64bits(x)
	exponent := int(bits>>52) - 1023
	mantissa := math.Float64frombits(bits&(1<<52-1) | 1023<<52) // in [1, 2)
	near := &mantissas[bits>>44&0xff]
	d := mantissa*near.inverse - 1 // at most 1/512 from 0
	return float64(exponent)*math.Ln2 + near.log + d*(1-d*(1.0/2-d*(1.0/3-d*(1.0/4-d*(1.0/5)))))
}

// mantissas are the centres of 256 equal parts of [1, 2).
var mantissas = func() (table [256]struct{ inverse, log float64 }) {
	for i := range table {
		centre := 1 + (float64(i)+0.5)/256
		table[i].inverse, table[i].log = 1/centre, math.Log(centre)
	}
	return table
}()
