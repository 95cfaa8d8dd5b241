package cloudwatch

import (
	"math"
	"regexp"
	"strconv"
)

// statistic is a function of the values of a period.
type statistic func(sample) float64

var (
	percentilePattern = regexp.MustCompile(`^p(\d{1,2}(?:\.\d{1,10})?|100)$`)
	rankPattern       = regexp.MustCompile(`^PR\((-?[\d.]*):(-?[\d.]*)\)$`)
	// otherPattern is of the statistics that only AWS knows.
	otherPattern = regexp.MustCompile(`^(IQM|(tm|wm|tc|ts)[\d.]+|(TM|WM|TC|TS)\(.*:.*\))$`)
)

// isStatistic tells whether AWS has a statistic of that name.
func isStatistic(name string) bool {
	_, err := parseStatistic(name)
	return err == nil || otherPattern.MatchString(name)
}

// parseStatistic reads a statistic's name.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
func parseStatistic(name string) (statistic, error) {
	switch name {
	case "Sum":
		return sample.sum, nil
	case "SampleCount":
		return func(s sample) float64 { return s.count }, nil
	case "Average":
		return func(s sample) float64 { return s.sum() / s.count }, nil
	case "Minimum":
		return func(s sample) float64 { low, _ := s.extremes(); return low }, nil
	case "Maximum":
		return func(s sample) float64 { _, high := s.extremes(); return high }, nil
	}
	if parts := percentilePattern.FindStringSubmatch(name); parts != nil {
		p, err := strconv.ParseFloat(parts[1], 64)
		if err == nil {
			return func(s sample) float64 { return s.percentile(p) }, nil
		}
	}
	if parts := rankPattern.FindStringSubmatch(name); parts != nil && parts[1]+parts[2] != "" {
		low, errLow := bound(parts[1], math.Inf(-1))
		high, errHigh := bound(parts[2], math.Inf(1))
		if errLow == nil && errHigh == nil {
			return func(s sample) float64 { return s.rank(low, high) }, nil
		}
	}
	return nil, invalid("The value %s for parameter Stat is not supported by the local cloud; it knows Sum, SampleCount, Average, Minimum, Maximum, percentiles such as p99.9 and percentile ranks such as PR(:300).", name)
}

func bound(text string, standard float64) (float64, error) {
	if text == "" {
		return standard, nil
	}
	return strconv.ParseFloat(text, 64)
}
