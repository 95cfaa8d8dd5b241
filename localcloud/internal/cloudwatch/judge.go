package cloudwatch

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// alarmPeriod is the length of an alarm's periods: its own, or the longest among
// its metrics.
func alarmPeriod(m types.MetricAlarm) time.Duration {
	seconds := api.Deref(m.Period)
	for _, q := range m.Metrics {
		seconds = max(seconds, api.Deref(q.Period))
		if q.MetricStat != nil {
			seconds = max(seconds, api.Deref(q.MetricStat.Period))
		}
	}
	if seconds == 0 {
		seconds = 60
	}
	return time.Duration(seconds) * time.Second
}

// evaluated is one period that an alarm looked at.
type evaluated struct {
	start time.Time
	// age is 1 for the latest period.
	age int
	// value is nil where there is no datum; samples where it cannot be told how
	// many it is of.
	value, samples *float64
}

// beyond is how many periods an alarm looks back beyond those that it evaluates,
// for data to take in the place of missing ones: two, or a minute of short ones.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-evaluating-missing-data
func beyond(period time.Duration) int {
	if period < time.Minute {
		return int(time.Minute / period)
	}
	return 2
}

// judge evaluates a metric alarm over its latest periods: M of N, with missing
// periods treated as the alarm says. An empty state keeps the present one.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
func (s *Service) judge(m types.MetricAlarm) judgement {
	period := alarmPeriod(m)
	n := int(api.Deref(m.EvaluationPeriods))
	looked := n + beyond(period)
	// What is not visible yet is not missing: evaluation looks back past the
	// metric delay.
	end := s.Clock.Now().Add(-s.Delay).Truncate(period)
	from := end.Add(-time.Duration(looked) * period)
	values, err := s.alarmSeries(m, from, end)
	if err != nil {
		s.Log.Warn("alarm cannot be evaluated", "alarm", api.Deref(m.AlarmName), "error", err.Error())
		return judgement{state: types.StateValueInsufficientData, reason: err.Error()}
	}
	counts := s.alarmSamples(m, from, end)
	periods := make([]evaluated, looked) // latest first
	for i := range periods {
		periods[i].start, periods[i].age = end.Add(-time.Duration(i+1)*period).UTC(), i+1
		if value, ok := values[periods[i].start.Unix()]; ok {
			periods[i].value = &value
		}
		if count, ok := counts[periods[i].start.Unix()]; ok {
			periods[i].samples = &count
		}
	}
	periods = decisive(periods, n)
	state, reason := verdict(m, periods)
	data := marshal(reasonOf(m, periods, s.Clock.Now()))
	return judgement{state: state, reason: reason, data: &data}
}

// decisive are the n periods that decide: the latest with data, and only as many
// of the latest without as it takes.
func decisive(periods []evaluated, n int) []evaluated {
	lacking := n
	for _, p := range periods {
		if p.value != nil && lacking > 0 {
			lacking--
		}
	}
	var chosen []evaluated
	for _, p := range periods {
		switch {
		case len(chosen) == n:
		case p.value != nil:
			chosen = append(chosen, p)
		case lacking > 0:
			chosen, lacking = append(chosen, p), lacking-1
		}
	}
	return chosen
}

// alarmSeries is what an alarm looks at: its metric, or the one query that
// returns data.
func (s *Service) alarmSeries(m types.MetricAlarm, from, to time.Time) (points, error) {
	if len(m.Metrics) == 0 {
		return s.query(alarmStat(m, alarmStatistic(m)), from, to)
	}
	answers, err := s.evaluate(m.Metrics, from, to)
	if err != nil {
		return nil, err
	}
	for _, q := range m.Metrics {
		if q.ReturnData == nil || *q.ReturnData {
			if list, isArray := answers[api.Deref(q.Id)].Series(); len(list) == 1 && !isArray {
				return list[0].Points, nil
			}
			return nil, errManySeries
		}
	}
	return nil, errOneReturns
}

// alarmSamples tells how many samples the values of one metric are of.
func (s *Service) alarmSamples(m types.MetricAlarm, from, to time.Time) points {
	if len(m.Metrics) > 0 {
		return nil
	}
	counts, err := s.query(alarmStat(m, string(types.StatisticSampleCount)), from, to)
	if err != nil {
		return nil // the values were asked for in the same way
	}
	return counts
}

func alarmStat(m types.MetricAlarm, statistic string) *types.MetricStat {
	return &types.MetricStat{Stat: &statistic, Period: m.Period, Unit: m.Unit,
		Metric: &types.Metric{Namespace: m.Namespace, MetricName: m.MetricName, Dimensions: m.Dimensions}}
}

// alarmStatistic is the statistic of an alarm on one metric.
func alarmStatistic(m types.MetricAlarm) string {
	if m.ExtendedStatistic != nil {
		return *m.ExtendedStatistic
	}
	return string(m.Statistic)
}

func breaches(m types.MetricAlarm, value float64) bool {
	threshold := api.Deref(m.Threshold)
	switch m.ComparisonOperator {
	case types.ComparisonOperatorGreaterThanThreshold:
		return value > threshold
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold:
		return value >= threshold
	case types.ComparisonOperatorLessThanThreshold:
		return value < threshold
	}
	return value <= threshold
}

// decimal prints a number as alarms do: a whole one with ".0".
func decimal(number float64) string {
	text := strconv.FormatFloat(number, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
