package expression

import (
	"fmt"
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
// array of series and numbers.
type Value struct {
	number float64
	text   string
	series *Series
	array  []Value
	kind   valueKind
}

type valueKind int

const (
	scalar valueKind = iota
	single
	array
	word
)

// One is a single series.
func One(s Series) Value { return Value{kind: single, series: &s} }

// Array is an array of series.
func Array(list []Series) Value {
	v := Value{kind: array, array: []Value{}}
	for _, s := range list {
		v.array = append(v.array, One(s))
	}
	return v
}

func num(n float64) Value { return Value{kind: scalar, number: n} }

// Series are the series of a value, and whether they are an array of its own
// kind. A number has none.
func (v Value) Series() (list []Series, isArray bool) {
	switch v.kind {
	case single:
		return []Series{*v.series}, false
	case array:
		for _, item := range v.array {
			if item.kind == single {
				list = append(list, *item.series)
			}
		}
		return list, true
	}
	return nil, false
}

// describes a value's type, as errors name it.
func (v Value) describe() string {
	return [...]string{"a number", "a time series", "an array of time series", "a string"}[v.kind]
}

// starts are the periods that any of the values has, in order.
func starts(values ...Value) []int64 {
	all := map[int64]bool{}
	for _, v := range values {
		if v.kind == single {
			for start := range v.series.Points {
				all[start] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// at is the value in a period; a number is the same in every one.
func (v Value) at(start int64) (float64, bool) {
	if v.kind == scalar {
		return v.number, true
	}
	point, ok := v.series.Points[start]
	return point, ok
}

// derived is a series made from others: points that are no numbers are left out.
func derived(from Value, points map[int64]float64) Value {
	kept := map[int64]float64{}
	for start, point := range points {
		if !math.IsNaN(point) && !math.IsInf(point, 0) {
			kept[start] = point
		}
	}
	s := Series{Points: kept}
	if from.kind == single {
		s.Label, s.Period = from.series.Label, from.series.Period
	}
	return One(s)
}

// each applies a function to a series, to a number, or to the members of an
// array.
func each(v Value, apply func(Value) (Value, error)) (Value, error) {
	switch v.kind {
	case array:
		out := Value{kind: array, array: make([]Value, len(v.array))}
		for i, item := range v.array {
			var err error
			if out.array[i], err = each(item, apply); err != nil {
				return Value{}, err
			}
		}
		return out, nil
	case word:
		return Value{}, fmt.Errorf("A string is not a value to calculate with")
	}
	return apply(v)
}

// pointwise applies a function to every point, or to a number.
func pointwise(v Value, f func(float64) float64) (Value, error) {
	return each(v, func(v Value) (Value, error) {
		if v.kind == scalar {
			return num(f(v.number)), nil
		}
		points := make(map[int64]float64, len(v.series.Points))
		for start, point := range v.series.Points {
			points[start] = f(point)
		}
		return derived(v, points), nil
	})
}

// combine applies a function to two values, period by period. A period that
// either side lacks has no value.
func combine(left, right Value, f func(a, b float64) float64) (Value, error) {
	switch {
	case left.kind == word || right.kind == word:
		return Value{}, fmt.Errorf("A string is not a value to calculate with")
	case left.kind == array && right.kind == array:
		return Value{}, fmt.Errorf("An operator takes at most one array of time series")
	case left.kind == array:
		return each(left, func(item Value) (Value, error) { return combine(item, right, f) })
	case right.kind == array:
		return each(right, func(item Value) (Value, error) { return combine(left, item, f) })
	case left.kind == scalar && right.kind == scalar:
		return num(f(left.number, right.number)), nil
	}
	points := map[int64]float64{}
	for _, start := range starts(left, right) {
		a, inLeft := left.at(start)
		b, inRight := right.at(start)
		if inLeft && inRight {
			points[start] = f(a, b)
		}
	}
	from := left
	if left.kind == scalar {
		from = right
	}
	return derived(from, points), nil
}
