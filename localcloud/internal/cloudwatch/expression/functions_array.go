package expression

import (
	"errors"
	"fmt"
)

// when is IF(condition, then, otherwise). A period in which the condition holds
// is 0 where the series to take lacks a point; one in which it does not hold is
// left out where there is nothing else to take.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions
func when(_ *Scope, args []Value) (Value, error) {
	condition := args[0]
	if condition.kind == scalar {
		switch {
		case condition.number != 0:
			return args[1], nil
		case len(args) == 3:
			return args[2], nil
		}
		return One(args[1].series[0].with(nil)), nil
	}
	points := map[int64]float64{}
	for start, holds := range condition.series[0].Points {
		if holds != 0 {
			points[start], _ = args[1].at(start)
		} else if len(args) == 3 {
			if value, ok := args[2].at(start); ok {
				points[start] = value
			}
		}
	}
	return One(condition.series[0].with(points)), nil
}

// maxFilled bounds what FILL and TIME_SERIES make: as many points as
// GetMetricData answers.
const maxFilled = 100_800

// fill is FILL(series, with): with a number, the points of another series,
// REPEAT (the last value) or LINEAR (between neighbours).
func fill(s *Scope, args []Value) (Value, error) {
	with := args[1]
	return args[0].each(func(series Series) (Series, error) {
		periods, err := s.periods(series.Period)
		if err != nil {
			return Series{}, err
		}
		points := make(map[int64]float64, len(periods))
		for start, point := range series.Points {
			points[start] = point
		}
		for _, start := range periods {
			if _, ok := points[start]; ok {
				continue
			}
			if value, ok := filling(series, with, start); ok {
				points[start] = value
			}
		}
		return series.with(points), nil
	})
}

// filling is the value for a period that a series lacks.
func filling(s Series, with Value, start int64) (float64, bool) {
	if with.kind != filler {
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
	periods, err := s.periods(s.Period)
	if err != nil {
		return Value{}, err
	}
	points := make(map[int64]float64, len(periods))
	for _, start := range periods {
		points[start] = args[0].number
	}
	return One(Series{Period: s.Period}.with(points)), nil
}

func metrics(s *Scope, args []Value) (Value, error) {
	containing := ""
	if len(args) == 1 {
		containing = args[0].text
	}
	found, err := s.Metrics(containing)
	return Array(found), err
}

// searched is SEARCH('...', 'statistic', period), the period being optional.
func searched(s *Scope, args []Value) (Value, error) {
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

// end is FIRST and LAST.
func end(choose func([]Series) Series) function {
	return func(_ *Scope, args []Value) (Value, error) {
		if len(args[0].series) == 0 {
			return Value{}, errors.New("An empty array has no first and no last time series")
		}
		return One(choose(args[0].series)), nil
	}
}

func removeEmpty(_ *Scope, args []Value) (Value, error) {
	kept := Value{kind: array}
	for _, s := range args[0].series {
		if len(s.Points) > 0 {
			kept.series = append(kept.series, s)
		}
	}
	return kept, nil
}
