package cloudwatch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
)

// What CloudWatch says of the metrics of an alarm.
var (
	errManySeries = invalid("Metrics expression that return multi time series are only allowed for MetricsInsights expression with an ORDER BY clause")
	errOneReturns = invalid("Exactly one element of the metrics list should return data.")
	errPeriod     = invalid("Period must be 10, 20, 30 or a multiple of 60")
)

// Seconds that an alarm may look back: a day, or a week with periods of an hour
// or more.
const (
	day  = 86_400
	week = 604_800
	hour = 3600
)

// checkAlarm refuses what PutMetricAlarm refuses.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func (s *Service) checkAlarm(in *cloudwatch.PutMetricAlarmInput) error {
	if deref(in.AlarmName) == "" {
		return invalid("1 validation error detected: Value at 'alarmName' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	check := s.checkMetrics
	if len(in.Metrics) == 0 {
		check = checkMetric
	}
	if err := check(in); err != nil {
		return err
	}
	periods := int64(deref(in.EvaluationPeriods))
	if int64(deref(in.DatapointsToAlarm)) > periods {
		return invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	}
	period, most := int64(alarmPeriod(types.MetricAlarm{Period: in.Period, Metrics: in.Metrics}).Seconds()), int64(day)
	if period >= hour {
		most = week
	}
	if periods*period > most {
		return invalid("EvaluationPeriods * Period must be <= %d", most)
	}
	return checkActions(slices.Concat(in.AlarmActions, in.OKActions, in.InsufficientDataActions))
}

// checkMetric checks an alarm on one metric.
func checkMetric(in *cloudwatch.PutMetricAlarmInput) error {
	switch {
	case in.MetricName == nil:
		return invalid("MetricName must not be null")
	case in.Period == nil:
		return invalid("Period must not be null")
	case !alarmPeriods(*in.Period):
		return errPeriod
	case in.EvaluateLowSampleCountPercentile != nil && in.ExtendedStatistic == nil:
		return invalid("Option evaluateLowSampleCountPercentile can not be applied with statistic %s.", in.Statistic)
	case deref(in.EvaluateLowSampleCountPercentile) == "ignore":
		return api.StatusErrorf(501, "NotImplemented", "PutMetricAlarm: the local cloud does not support EvaluateLowSampleCountPercentile ignore")
	case in.ExtendedStatistic == nil:
		_, err := parseStatistic(string(in.Statistic))
		return err
	}
	if _, err := parseStatistic(*in.ExtendedStatistic); err != nil {
		return invalid("The value %s for parameter ExtendedStatistic is not supported.", *in.ExtendedStatistic)
	}
	return nil
}

func alarmPeriods(seconds int32) bool {
	return seconds == 10 || seconds == 20 || seconds == 30 || seconds > 0 && seconds%60 == 0
}

// checkMetrics checks an alarm on metric math.
func (s *Service) checkMetrics(in *cloudwatch.PutMetricAlarmInput) error {
	for _, member := range []struct {
		name  string
		given bool
	}{
		{"MetricName", in.MetricName != nil}, {"Namespace", in.Namespace != nil}, {"Dimensions", len(in.Dimensions) > 0},
		{"Period", in.Period != nil}, {"Statistic", in.Statistic != ""}, {"ExtendedStatistic", in.ExtendedStatistic != nil},
	} {
		if member.given {
			return invalid("%s should not be set if list of Metrics is set.", member.name)
		}
	}
	parsed, err := s.validate(in.Metrics)
	if err != nil {
		return err
	}
	returning := 0
	for _, q := range in.Metrics {
		if q.ReturnData == nil || *q.ReturnData {
			returning++
		}
		one, isExpression := parsed[deref(q.Id)]
		switch {
		case isExpression && one.Calls("SEARCH"):
			return invalid("SEARCH is not supported on Metric Alarms.")
		case q.MetricStat != nil && !alarmPeriods(deref(q.MetricStat.Period)):
			return errPeriod
		}
	}
	if returning != 1 {
		return errOneReturns
	}
	// The question is asked of no time at all, to find what is wrong with it.
	now := s.Clock.Now()
	_, err = s.alarmSeries(types.MetricAlarm{Metrics: in.Metrics}, now, now)
	return err
}

// vendors are the services that an alarm's actions may name.
var vendors = []string{"automate", "sns", "autoscaling", "ssm", "ssm-incidents", "lambda", "aiops"}

func checkActions(actions []string) error {
	for _, action := range actions {
		parts := strings.SplitN(action, ":", 4)
		if len(parts) < 4 || parts[0] != "arn" {
			return invalid("Invalid ARN syntax: %s", action)
		}
		if !slices.Contains(vendors, parts[2]) {
			return invalid("Unsupported AWS vendor %s", parts[2])
		}
	}
	return nil
}
