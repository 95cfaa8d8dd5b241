package cloudwatch_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudwatch"
)

// withTraffic is a service with three minutes of two versions of a function,
// all of it visible.
func withTraffic(t *testing.T) *sdk.Client {
	t.Helper()
	c := clock.Stepped(start)
	service := cloudwatch.New(cloudwatch.Options{Env: env, Clock: c, Bus: &told{}, Log: slog.New(slog.DiscardHandler)})
	for minute := range 3 {
		for version := 1; version <= 2; version++ {
			service.Record(api.Datum{Namespace: "AWS/Lambda", Name: "Invocations", Unit: "Count", Value: float64(10*version + minute),
				Time: start.Add(time.Duration(minute) * time.Minute), Dimensions: []api.Dimension{{Name: "FunctionName", Value: "f"},
					{Name: "Resource", Value: "f:prod"}, {Name: "ExecutedVersion", Value: fmt.Sprint(version)}}})
		}
	}
	c.Advance(5 * time.Minute)
	return client(t, service)
}

// stat queries the invocations of a version.
func stat(id, version string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{Stat: aws.String("Sum"), Period: aws.Int32(60), Metric: &types.Metric{
		Namespace: aws.String("AWS/Lambda"), MetricName: aws.String("Invocations"), Dimensions: []types.Dimension{
			{Name: aws.String("FunctionName"), Value: aws.String("f")}, {Name: aws.String("Resource"), Value: aws.String("f:prod")},
			{Name: aws.String("ExecutedVersion"), Value: &version}}}}}
}

func math(id, expression string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, Expression: &expression}
}

func ask(queries ...types.MetricDataQuery) *sdk.GetMetricDataInput {
	return &sdk.GetMetricDataInput{StartTime: aws.Time(start), EndTime: aws.Time(start.Add(3 * time.Minute)), ScanBy: types.ScanByTimestampAscending, MetricDataQueries: queries}
}

// show writes results as id label values status.
func show(results []types.MetricDataResult) []string {
	list := make([]string, len(results))
	for i, r := range results {
		list[i] = fmt.Sprintf("%s %s %v %s", *r.Id, *r.Label, r.Values, r.StatusCode)
	}
	return list
}

func TestExpressionsOfMetricData(t *testing.T) {
	cw := withTraffic(t)
	labelled := math("e", `SEARCH('{AWS/Lambda,ExecutedVersion,FunctionName,Resource} MetricName="Invocations" FunctionName="f" Resource="f:prod"', 'Sum', 60)`)
	labelled.Label = aws.String("Version")
	tests := map[string]struct {
		queries []types.MetricDataQuery
		want    []string
	}{
		"a later query":   {[]types.MetricDataQuery{math("e", "m + 1"), stat("m", "1")}, []string{"e e [11 12 13] Complete", "m Invocations [10 11 12] Complete"}},
		"another's":       {[]types.MetricDataQuery{stat("m", "2"), math("a", "m - MIN(m)"), math("b", "a * 2")}, []string{"m Invocations [20 21 22] Complete", "a a [0 1 2] Complete", "b b [0 2 4] Complete"}},
		"a search":        {[]types.MetricDataQuery{labelled}, []string{"e Version 1 [10 11 12] Complete", "e Version 2 [20 21 22] Complete"}},
		"a search's sum":  {[]types.MetricDataQuery{math("e", `SUM(SEARCH('{AWS/Lambda,ExecutedVersion,FunctionName,Resource} MetricName="Invocations"', 'Sum', 60))`)}, []string{"e e [30 32 34] Complete"}},
		"all metrics":     {[]types.MetricDataQuery{stat("m1", "1"), stat("m2", "2"), math("e", "SUM(METRICS())")}, []string{"m1 Invocations [10 11 12] Complete", "m2 Invocations [20 21 22] Complete", "e e [30 32 34] Complete"}},
		"nothing there":   {[]types.MetricDataQuery{stat("m", "9"), math("e", "FILL(m, 0)")}, []string{"m Invocations [] Complete", "e e [0 0 0] Complete"}},
		"an empty search": {[]types.MetricDataQuery{math("e", `SEARCH('{None}', 'Sum', 60)`)}, []string{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := cw.GetMetricData(t.Context(), ask(test.queries...))
			if err != nil || !slices.Equal(show(got.MetricDataResults), test.want) {
				t.Errorf("error %v, got %q, want %q", err, show(got.MetricDataResults), test.want)
			}
		})
	}
}

