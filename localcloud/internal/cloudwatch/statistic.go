package cloudwatch

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// statistic is a function of the values of a period.
type statistic func(sample) float64

// basic are the statistics that Statistic and Statistics take.
var basic = map[string]statistic{
	"Sum":         sample.sum,
	"SampleCount": func(s sample) float64 { return s.count },
	"Average":     func(s sample) float64 { return s.sum() / s.count },
	"Minimum":     func(s sample) float64 { low, _ := s.extremes(); return low },
	"Maximum":     func(s sample) float64 { _, high := s.extremes(); return high },
}

// Numbers in the names of statistics have at most ten decimal places. A name is
// a percentile or its like (p99.9, tm90) or has a range (TM(10%:90%), PR(:300)).
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
var (
	percentilePattern = regexp.MustCompile(`^(p|tm|wm|tc|ts)(\d+(?:\.\d{1,10})?)$`)
	rangePattern      = regexp.MustCompile(`^(PR|TM|WM|TC|TS)\((\d+(?:\.\d{1,10})?%?)?:(\d+(?:\.\d{1,10})?%?)?\)$`)
)

// isStatistic tells whether CloudWatch has a statistic of that name.
func isStatistic(name string) bool { return parseStatistic(name) != nil }

// parseStatistic reads a statistic's name. It is nil where there is none of that
// name.
func parseStatistic(name string) statistic {
	if of, ok := basic[name]; ok {
		return of
	}
	if name == "IQM" {
		name = "TM(25%:75%)"
	}
	if parts := percentilePattern.FindStringSubmatch(name); parts != nil {
		switch to := decimalOf(parts[2]); {
		case to > 100:
			return nil
		case parts[1] == "p":
			return func(s sample) float64 { return s.percentile(to) }
		default:
			return trimmed(strings.ToUpper(parts[1]), bounds{high: to, percent: true})
		}
	}
	within, kind, ok := parseRange(name)
	switch {
	case !ok:
		return nil
	case kind == "PR":
		return func(s sample) float64 { return 100 * s.between(within).count / s.count }
	}
	return trimmed(kind, within)
}

// bounds are what lies above low, and up to high: values, or percent of the data.
type bounds struct {
	low, high float64
	percent   bool
}

// parseRange reads a statistic with a range. Both bounds are values or both are
// percentages, which PR does not take; one of the two may be left out.
func parseRange(name string) (within bounds, kind string, ok bool) {
	parts := rangePattern.FindStringSubmatch(name)
	if parts == nil || parts[2]+parts[3] == "" {
		return bounds{}, "", false
	}
	low, high := parts[2], parts[3]
	within.percent = strings.HasSuffix(low+high, "%")
	for _, bound := range []string{low, high} {
		if bound != "" && strings.HasSuffix(bound, "%") != within.percent {
			return bounds{}, "", false
		}
	}
	within.low, within.high = math.Inf(-1), math.Inf(1)
	if within.percent {
		within.low, within.high = 0, 100
	}
	if low != "" {
		within.low = decimalOf(low)
	}
	if high != "" {
		within.high = decimalOf(high)
	}
	ok = !within.percent || parts[1] != "PR" && within.low <= 100 && within.high <= 100
	return within, parts[1], ok
}

// alarmTakes tells whether an alarm takes an extended statistic. The ranges
// of trimmed statistics are in percent there, from 10 to 90.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func alarmTakes(extended string) bool {
	if within, kind, ok := parseRange(extended); ok && kind != "PR" {
		given := slices.DeleteFunc([]float64{within.low, within.high}, func(bound float64) bool { return bound == 0 || bound == 100 })
		return within.percent && !slices.ContainsFunc(given, func(bound float64) bool { return bound < 10 || bound > 90 })
	}
	_, isBasic := basic[extended]
	return !isBasic && isStatistic(extended)
}

// decimalOf is a number that a pattern matched.
func decimalOf(text string) float64 {
	n, _ := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64) // digits always parse
	return n
}

// part is what lies between two bounds, and how much lies below and above it.
// Lowest and highest are the values to which what lies outside can be moved.
type part struct{ count, sum, below, above, lowest, highest float64 }

// between is the part of the data within bounds. Of equal values, those within a
// percentage are counted in proportion.
func (s sample) between(within bounds) part {
	p := part{lowest: within.low, highest: within.high}
	seen := 0.0
	for _, value := range s.ordered() {
		count := s.values[value]
		kept, below := within.share(value, seen, count, s.count)
		if within.percent && kept > 0 {
			if p.count == 0 {
				p.lowest = value
			}
			p.highest = value
		}
		p.count, p.sum, p.below, p.above = p.count+kept, p.sum+kept*value, p.below+below, p.above+count-kept-below
		seen += count
	}
	return p
}

// share tells how many of count equal values are kept, and how many lie below.
// Seen are smaller than the value, of all together.
func (b bounds) share(value, seen, count, all float64) (kept, below float64) {
	switch {
	case b.percent:
		from, to := b.low/100*all, b.high/100*all
		return max(0, min(seen+count, to)-max(seen, from)), max(0, min(seen+count, from)-seen)
	case value <= b.low:
		return 0, count
	case value <= b.high:
		return count, 0
	}
	return 0, 0
}

// trimmed is the mean, the count or the sum of the data within bounds, or the
// mean of all with those outside moved to the nearest bound.
func trimmed(kind string, within bounds) statistic {
	return func(s sample) float64 {
		p := s.between(within)
		switch kind {
		case "TC":
			return p.count
		case "TS":
			return p.sum
		case "TM":
			return p.sum / p.count
		}
		moved := p.sum
		if p.below > 0 {
			moved += p.below * p.lowest
		}
		if p.above > 0 {
			moved += p.above * p.highest
		}
		return moved / s.count
	}
}
