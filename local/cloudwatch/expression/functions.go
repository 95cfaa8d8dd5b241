package expression

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// function is a function of metric math and how many arguments it takes.
type function struct {
	least, most int
	do          func(s *Scope, args []Value) (Value, error)
}

// functions is the table of functions by name, made once.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
var functions = sync.OnceValue(func() map[string]function {
	table := map[string]function{
		"IF": {2, 3, when}, "FILL": {2, 2, fill}, "METRICS": {0, 1, metrics}, "SEARCH": {2, 3, search}, "TIME_SERIES": {1, 1, constant},
		"SUM": {1, 1, over(sum, false)}, "MIN": {1, 1, over(slices.Min[[]float64], false)}, "MAX": {1, 1, over(slices.Max[[]float64], false)},
		"AVG": {1, 1, over(mean, true)}, "STDDEV": {1, 1, over(deviation, true)},
		"ABS": {1, 1, by(math.Abs)}, "CEIL": {1, 1, by(math.Ceil)}, "FLOOR": {1, 1, by(math.Floor)},
		"LOG": {1, 1, by(math.Log)}, "LOG10": {1, 1, by(math.Log10)},
		"RATE":            {1, 1, steps(func(now, before point) float64 { return (now.value - before.value) / float64(now.start-before.start) })},
		"DIFF":            {1, 1, steps(func(now, before point) float64 { return now.value - before.value })},
		"DIFF_TIME":       {1, 1, steps(func(now, before point) float64 { return float64(now.start - before.start) })},
		"RUNNING_SUM":     {1, 1, runningSum},
		"FIRST":           {1, 1, end(func(list []Value) Value { return list[0] })},
		"LAST":            {1, 1, end(func(list []Value) Value { return list[len(list)-1] })},
		"PERIOD":          {1, 1, ofSeries(func(s Series) Value { return num(float64(s.Period)) })},
		"DATAPOINT_COUNT": {1, 1, ofSeries(func(s Series) Value { return num(float64(len(s.Points))) })},
		"METRIC_COUNT":    {1, 1, metricCount},
		"REMOVE_EMPTY":    {1, 1, removeEmpty},
	}
	for name, part := range map[string]func(time.Time) int{
		"MINUTE": time.Time.Minute, "HOUR": time.Time.Hour, "DATE": time.Time.Day, "YEAR": time.Time.Year,
		"DAY":   func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }, // Monday is 1
		"MONTH": func(t time.Time) int { return int(t.Month()) },
		"EPOCH": func(t time.Time) int { return int(t.Unix()) },
	} {
		table[name] = function{1, 1, dated(part)}
	}
	return table
})

// Functions lists the functions by name.
func Functions() []string {
	var names []string
	for name := range functions() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func by(f func(float64) float64) func(*Scope, []Value) (Value, error) {
	return func(_ *Scope, args []Value) (Value, error) { return pointwise(args[0], f) }
}

// over makes a function of many numbers one of series: the points of a single
// series make a number, those of an array in each period a point. The missing
// points of an array count as 0 where they count at all.
func over(f func([]float64) float64, missingAsZero bool) func(*Scope, []Value) (Value, error) {
	return func(_ *Scope, args []Value) (Value, error) {
		switch v := args[0]; v.kind {
		case scalar:
			return num(f([]float64{v.number})), nil
		case single:
			points := values(*v.series)
			if len(points) == 0 {
				return num(math.NaN()), nil
			}
			return num(f(points)), nil
		case array:
			return across(v.array, f, missingAsZero), nil
		}
		return Value{}, fmt.Errorf("A string is not a value to calculate with")
	}
}

func across(list []Value, f func([]float64) float64, missingAsZero bool) Value {
	first, all := Value{}, true
	var numbers []float64
	for _, v := range list {
		if v.kind == single && all {
			first, all = v, false
		}
		if v.kind == scalar {
			numbers = append(numbers, v.number)
		}
	}
	if all && len(numbers) > 0 {
		return num(f(numbers))
	}
	points := map[int64]float64{}
	for _, start := range starts(list...) {
		var here []float64
		for _, v := range list {
			if value, ok := v.at(start); ok || missingAsZero {
				here = append(here, value)
			}
		}
		points[start] = f(here)
	}
	made := derived(first, points)
	made.series.Label = ""
	return made
}

func values(s Series) []float64 {
	list := make([]float64, 0, len(s.Points))
	for _, start := range starts(One(s)) {
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
func steps(f func(now, before point) float64) func(*Scope, []Value) (Value, error) {
	return ofSeries(func(s Series) Value {
		points := map[int64]float64{}
		order := starts(One(s))
		for i := 1; i < len(order); i++ {
			points[order[i]] = f(point{order[i], s.Points[order[i]]}, point{order[i-1], s.Points[order[i-1]]})
		}
		return derived(One(s), points)
	})
}

// ofSeries is a function of one series, or of each of an array.
func ofSeries(f func(Series) Value) func(*Scope, []Value) (Value, error) {
	return func(_ *Scope, args []Value) (Value, error) {
		return each(args[0], func(v Value) (Value, error) {
			if v.kind != single {
				return Value{}, fmt.Errorf("The function takes a time series and not %s", v.describe())
			}
			return f(*v.series), nil
		})
	}
}

func runningSum(s *Scope, args []Value) (Value, error) {
	return ofSeries(func(of Series) Value {
		points, total := map[int64]float64{}, 0.0
		for _, start := range starts(One(of)) {
			total += of.Points[start]
			points[start] = total
		}
		return derived(One(of), points)
	})(s, args)
}

func dated(part func(time.Time) int) func(*Scope, []Value) (Value, error) {
	return ofSeries(func(s Series) Value {
		points := make(map[int64]float64, len(s.Points))
		for start := range s.Points {
			points[start] = float64(part(time.Unix(start, 0).UTC()))
		}
		return derived(One(s), points)
	})
}