func TestPagesOfMetricData(t *testing.T) {
	cw := withTraffic(t)
	in := ask(stat("m1", "1"), stat("m2", "2"))
	in.MaxDatapoints = aws.Int32(2)
	var pages [][]string
	for more := true; more; {
		got, err := cw.GetMetricData(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, show(got.MetricDataResults))
		in.NextToken, more = got.NextToken, got.NextToken != nil
	}
	want := `[["m1 Invocations [10 11] PartialData"] ["m1 Invocations [12] Complete" "m2 Invocations [20] PartialData"] ["m2 Invocations [21 22] Complete"]]`
	if fmt.Sprintf("%q", pages) != want {
		t.Errorf("pages %q, want %s", pages, want)
	}
	in = ask(stat("m1", "1"), math("e", "m1 + 1"))
	in.MaxDatapoints = aws.Int32(4)
	got, err := cw.GetMetricData(t.Context(), in)
	if err != nil || got.NextToken != nil || fmt.Sprintf("%q", show(got.MetricDataResults)) != `["m1 Invocations [10 11 12] Complete" "e e [11] PartialData"]` {
		t.Errorf("error %v, token %v, results %q", err, got.NextToken, show(got.MetricDataResults))
	}
	in.NextToken = aws.String("7.1")
	if _, err := cw.GetMetricData(t.Context(), in); message(err) != `InvalidNextToken: NextToken "7.1" is not one that this API gave.` {
		t.Errorf("error %v", err)
	}
}

func message(err error) string {
	var failed smithy.APIError
	if !errors.As(err, &failed) {
		return fmt.Sprint(err)
	}
	return failed.ErrorCode() + ": " + failed.ErrorMessage()
}

