package cloudwatch_test

import (
	"fmt"
	numbers "math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// asked is a query for the data of metric1.
func asked(statistic string, period int32, unit types.StandardUnit) types.MetricDataQuery {
	id := strings.ToLower(fmt.Sprintf("r%s%d%s", statistic, period, unit))
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{Metric: &types.Metric{Namespace: aws.String("n"), MetricName: aws.String("metric1")},
		Stat: &statistic, Period: &period, Unit: unit}}
}

func datum(value float64, unit types.StandardUnit) types.MetricDatum {
	return types.MetricDatum{MetricName: aws.String("metric1"), Value: &value, Unit: unit, Timestamp: aws.Time(start)}
}

// test_label_generation and test_get_metric_data_with_zero_and_labels
func TestLabelsAreAsRecorded(t *testing.T) {
	d := newDesk(t)
	for _, value := range []float64{0, 2, 7, 100} {
		d.put(datum(value, types.StandardUnitSeconds))
	}
	d.clock.Advance(time.Minute)
	const seconds, milliseconds = types.StandardUnitSeconds, types.StandardUnitMilliseconds
	tests := []struct {
		queries []types.MetricDataQuery
		want    []string
	}{
		{[]types.MetricDataQuery{asked("Sum", 60, seconds), asked("Minimum", 30, seconds)}, []string{"metric1 Sum 60 [109]", "metric1 Minimum 30 [0]"}},
		{[]types.MetricDataQuery{asked("Sum", 60, seconds), asked("Minimum", 60, seconds)}, []string{"metric1 Sum [109]", "metric1 Minimum [0]"}},
		{[]types.MetricDataQuery{asked("Sum", 60, seconds), asked("Sum", 30, seconds)}, []string{"metric1 60 [109]", "metric1 30 [109]"}},
		{[]types.MetricDataQuery{asked("Sum", 60, seconds), asked("Minimum", 30, milliseconds)}, []string{"metric1 Sum 60 [109]", "metric1 Minimum 30 []"}},
		{[]types.MetricDataQuery{asked("Sum", 60, seconds), asked("Sum", 60, milliseconds)}, []string{"metric1 [109]", "metric1 []"}},
	}
	for _, test := range tests {
		out, err := d.cw.GetMetricData(t.Context(), ask(test.queries...))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range out.MetricDataResults {
			got = append(got, fmt.Sprintf("%s %v", *r.Label, r.Values))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("got %q, recorded %q", got, test.want)
		}
	}
}

// test_get_metric_data_different_units_no_unit_in_query
func TestUnitsAreToldApartAsRecorded(t *testing.T) {
	milliseconds, seconds := datum(60000, types.StandardUnitMilliseconds), datum(60, types.StandardUnitSeconds)
	tests := []struct {
		data []types.MetricDatum
		want string
	}{
		{[]types.MetricDatum{seconds}, "[60]"},
		{[]types.MetricDatum{milliseconds, seconds}, "[60000] MultipleUnits: Multiple units returned: '[Milliseconds, Seconds]'"},
		{[]types.MetricDatum{milliseconds, seconds, milliseconds, seconds}, "[120000] MultipleUnits: Multiple units returned: '[Milliseconds, Seconds]'"},
		{[]types.MetricDatum{milliseconds, seconds, milliseconds, seconds, datum(5, types.StandardUnitCount)},
			"[5] MultipleUnits: Multiple units returned: '[Count, Milliseconds, Seconds]'"},
	}
	for _, test := range tests {
		d := newDesk(t)
		d.put(test.data...)
		d.clock.Advance(time.Minute)
		out, err := d.cw.GetMetricData(t.Context(), ask(asked("Sum", 60, "")))
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(out.MetricDataResults[0].Values)
		for _, m := range out.MetricDataResults[0].Messages {
			got += " " + *m.Code + ": " + *m.Value
		}
		if got != test.want {
			t.Errorf("got %s, recorded %s", got, test.want)
		}
	}
}

// test_handle_different_units, test_get_metric_statistics and
// test_put_metric_data_values_list
func TestStatisticsAreAsRecorded(t *testing.T) {
	d := newDesk(t)
	d.put(datum(1, types.StandardUnitSeconds), datum(5, types.StandardUnitCount), datum(10, ""),
		types.MetricDatum{MetricName: aws.String("listed"), Values: []float64{1, 10}, Counts: []float64{2, 4}, Unit: types.StandardUnitCount})
	d.clock.Advance(time.Minute)
	ask := func(metric string) string {
		out, err := d.cw.GetMetricStatistics(t.Context(), &sdk.GetMetricStatisticsInput{Namespace: aws.String("n"), MetricName: &metric, Period: aws.Int32(60),
			StartTime: aws.Time(start.Add(-time.Minute)), EndTime: aws.Time(start.Add(time.Minute)),
			Statistics: []types.Statistic{types.StatisticSampleCount, types.StatisticSum, types.StatisticMaximum}})
		if err != nil {
			t.Fatal(err)
		}
		got := *out.Label
		for _, p := range out.Datapoints {
			got += fmt.Sprintf(" %v %v %v %s", *p.SampleCount, *p.Sum, *p.Maximum, p.Unit)
		}
		return got
	}
	for metric, want := range map[string]string{"metric1": "metric1 1 5 5 Count 1 1 1 Seconds 1 10 10 None", "listed": "listed 6 42 10 Count", "none": "none"} {
		if got := ask(metric); got != want {
			t.Errorf("got %s, recorded %s", got, want)
		}
	}
}

