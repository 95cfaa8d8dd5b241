package expression

import (
	"math"
	"slices"
	"sync"
	"time"
)

// function is a function of metric math, called with arguments of the types that
// its signature has.
type function func(s *Scope, args []Value) (Value, error)

// functions is the table of functions by name, made once.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
var functions = sync.OnceValue(func() map[string]function {
	table := map[string]function{
		"IF": when, "FILL": fill, "METRICS": metrics, "SEARCH": searched, "TIME_SERIES": constant,
		"SUM": over(sum, false), "MIN": over(slices.Min[[]float64], false), "MAX": over(slices.Max[[]float64], false),
		"AVG": over(mean, true), "STDDEV": over(deviation, true),
		"DATAPOINT_COUNT": over(func(list []float64) float64 { return float64(len(list)) }, false),
		"ABS":             by(math.Abs), "CEIL": by(math.Ceil), "FLOOR": by(math.Floor), "LOG": by(math.Log), "LOG10": by(math.Log10),
		"RATE":         steps(func(now, before point) float64 { return (now.value - before.value) / float64(now.start-before.start) }),
		"DIFF":         steps(func(now, before point) float64 { return now.value - before.value }),
		"DIFF_TIME":    steps(func(now, before point) float64 { return float64(now.start - before.start) }),
		"RUNNING_SUM":  ofSeries(runningSum),
		"FIRST":        end(func(list []Series) Series { return list[0] }),
		"LAST":         end(func(list []Series) Series { return list[len(list)-1] }),
		"PERIOD":       func(_ *Scope, args []Value) (Value, error) { return num(float64(args[0].series[0].Period)), nil },
		"METRIC_COUNT": func(_ *Scope, args []Value) (Value, error) { return num(float64(len(args[0].series))), nil },
		"REMOVE_EMPTY": removeEmpty,
	}
	for name, part := range map[string]func(time.Time) int{
		"MINUTE": time.Time.Minute, "HOUR": time.Time.Hour, "DATE": time.Time.Day, "YEAR": time.Time.Year,
		"DAY":   func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }, // Monday is 1
		"MONTH": func(t time.Time) int { return int(t.Month()) },
		"EPOCH": func(t time.Time) int { return int(t.Unix()) },
	} {
		table[name] = dated(part)
	}
	return table
})

func by(f func(float64) float64) function {
	return func(_ *Scope, args []Value) (Value, error) { return pointwise(args[0], f) }
}

// over makes a function of many numbers one of series: the points of a single
// series make a number, those of an array in each period a point. The missing
// points of an array count as 0 where they count at all.
func over(f func([]float64) float64, missingAsZero bool) function {
	return func(_ *Scope, args []Value) (Value, error) {
		if args[0].kind == array {
			return One(across(args[0].series, f, missingAsZero)), nil
		}
		points := values(args[0].series[0])
		if len(points) == 0 {
			return num(math.NaN()), nil
		}
		return num(f(points)), nil
	}
}

func across(list []Series, f func([]float64) float64, missingAsZero bool) Series {
	var made Series
	if len(list) > 0 {
		made.Period = list[0].Period
	}
	points := map[int64]float64{}
	for _, start := range starts(list...) {
		var here []float64
		for _, s := range list {
			if value, ok := s.Points[start]; ok || missingAsZero {
				here = append(here, value)
			}
		}
		points[start] = f(here)
	}
	return made.with(points)
}

func values(s Series) []float64 {
	list := make([]float64, 0, len(s.Points))
	for _, start := range starts(s) {
		list = append(list, s.Points[start])
	}
	return list
}

func sum(list []float64) float64 {
	total := 0.0
	for _, value := range list {
		total += value
	}
	return total
}

func mean(list []float64) float64 { return sum(list) / float64(len(list)) }

// deviation is the standard deviation of a whole population.
func deviation(list []float64) float64 {
	middle, squares := mean(list), 0.0
	for _, value := range list {
		squares += (value - middle) * (value - middle)
	}
	return math.Sqrt(squares / float64(len(list)))
}

type point struct {
	start int64
	value float64
}

// steps makes a series of what lies between each point and the one before it.
func steps(f func(now, before point) float64) function {
	return ofSeries(func(s Series) map[int64]float64 {
		points := map[int64]float64{}
		order := starts(s)
		for i := 1; i < len(order); i++ {
			points[order[i]] = f(point{order[i], s.Points[order[i]]}, point{order[i-1], s.Points[order[i-1]]})
		}
		return points
	})
}

// ofSeries is a function of one series, or of each of an array.
func ofSeries(f func(Series) map[int64]float64) function {
	return func(_ *Scope, args []Value) (Value, error) {
		return args[0].each(func(s Series) (Series, error) { return s.with(f(s)), nil })
	}
}

func runningSum(s Series) map[int64]float64 {
	points, total := map[int64]float64{}, 0.0
	for _, start := range starts(s) {
		total += s.Points[start]
		points[start] = total
	}
	return points
}

func dated(part func(time.Time) int) function {
	return ofSeries(func(s Series) map[int64]float64 {
		points := make(map[int64]float64, len(s.Points))
		for start := range s.Points {
			points[start] = float64(part(time.Unix(start, 0).UTC()))
		}
		return points
	})
}
