package cloudwatch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
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
	if err := checkDescribed(described{name: in.AlarmName, description: in.AlarmDescription, alarm: in.AlarmActions,
		ok: in.OKActions, insufficient: in.InsufficientDataActions, tags: in.Tags}); err != nil {
		return err
	}
	if err := checkThreshold(in); err != nil {
		return err
	}
	check := s.checkMetrics
	if len(in.Metrics) == 0 {
		check = checkMetric
	}
	if err := check(in); err != nil {
		return err
	}
	period, most := int64(alarmPeriod(types.MetricAlarm{Period: in.Period, Metrics: in.Metrics}).Seconds()), int64(day)
	if period >= hour {
		most = week
	}
	if int64(api.Deref(in.EvaluationPeriods))*period > most {
		return invalid("EvaluationPeriods * Period must be <= %d", most)
	}
	return checkActions(slices.Concat(in.AlarmActions, in.OKActions, in.InsufficientDataActions), vendors)
}

// checkThreshold checks when an alarm goes off.
func checkThreshold(in *cloudwatch.PutMetricAlarmInput) error {
	switch operator := in.ComparisonOperator; {
	case operator == types.ComparisonOperatorLessThanLowerOrGreaterThanUpperThreshold, operator == types.ComparisonOperatorLessThanLowerThreshold,
		operator == types.ComparisonOperatorGreaterThanUpperThreshold:
		return api.StatusErrorf(501, "NotImplemented", "PutMetricAlarm: the local cloud does not support anomaly detection (ComparisonOperator %s)", operator)
	case comparison[operator] == "":
		return checkEnum("comparisonOperator", operator, operator.Values()...)
	case in.Threshold == nil:
		return invalid("Threshold must not be null")
	case api.Deref(in.EvaluationPeriods) < 1:
		return invalid("1 validation error detected: Value '%d' at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater than or equal to 1", api.Deref(in.EvaluationPeriods))
	case in.DatapointsToAlarm != nil && *in.DatapointsToAlarm < 1:
		return invalid("1 validation error detected: Value '%d' at 'datapointsToAlarm' failed to satisfy constraint: Member must have value greater than or equal to 1", *in.DatapointsToAlarm)
	case api.Deref(in.DatapointsToAlarm) > *in.EvaluationPeriods:
		return invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	case in.TreatMissingData != nil && !slices.Contains([]string{breaching, notBreaching, ignore, missing}, *in.TreatMissingData):
		return invalid("The value %s for parameter TreatMissingData is not supported.", *in.TreatMissingData)
	}
	return nil
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
	case len(in.Dimensions) > maxDimensions:
		return tooMany("dimensions", maxDimensions)
	case in.Statistic != "" && in.ExtendedStatistic != nil:
		return invalid("Statistic and ExtendedStatistic are mutually exclusive and you have specified both.")
	case in.Statistic == "" && in.ExtendedStatistic == nil:
		return invalid("Must specify either Statistic or ExtendedStatistic")
	case in.EvaluateLowSampleCountPercentile != nil && in.ExtendedStatistic == nil:
		return invalid("Option evaluateLowSampleCountPercentile can not be applied with statistic %s.", in.Statistic)
	case api.Deref(in.EvaluateLowSampleCountPercentile) == "ignore":
		return api.StatusErrorf(501, "NotImplemented", "PutMetricAlarm: the local cloud does not support EvaluateLowSampleCountPercentile ignore")
	case in.ExtendedStatistic != nil && !alarmTakes(*in.ExtendedStatistic):
		return invalid("The value %s for parameter ExtendedStatistic is not supported.", *in.ExtendedStatistic)
	case in.Statistic != "":
		return checkEnum("statistic", in.Statistic, in.Statistic.Values()...)
	}
	return nil
}

func alarmPeriods(seconds int32) bool {
	return seconds == 10 || seconds == 20 || seconds == 30 || seconds > 0 && seconds%60 == 0
}

// mostAlarmQueries is how many metrics an alarm may look at, and how many
// expressions it may have.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
const mostAlarmQueries = 10

// checkMetrics checks an alarm on metric math.
func (s *Service) checkMetrics(in *cloudwatch.PutMetricAlarmInput) error {
	for _, member := range []struct {
		name  string
		given bool
	}{
		{"MetricName", in.MetricName != nil}, {"Namespace", in.Namespace != nil}, {"Dimensions", len(in.Dimensions) > 0}, {"Unit", in.Unit != ""},
		{"Period", in.Period != nil}, {"Statistic", in.Statistic != ""}, {"ExtendedStatistic", in.ExtendedStatistic != nil},
	} {
		if member.given {
			return invalid("%s should not be set if list of Metrics is set.", member.name)
		}
	}
	right, err := s.check(in.Metrics)
	if err != nil {
		return err
	}
	var returned []string
	for _, q := range in.Metrics {
		if one, ok := right.parsed[api.Deref(q.Id)]; ok && one.Calls("SEARCH") {
			return invalid("SEARCH is not supported on Metric Alarms.")
		}
		if q.ReturnData == nil || *q.ReturnData {
			returned = append(returned, api.Deref(q.Id))
		}
	}
	switch {
	case len(returned) != 1:
		return errOneReturns
	case !right.types[returned[0]].IsSeries():
		return errManySeries
	}
	return checkQueries(in.Metrics)
}

// checkQueries checks the number of metrics and expressions of an alarm, and
// their periods: the metrics of an alarm have one period, and an expression
// without metrics has its own.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-on-metric-math-expressions
func checkQueries(queries []types.MetricDataQuery) error {
	var periods []int32
	for _, q := range queries {
		if q.MetricStat != nil {
			periods = append(periods, api.Deref(q.MetricStat.Period))
		}
	}
	expressions := len(queries) - len(periods)
	switch {
	case len(periods) > mostAlarmQueries:
		return invalid("An alarm can have at most %d metrics; this one has %d.", mostAlarmQueries, len(periods))
	case expressions > mostAlarmQueries:
		return invalid("An alarm can have at most %d expressions; this one has %d.", mostAlarmQueries, expressions)
	case len(periods) == 0 && !slices.ContainsFunc(queries, func(q types.MetricDataQuery) bool { return q.Period != nil }):
		return errNullPeriod
	case slices.ContainsFunc(periods, func(period int32) bool { return !alarmPeriods(period) }),
		slices.ContainsFunc(queries, func(q types.MetricDataQuery) bool { return q.Period != nil && !alarmPeriods(*q.Period) }):
		return errPeriod
	case slices.ContainsFunc(periods, func(period int32) bool { return period != periods[0] }):
		return invalid("The metrics of an alarm must have the same period.")
	}
	return nil
}

// errNullPeriod is what CloudWatch says of an expression without metrics that
// states no period.
var errNullPeriod = invalid("Period must not be null")

// vendors are the services that an alarm's actions may name. A composite alarm
// acts on no instances.
var (
	vendors          = []string{"automate", "swf", "sns", "autoscaling", "ssm", "ssm-incidents", "lambda", "aiops"}
	compositeVendors = []string{"sns", "ssm", "ssm-incidents", "lambda", "aiops"}
)

func checkActions(actions, vendors []string) error {
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
