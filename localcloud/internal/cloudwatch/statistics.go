package cloudwatch

import (
	"context"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// highWindow is how long data of periods below a minute can be read.
const highWindow = 3 * time.Hour

// validPeriod tells whether data can be asked for in a period, in seconds.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html
func validPeriod(period int64) bool {
	switch period {
	case 1, 5, 10, 20, 30:
		return true
	}
	return period > 0 && period%60 == 0
}

var errDataPeriod = invalid("Period must be 1, 5, 10, 20, 30 or a multiple of 60")

// query answers one MetricStat.
func (s *Service) query(stat *types.MetricStat, from, to time.Time) (points, error) {
	compute := parseStatistic(api.Deref(stat.Stat))
	if compute == nil {
		return nil, invalid("The value %s for parameter Stat is not a valid statistic.", api.Deref(stat.Stat))
	}
	period := int64(api.Deref(stat.Period))
	if !validPeriod(period) {
		return nil, errDataPeriod
	}
	answer := points{}
	if period < 60 && from.Before(s.Clock.Now().Add(-highWindow)) {
		return answer, nil
	}
	for start, sample := range s.store.read(questionOf(stat, from, to)) {
		if value := compute(*sample); !math.IsNaN(value) { // nothing lies in the range of a trimmed mean
			answer[start] = value
		}
	}
	return answer, nil
}

// questionOf begins with the period that from is in.
func questionOf(stat *types.MetricStat, from, to time.Time) question {
	period := int64(api.Deref(stat.Period))
	return question{namespace: api.Deref(stat.Metric.Namespace), name: api.Deref(stat.Metric.MetricName), dimensions: dimensions(stat.Metric.Dimensions),
		unit: string(stat.Unit), from: time.Unix(from.Unix()-from.Unix()%period, 0), to: to, period: period}
}

func (p points) starts(ascending bool) []int64 {
	starts := make([]int64, 0, len(p))
	for start := range p {
		starts = append(starts, start)
	}
	sort.Slice(starts, func(i, j int) bool { return (starts[i] < starts[j]) == ascending })
	return starts
}

// Limits of GetMetricStatistics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
const (
	maxDatapoints = 1440
	maxExtended   = 10
)

func checkStatistics(in *cloudwatch.GetMetricStatisticsInput) error {
	from, to, period := api.Deref(in.StartTime), api.Deref(in.EndTime), int64(api.Deref(in.Period))
	switch {
	case !validPeriod(period):
		return invalidValue("The parameter Period must be a value in the set [1, 5, 10, 20, 30] or a multiple of 60.")
	case !from.Before(to):
		return invalidValue("The parameter StartTime must be less than the parameter EndTime.")
	case len(in.Statistics)+len(in.ExtendedStatistics) == 0:
		return invalidCombination("Must specify either Statistics or ExtendedStatistics")
	case len(in.Statistics) > 0 && len(in.ExtendedStatistics) > 0:
		return invalidCombination("Must specify either Statistics or ExtendedStatistics, but not both")
	case len(in.ExtendedStatistics) > maxExtended:
		return tooMany("extendedStatistics", maxExtended)
	case len(in.Dimensions) > maxDimensions:
		return tooMany("dimensions", maxDimensions)
	}
	for _, name := range in.Statistics {
		if err := checkEnum("statistics", name, name.Values()...); err != nil {
			return err
		}
	}
	for _, name := range in.ExtendedStatistics {
		if _, isBasic := basic[name]; isBasic || !isStatistic(name) {
			return invalidValue("The value %s for parameter ExtendedStatistics is not supported.", name)
		}
	}
	if asked := int64(to.Sub(from)/time.Second) / period; asked > maxDatapoints {
		return invalidCombination(
			"You have requested up to %s datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.", thousands(strconv.FormatInt(asked, 10)))
	}
	return nil
}

// thousands puts commas into a whole number.
func thousands(number string) string {
	sign, digits := "", number
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		sign, digits = "-", rest
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

func (s *Service) getMetricStatistics(_ context.Context, _ api.Caller, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	if err := checkStatistics(in); err != nil {
		return nil, err
	}
	units := []string{string(in.Unit)}
	if in.Unit == "" {
		stat := &types.MetricStat{Metric: &types.Metric{Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions}, Period: in.Period}
		units = s.store.units(questionOf(stat, api.Deref(in.StartTime), api.Deref(in.EndTime)))
	}
	out := &cloudwatch.GetMetricStatisticsOutput{Label: in.MetricName, Datapoints: []types.Datapoint{}}
	for _, unit := range units {
		points, err := s.datapoints(in, types.StandardUnit(unit))
		if err != nil {
			return nil, err
		}
		out.Datapoints = append(out.Datapoints, points...)
	}
	slices.SortStableFunc(out.Datapoints, func(a, b types.Datapoint) int { return a.Timestamp.Compare(*b.Timestamp) })
	return out, nil
}

// datapoints are the statistics of the data of one unit.
func (s *Service) datapoints(in *cloudwatch.GetMetricStatisticsInput, unit types.StandardUnit) ([]types.Datapoint, error) {
	byStart := map[int64]*types.Datapoint{}
	ask := func(name string, put func(*types.Datapoint, float64)) error {
		answer, err := s.query(&types.MetricStat{Stat: &name, Period: in.Period, Metric: &types.Metric{
			Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions}, Unit: unit}, api.Deref(in.StartTime), api.Deref(in.EndTime))
		for start, value := range answer {
			if byStart[start] == nil {
				byStart[start] = &types.Datapoint{Timestamp: new(time.Unix(start, 0).UTC()), Unit: unit}
			}
			put(byStart[start], value)
		}
		return err
	}
	for _, name := range in.Statistics {
		err := ask(string(name), func(d *types.Datapoint, value float64) {
			switch name {
			case types.StatisticSum:
				d.Sum = &value
			case types.StatisticAverage:
				d.Average = &value
			case types.StatisticMaximum:
				d.Maximum = &value
			case types.StatisticMinimum:
				d.Minimum = &value
			case types.StatisticSampleCount:
				d.SampleCount = &value
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for _, name := range in.ExtendedStatistics {
		if err := ask(name, func(d *types.Datapoint, value float64) {
			if d.ExtendedStatistics == nil {
				d.ExtendedStatistics = map[string]float64{}
			}
			d.ExtendedStatistics[name] = value
		}); err != nil {
			return nil, err
		}
	}
	list := make([]types.Datapoint, 0, len(byStart))
	for _, d := range byStart {
		list = append(list, *d)
	}
	return list, nil
}