// test_put_metric_data_validation
func TestDataThatAreRefusedAsRecorded(t *testing.T) {
	d := newDesk(t)
	set := &types.StatisticSet{SampleCount: aws.Float64(10), Sum: aws.Float64(55), Minimum: aws.Float64(1), Maximum: aws.Float64(10)}
	tests := []struct {
		datum types.MetricDatum
		want  string
	}{
		{types.MetricDatum{Value: aws.Float64(1.5), Values: []float64{1, 10}},
			"InvalidParameterCombination: The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both."},
		{types.MetricDatum{Values: []float64{1, 10}, Counts: []float64{2, 4, 5}},
			"InvalidParameterValue: The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size."},
		{types.MetricDatum{Value: aws.Float64(1.5), StatisticValues: set},
			"InvalidParameterCombination: The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have specified both."},
		{types.MetricDatum{Values: []float64{1, 10}, StatisticValues: set}, "<nil>"},
		// What follows, users of AWS were told.
		{types.MetricDatum{Value: aws.Float64(numbers.NaN())}, "InvalidParameterValue: The value NaN for parameter MetricData.member.1.Value is invalid."},
		{types.MetricDatum{Value: aws.Float64(numbers.Inf(-1))}, "InvalidParameterValue: The value -∞ for parameter MetricData.member.1.Value is invalid."},
		{types.MetricDatum{Value: aws.Float64(numbers.Ldexp(1, 360))}, "<nil>"},
		{types.MetricDatum{Value: aws.Float64(-numbers.Ldexp(1, 361))},
			"InvalidParameterValue: The value -4,697,085,165,547,666,500" + strings.Repeat(",000", 30) + " for parameter MetricData.member.1.Value is invalid."},
		{types.MetricDatum{}, "InvalidParameterCombination: At least one of the parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues must be specified."},
		{types.MetricDatum{Value: aws.Float64(1), Unit: "Hours"}, "InvalidParameterValue: The parameter MetricData.member.1.Unit must be a value in the set [ Seconds, Microseconds, Milliseconds, " +
			"Bytes, Kilobytes, Megabytes, Gigabytes, Terabytes, Bits, Kilobits, Megabits, Gigabits, Terabits, Percent, Count, Bytes/Second, Kilobytes/Second, Megabytes/Second, " +
			"Gigabytes/Second, Terabytes/Second, Bits/Second, Kilobits/Second, Megabits/Second, Gigabits/Second, Terabits/Second, Count/Second, None ]."},
	}
	for _, test := range tests {
		test.datum.MetricName = aws.String("m")
		_, err := d.cw.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("n"), MetricData: []types.MetricDatum{test.datum}})
		if got := message(err); got != test.want {
			t.Errorf("error %q, recorded %q", got, test.want)
		}
	}
	nan := types.MetricDatum{MetricName: aws.String("m"), Value: aws.Float64(numbers.NaN())}
	_, err := d.cw.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("n"), MetricData: []types.MetricDatum{nan, nan}})
	if want := "InvalidParameterValue: The value NaN for parameter MetricData.member.1.Value is invalid.\nThe value NaN for parameter MetricData.member.2.Value is invalid."; message(err) != want {
		t.Errorf("error %q, want %q", message(err), want)
	}
}

// Users of AWS were told so.
func TestNobodyWritesToTheNamespacesOfServices(t *testing.T) {
	d := newDesk(t)
	for namespace, want := range map[string]string{
		"AWS/Lambda": "InvalidParameterValue: The value AWS/ for parameter Namespace is invalid.", "AWS": "<nil>", "aws/Lambda": "<nil>", "My/AWS/Lambda": "<nil>",
	} {
		_, err := d.cw.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: &namespace, MetricData: []types.MetricDatum{datum(1, "")}})
		if got := message(err); got != want {
			t.Errorf("namespace %s: error %q, want %q", namespace, got, want)
		}
	}
}

// test_list_metrics_with_filters
func TestMetricsAreListedAsRecorded(t *testing.T) {
	d := newDesk(t)
	on := func(name, instance string) types.MetricDatum {
		m := types.MetricDatum{MetricName: &name, Value: aws.Float64(1)}
		if instance != "" {
			m.Dimensions = []types.Dimension{{Name: aws.String("InstanceId"), Value: &instance}}
		}
		return m
	}
	d.put(on("CPUUtilization", ""), on("MemoryUtilization", "one"), on("DiskReadOps", "two"), on("DiskWriteOps", "two"), on("DiskWriteOps", "two"))
	for _, test := range []struct {
		in   sdk.ListMetricsInput
		want int
	}{
		{sdk.ListMetricsInput{}, 4},
		{sdk.ListMetricsInput{MetricName: aws.String("CPUUtilization")}, 1},
		{sdk.ListMetricsInput{Dimensions: []types.DimensionFilter{{Name: aws.String("InstanceId")}}}, 3},
		{sdk.ListMetricsInput{Dimensions: []types.DimensionFilter{{Name: aws.String("InstanceId"), Value: aws.String("two")}}}, 2},
	} {
		test.in.Namespace = aws.String("n")
		out, err := d.cw.ListMetrics(t.Context(), &test.in)
		if err != nil || len(out.Metrics) != test.want {
			t.Errorf("%+v lists %d, recorded %d, error %v", test.in, len(out.Metrics), test.want, err)
		}
	}
}