func TestMetricDataThatIsRefused(t *testing.T) {
	cw := withTraffic(t)
	both := stat("m", "1")
	both.Expression = aws.String("1")
	odd := stat("m", "1")
	odd.MetricStat.Period = aws.Int32(7)
	tests := map[string]struct {
		queries []types.MetricDataQuery
		want    string
	}{
		"syntax":   {[]types.MetricDataQuery{math("e1", "m +")}, "Error in expression 'e1': Invalid syntax"},
		"function": {[]types.MetricDataQuery{math("e1", "MEDIAN(m)")}, "Error in expression 'e1': Function 'MEDIAN' not found"},
		"id":       {[]types.MetricDataQuery{math("e1", "m")}, "Error in expression 'e1': ID 'm' not found"},
		"circle":   {[]types.MetricDataQuery{math("a", "b + 1"), math("b", "a + 1")}, "Error in expression 'a': The expression refers to itself"},
		"number":   {[]types.MetricDataQuery{math("e1", "1 + 1")}, "The expression 'e1' must return a time series or array of time series."},
		"twice":    {[]types.MetricDataQuery{stat("m", "1"), stat("m", "2")}, "The values for parameter id in MetricDataQueries are not unique."},
		"bad id":   {[]types.MetricDataQuery{stat("M", "1")}, "The value M for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."},
		"both":     {[]types.MetricDataQuery{both}, "The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both."},
		"statistic": {[]types.MetricDataQuery{asked("Sum", 60, ""), asked("None", 60, ""), asked("Mean", 60, "")}, "The value None for parameter MetricDataQueries.member.2.MetricStat.Stat is not a valid statistic.\n" +
			"The value Mean for parameter MetricDataQueries.member.3.MetricStat.Stat is not a valid statistic."},
		"neither":   {[]types.MetricDataQuery{{Id: aws.String("m")}}, "The parameter MetricDataQueries.member.1.MetricStat is required.\n"},
		"period":    {[]types.MetricDataQuery{odd}, "Period must be 1, 5, 10, 20, 30 or a multiple of 60"},
		"no period": {[]types.MetricDataQuery{math("e1", "SEARCH('{N}', 'Sum')")}, "Error in expression 'e1': Period must not be null"},
		"insights":  {[]types.MetricDataQuery{math("e1", "SELECT MAX(x) FROM y")}, "The local cloud does not support Metrics Insights queries (e1)."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := cw.GetMetricData(t.Context(), ask(test.queries...))
			if got := message(err); got != "ValidationError: "+test.want {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}

func TestMetricsOfHighResolution(t *testing.T) {
	c := clock.Stepped(start)
	cw := client(t, cloudwatch.New(cloudwatch.Options{Env: env, Clock: c, Bus: &told{}, Log: slog.New(slog.DiscardHandler)}))
	for name, resolution := range map[string]int32{"high": 1, "regular": 60} {
		for _, second := range []int{0, 4, 18} {
			if _, err := cw.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("N"), MetricData: []types.MetricDatum{{MetricName: &name,
				StorageResolution: &resolution, Value: aws.Float64(1), Unit: types.StandardUnitCount, Timestamp: aws.Time(start.Add(time.Duration(second) * time.Second))}}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.Advance(time.Minute)
	query := func(name string, period int32, unit types.StandardUnit) string {
		t.Helper()
		got, err := cw.GetMetricData(t.Context(), ask(types.MetricDataQuery{Id: aws.String("m"), MetricStat: &types.MetricStat{Unit: unit, Stat: aws.String("Sum"), Period: &period,
			Metric: &types.Metric{Namespace: aws.String("N"), MetricName: &name}}}))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for i, value := range got.MetricDataResults[0].Values {
			fmt.Fprintf(&b, "%v:%v ", got.MetricDataResults[0].Timestamps[i].Sub(start), value)
		}
		return strings.TrimSpace(b.String())
	}
	for _, test := range []struct {
		name   string
		period int32
		unit   types.StandardUnit
		want   string
	}{
		{"high", 1, "", "0s:1 4s:1 18s:1"}, {"high", 5, "", "0s:2 15s:1"}, {"high", 60, "", "0s:3"}, {"regular", 5, "", "0s:3"},
		{"high", 60, types.StandardUnitCount, "0s:3"}, {"high", 60, types.StandardUnitBytes, ""},
	} {
		if got := query(test.name, test.period, test.unit); got != test.want {
			t.Errorf("%s by %d s in %s = %s, want %s", test.name, test.period, test.unit, got, test.want)
		}
	}
	c.Advance(4 * time.Hour)
	if got := query("high", 5, ""); got != "" {
		t.Errorf("after four hours %s, want nothing by the second", got)
	}
	if got := query("high", 60, ""); got != "0s:3" {
		t.Errorf("after four hours %s by the minute", got)
	}
}

func TestStatisticsThatAreRefused(t *testing.T) {
	cw := withTraffic(t)
	ask := func(change func(*sdk.GetMetricStatisticsInput)) string {
		in := &sdk.GetMetricStatisticsInput{Namespace: aws.String("N"), MetricName: aws.String("m"), StartTime: aws.Time(start), EndTime: aws.Time(start.Add(time.Hour)),
			Period: aws.Int32(60), Statistics: []types.Statistic{types.StatisticSum}}
		change(in)
		_, err := cw.GetMetricStatistics(t.Context(), in)
		return message(err)
	}
	for want, change := range map[string]func(*sdk.GetMetricStatisticsInput){
		"<nil>": func(*sdk.GetMetricStatisticsInput) {},
		"InvalidParameterValue: The parameter StartTime must be less than the parameter EndTime.":                                                                                                               func(in *sdk.GetMetricStatisticsInput) { in.EndTime = in.StartTime },
		"InvalidParameterValue: The parameter Period must be a value in the set [1, 5, 10, 20, 30] or a multiple of 60.":                                                                                        func(in *sdk.GetMetricStatisticsInput) { in.Period = aws.Int32(61) },
		"InvalidParameterCombination: Must specify either Statistics or ExtendedStatistics":                                                                                                                     func(in *sdk.GetMetricStatisticsInput) { in.Statistics = nil },
		"InvalidParameterCombination: You have requested up to 1,500 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.": func(in *sdk.GetMetricStatisticsInput) { in.EndTime = aws.Time(start.Add(25 * time.Hour)) },
	} {
		if got := ask(change); got != want {
			t.Errorf("error %q, want %q", got, want)
		}
	}
}
