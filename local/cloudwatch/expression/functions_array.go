package expression

import (
	"errors"
	"fmt"
)

// when is IF(condition, then, otherwise): periods in which the condition is 0
// and that have no other value are left out.
func when(_ *Scope, args []Value) (Value, error) {
	condition := args[0]
	if condition.kind == scalar {
		switch {
		case condition.number != 0:
			return args[1], nil
		case len(args) == 3:
			return args[2], nil
		}
		return each(args[1], func(v Value) (Value, error) { return derived(v, nil), nil })
	}
	if condition.kind != single {
		return Value{}, fmt.Errorf("The condition of IF is a time series or a number and not %s", condition.describe())
	}
	for _, choice := range args[1:] {
		if choice.kind != scalar && choice.kind != single {
			return Value{}, fmt.Errorf("IF chooses between time series and numbers and not %s", choice.describe())
		}
	}
	points := map[int64]float64{}
	for start, holds := range condition.series.Points {
		var value float64
		var ok bool
		switch {
		case holds != 0:
			value, ok = args[1].at(start)
		case len(args) == 3:
			value, ok = args[2].at(start)
		}
		if ok {
			points[start] = value
		}
	}
	return derived(condition, points), nil
}

// maxFilled bounds what FILL and TIME_SERIES make: as many points as
// GetMetricData answers.
const maxFilled = 100_800

// fill is FILL(series, with): with a number, the points of another series,
// REPEAT (the last value) or LINEAR (between neighbours).
func fill(s *Scope, args []Value) (Value, error) {
	with := args[1]
	if with.kind == array || with.kind == word && with.text != "REPEAT" && with.text != "LINEAR" {
		return Value{}, errors.New("FILL fills with a number, a time series, REPEAT or LINEAR")
	}
	return each(args[0], func(v Value) (Value, error) {
		if v.kind != single {
			return Value{}, fmt.Errorf("FILL takes a time series and not %s", v.describe())
		}
		periods, err := s.periods(v.series.Period)
		if err != nil {
			return Value{}, err
		}
		points := make(map[int64]float64, len(periods))
		for start, point := range v.series.Points {
			points[start] = point
		}
		for _, start := range periods {
			if _, ok := points[start]; ok {
				continue
			}
			if value, ok := filling(*v.series, with, start); ok {
				points[start] = value
			}
		}
		return derived(v, points), nil
	})
}

// filling is the value for a period that a series lacks.
func filling(s Series, with Value, start int64) (float64, bool) {
	if with.kind != word {
		return with.at(start)
	}
	before, after, hasBefore, hasAfter := point{}, point{}, false, false
	for at, value := range s.Points {
		if at < start && (!hasBefore || at > before.start) {
			before, hasBefore = point{at, value}, true
		}
		if at > start && (!hasAfter || at < after.start) {
			after, hasAfter = point{at, value}, true
		}
	}
	if with.text == "REPEAT" {
		return before.value, hasBefore
	}
	if !hasBefore || !hasAfter {
		return 0, false
	}
	part := float64(start-before.start) / float64(after.start-before.start)
	return before.value + part*(after.value-before.value), true
}

// periods are the starts of the periods between From and To.
func (s *Scope) periods(period int64) ([]int64, error) {
	if period <= 0 {
		period = s.Period
	}
	if period <= 0 || s.To <= s.From {
		return nil, nil
	}
	first := s.From - s.From%period
	if (s.To-first)/period > maxFilled {
		return nil, fmt.Errorf("More than %d periods are to be filled", maxFilled)
	}
	var all []int64
	for start := first; start < s.To; start += period {
		all = append(all, start)
	}
	return all, nil
}

// constant is TIME_SERIES(number).
func constant(s *Scope, args []Value) (Value, error) {
	if args[0].kind != scalar {
		return Value{}, fmt.Errorf("TIME_SERIES takes a number and not %s", args[0].describe())
	}
	periods, err := s.periods(s.Period)
	if err != nil {
		return Value{}, err
	}
	points := make(map[int64]float64, len(periods))
	for _, start := range periods {
		points[start] = args[0].number
	}
	return derived(One(Series{Period: s.Period}), points), nil
}

func metrics(s *Scope, args []Value) (Value, error) {
	containing := ""
	if len(args) == 1 {
		if args[0].kind != word {
			return Value{}, fmt.Errorf("METRICS takes a string and not %s", args[0].describe())
		}
		containing = args[0].text
	}
	found, err := s.Metrics(containing)
	return Array(found), err
}

// search is SEARCH('...', 'statistic', period), the period being optional.
func search(s *Scope, args []Value) (Value, error) {
	if args[0].kind != word || args[1].kind != word || len(args) == 3 && args[2].kind != scalar {
		return Value{}, errors.New("SEARCH takes a search and a statistic as strings, and a period as a number")
	}
	parsed, err := ParseSearch(args[0].text)
	if err != nil {
		return Value{}, err
	}
	period := int64(0)
	if len(args) == 3 {
		period = int64(args[2].number)
	}
	found, err := s.Search(parsed, args[1].text, period)
	return Array(found), err
}

// end is FIRST and LAST, of an array.
func end(choose func([]Value) Value) func(*Scope, []Value) (Value, error) {
	return func(_ *Scope, args []Value) (Value, error) {
		if args[0].kind != array || len(args[0].array) == 0 {
			return Value{}, fmt.Errorf("The function takes an array of time series that is not empty and not %s", args[0].describe())
		}
		return choose(args[0].array), nil
	}
}

func metricCount(_ *Scope, args []Value) (Value, error) {
	if args[0].kind != array {
		return Value{}, fmt.Errorf("METRIC_COUNT takes an array of time series and not %s", args[0].describe())
	}
	return num(float64(len(args[0].array))), nil
}

func removeEmpty(_ *Scope, args []Value) (Value, error) {
	if args[0].kind != array {
		return Value{}, fmt.Errorf("REMOVE_EMPTY takes an array of time series and not %s", args[0].describe())
	}
	kept := Value{kind: array}
	for _, v := range args[0].array {
		if v.kind != single || len(v.series.Points) > 0 {
			kept.array = append(kept.array, v)
		}
	}
	return kept, nil
}
