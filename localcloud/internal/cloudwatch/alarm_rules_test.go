package cloudwatch_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudwatch"
)

func putAlarm() *sdk.PutMetricAlarmInput {
	return &sdk.PutMetricAlarmInput{AlarmName: aws.String("a"), MetricName: aws.String("m"), Namespace: aws.String("N"), Period: aws.Int32(60),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, EvaluationPeriods: aws.Int32(3), Statistic: types.StatisticSum, Threshold: aws.Float64(1)}
}

func TestAlarmsThatAreRefused(t *testing.T) {
	cw := withTraffic(t)
	metrics := func(queries ...types.MetricDataQuery) func(*sdk.PutMetricAlarmInput) {
		return func(in *sdk.PutMetricAlarmInput) {
			in.Metrics, in.MetricName, in.Namespace, in.Period, in.Statistic = queries, nil, nil, nil, ""
		}
	}
	hidden := stat("m", "1")
	hidden.ReturnData = aws.Bool(false)
	tests := map[string]struct {
		change func(*sdk.PutMetricAlarmInput)
		want   string
	}{
		"nothing":   {func(*sdk.PutMetricAlarmInput) {}, "<nil>"},
		"math":      {metrics(hidden, math("e", "IF(m > 10, m, 0)")), "<nil>"},
		"period":    {func(in *sdk.PutMetricAlarmInput) { in.Period = aws.Int32(5) }, "Period must be 10, 20, 30 or a multiple of 60"},
		"no metric": {func(in *sdk.PutMetricAlarmInput) { in.MetricName = nil }, "MetricName must not be null"},
		"both": {func(in *sdk.PutMetricAlarmInput) {
			metrics(hidden, math("e", "m + 1"))(in)
			in.Statistic = types.StatisticSum
		}, "Statistic should not be set if list of Metrics is set."},
		"no period":  {func(in *sdk.PutMetricAlarmInput) { in.Period = nil }, "Period must not be null"},
		"m of n":     {func(in *sdk.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(4) }, "DatapointsToAlarm must be less than or equal to EvaluationPeriods"},
		"a day":      {func(in *sdk.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(1441) }, "EvaluationPeriods * Period must be <= 86400"},
		"percentile": {func(in *sdk.PutMetricAlarmInput) { in.Statistic, in.ExtendedStatistic = "", aws.String("p101") }, "The value p101 for parameter ExtendedStatistic is not supported."},
		"samples": {func(in *sdk.PutMetricAlarmInput) { in.EvaluateLowSampleCountPercentile = aws.String("evaluate") },
			"Option evaluateLowSampleCountPercentile can not be applied with statistic Sum."},
		"vendor":     {func(in *sdk.PutMetricAlarmInput) { in.AlarmActions = []string{"arn:aws:sqs:us-east-1:111111111111:q"} }, "Unsupported AWS vendor sqs"},
		"search":     {metrics(math("e", "SUM(SEARCH('{N} x', 'Sum', 60))")), "SEARCH is not supported on Metric Alarms."},
		"two return": {metrics(stat("m", "1"), math("e", "m + 1")), "Exactly one element of the metrics list should return data."},
		"array":      {metrics(hidden, math("e", "METRICS()")), "Metrics expression that return multi time series are only allowed for MetricsInsights expression with an ORDER BY clause"},
		"expression": {metrics(hidden, math("e", "m +")), "Error in expression 'e': Invalid syntax"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := putAlarm()
			test.change(in)
			_, err := cw.PutMetricAlarm(t.Context(), in)
			want := test.want
			if want != "<nil>" {
				want = "ValidationError: " + want
			}
			if got := message(err); got != want {
				t.Errorf("error %q, want %q", got, want)
			}
		})
	}
}

// TestAnAlarmOfTenSeconds sees what lasts less than a minute, and looks at it until
// no later datum can come in its place.
func TestAnAlarmOfTenSeconds(t *testing.T) {
	c, calls := clock.Stepped(start), &told{}
	service := cloudwatch.New(cloudwatch.Options{Env: env, Clock: c, Bus: calls, Log: slog.New(slog.DiscardHandler)})
	cw := client(t, service)
	in := putAlarm()
	in.Period, in.EvaluationPeriods, in.TreatMissingData = aws.Int32(10), aws.Int32(1), aws.String("notBreaching")
	if _, err := cw.PutMetricAlarm(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := cw.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("N"), MetricData: []types.MetricDatum{{MetricName: aws.String("m"),
		StorageResolution: aws.Int32(1), Value: aws.Float64(5), Timestamp: aws.Time(start.Add(12 * time.Second))}}}); err != nil {
		t.Fatal(err)
	}
	c.Advance(100 * time.Second)
	if len(calls.events) != 3 { // OK, ALARM, OK
		t.Errorf("%d state changes: %v", len(calls.events), calls.events)
	}
}

func TestAlarmsInPages(t *testing.T) {
	cw := withTraffic(t)
	for i := range 5 {
		in := putAlarm()
		in.AlarmName = aws.String(fmt.Sprintf("alarm%d", i))
		if i%2 == 0 {
			in.AlarmActions = []string{"arn:aws:sns:us-east-1:111111111111:even"}
		}
		if _, err := cw.PutMetricAlarm(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	pages := sdk.NewDescribeAlarmsPaginator(cw, &sdk.DescribeAlarmsInput{MaxRecords: aws.Int32(2), ActionPrefix: aws.String("arn:aws:sns")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.MetricAlarms {
			names = append(names, *a.AlarmName)
		}
		names = append(names, "|")
	}
	if got := fmt.Sprint(names); got != "[alarm0 alarm2 | alarm4 |]" {
		t.Errorf("pages %s", got)
	}
	_, err := cw.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{ParentsOfAlarmName: aws.String("alarm0")})
	if message(err) != "NotImplemented: DescribeAlarms: the local cloud does not support ParentsOfAlarmName" {
		t.Errorf("error %v", err)
	}
}
