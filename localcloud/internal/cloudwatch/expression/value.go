package expression

import (
	"maps"
	"math"
	"slices"
)

// Series is a metric's values by the start of their periods, in Unix seconds.
type Series struct {
	// Label tells a series from the others of an array.
	Label string
	// Period in seconds.
	Period int64
	Points map[int64]float64
}

// Value is what an expression is worth: a number, a text, one series, or an
// array of series.
type Value struct {
	number float64
	text   string
	series []Series
	kind   valueKind
}

type valueKind int

const (
	scalar valueKind = iota
	single
	array
	word
	filler // REPEAT or LINEAR
)

// One is a single series.
func One(s Series) Value { return Value{kind: single, series: []Series{s}} }

// Array is an array of series.
func Array(list []Series) Value { return Value{kind: array, series: list} }

func num(n float64) Value { return Value{kind: scalar, number: n} }

// Series are the series of a value, and whether they are an array of its own
// kind. A number has none.
func (v Value) Series() (list []Series, isArray bool) { return v.series, v.kind == array }

// starts are the periods that any of the series has, in order.
func starts(list ...Series) []int64 {
	all := map[int64]bool{}
	for _, s := range list {
		for start := range s.Points {
			all[start] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// at is the value in a period; a number is the same in every one.
func (v Value) at(start int64) (float64, bool) {
	if v.kind == scalar {
		return v.number, true
	}
	point, ok := v.series[0].Points[start]
	return point, ok
}

// with is a series with other points: those that are no numbers are left out.
func (s Series) with(points map[int64]float64) Series {
	s.Points = map[int64]float64{}
	for start, point := range points {
		if !math.IsNaN(point) && !math.IsInf(point, 0) {
			s.Points[start] = point
		}
	}
	return s
}

// each applies a function to every series of a value.
func (v Value) each(apply func(Series) (Series, error)) (Value, error) {
	out := Value{kind: v.kind, series: make([]Series, len(v.series))}
	for i, s := range v.series {
		var err error
		if out.series[i], err = apply(s); err != nil {
			return Value{}, err
		}
	}
	return out, nil
}

// pointwise applies a function to every point, or to a number.
func pointwise(v Value, f func(float64) float64) (Value, error) {
	if v.kind == scalar {
		return num(f(v.number)), nil
	}
	return v.each(func(s Series) (Series, error) {
		points := make(map[int64]float64, len(s.Points))
		for start, point := range s.Points {
			points[start] = f(point)
		}
		return s.with(points), nil
	})
}

// combine applies a function to two values, of which at most one is an array,
// period by period. What one of two series lacks in a period is 0.
func combine(left, right Value, f func(a, b float64) float64) Value {
	switch {
	case left.kind == scalar && right.kind == scalar:
		return num(f(left.number, right.number))
	case left.kind == array:
		out := Value{kind: array}
		for _, s := range left.series {
			out.series = append(out.series, combine(One(s), right, f).series...)
		}
		return out
	case right.kind == array:
		out := Value{kind: array}
		for _, s := range right.series {
			made := combine(left, One(s), f).series[0]
			made.Label, made.Period = s.Label, s.Period
			out.series = append(out.series, made)
		}
		return out
	}
	points := map[int64]float64{}
	for _, start := range starts(slices.Concat(left.series, right.series)...) {
		a, _ := left.at(start)
		b, _ := right.at(start)
		points[start] = f(a, b)
	}
	return One(slices.Concat(left.series, right.series)[0].with(points))
}
