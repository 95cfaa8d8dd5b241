package awsmetrics

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"weir/internal/judge"
	"weir/internal/release"
)

// script answers calls from lists and keeps them. An answer that is nil is the error.
type script struct {
	data   []*cloudwatch.GetMetricDataOutput
	alarms []*cloudwatch.DescribeAlarmsOutput
	err    error

	dataAsked   []*cloudwatch.GetMetricDataInput
	alarmsAsked []*cloudwatch.DescribeAlarmsInput
}

var errTooMany = errors.New("one call too many")

func (s *script) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	s.dataAsked = append(s.dataAsked, in)
	if len(s.data) == 0 {
		return nil, errTooMany
	}
	out := s.data[0]
	s.data = s.data[1:]
	if out == nil {
		return nil, s.err
	}
	return out, nil
}

func (s *script) DescribeAlarms(_ context.Context, in *cloudwatch.DescribeAlarmsInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	s.alarmsAsked = append(s.alarmsAsked, in)
	if len(s.alarms) == 0 {
		return nil, errTooMany
	}
	out := s.alarms[0]
	s.alarms = s.alarms[1:]
	if out == nil {
		return nil, s.err
	}
	return out, nil
}

var (
	throttled = &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
	denied    = &smithy.GenericAPIError{Code: "AccessDenied", Message: "not authorized"}
)

// onError runs call with an error worth a retry, and with one that is not.
func onError(t *testing.T, says string, call func(*Client) error) {
	t.Helper()
	for err, retry := range map[error]bool{throttled: true, denied: false} {
		s := &script{data: []*cloudwatch.GetMetricDataOutput{nil}, alarms: []*cloudwatch.DescribeAlarmsOutput{nil}, err: err}
		got := call(&Client{api: s})
		if !errors.Is(got, err) || !strings.Contains(got.Error(), says) || release.IsError(got, release.Unavailable) != retry {
			t.Errorf("%v gives %v, want %q", err, got, says)
		}
	}
}

func metricAlarm(name string, state types.StateValue) types.MetricAlarm {
	return types.MetricAlarm{AlarmName: &name, StateValue: state}
}

func TestFiringIsWhatIsInAlarm(t *testing.T) {
	s := &script{alarms: []*cloudwatch.DescribeAlarmsOutput{
		{
			MetricAlarms:    []types.MetricAlarm{metricAlarm("red", types.StateValueAlarm), metricAlarm("green", types.StateValueOk)},
			CompositeAlarms: []types.CompositeAlarm{{AlarmName: aws.String("all red"), StateValue: types.StateValueAlarm}},
			NextToken:       aws.String("more"),
		},
		{
			MetricAlarms:    []types.MetricAlarm{metricAlarm("blind", types.StateValueInsufficientData)},
			CompositeAlarms: []types.CompositeAlarm{{AlarmName: aws.String("all green"), StateValue: types.StateValueOk}},
		},
	}}
	names := []string{"red", "green", "blind", "all red", "all green", "deleted"}
	got, err := (&Client{api: s}).Firing(t.Context(), names)
	want := map[string]bool{"red": true, "green": false, "blind": false, "all red": true, "all green": false}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v; firing (-want +got):\n%s", err, diff)
	}
	if first := s.alarmsAsked[0]; !cmp.Equal(first.AlarmNames, names) || !cmp.Equal(first.AlarmTypes, []types.AlarmType{"MetricAlarm", "CompositeAlarm"}) {
		t.Errorf("asked for %v of %v", first.AlarmNames, first.AlarmTypes)
	}
	if len(s.alarmsAsked) != 2 || aws.ToString(s.alarmsAsked[1].NextToken) != "more" {
		t.Errorf("%d pages are read", len(s.alarmsAsked))
	}
}

// One call takes a hundred names.
func TestAlarmsAreAskedByHundreds(t *testing.T) {
	for _, test := range []struct {
		names int
		calls []int
	}{{0, nil}, {1, []int{1}}, {100, []int{100}}, {101, []int{100, 1}}, {250, []int{100, 100, 50}}} {
		s := &script{}
		var names []string
		for i := range test.names {
			names = append(names, fmt.Sprint("alarm ", i))
		}
		for range test.calls {
			s.alarms = append(s.alarms, &cloudwatch.DescribeAlarmsOutput{})
		}
		got, err := (&Client{api: s}).Firing(t.Context(), names)
		if err != nil || got == nil || len(got) != 0 {
			t.Errorf("%d names: %v, %v", test.names, got, err)
		}
		var calls []int
		var asked []string
		for _, in := range s.alarmsAsked {
			calls, asked = append(calls, len(in.AlarmNames)), append(asked, in.AlarmNames...)
		}
		if !cmp.Equal(test.calls, calls) || !cmp.Equal(names, asked) {
			t.Errorf("%d names are asked for by %v, want %v", test.names, calls, test.calls)
		}
	}
}

func TestFiringRefused(t *testing.T) {
	onError(t, "read alarms", func(c *Client) error {
		got, err := c.Firing(t.Context(), []string{"red"})
		if got != nil {
			t.Errorf("states without an answer: %v", got)
		}
		return err
	})
}

var failures = release.Signal{Name: release.SignalErrors}

func TestNothingIsAskedForNothing(t *testing.T) {
	query := Query{Target: orders, Version: "2", Signal: failures}
	for _, test := range []struct {
		name     string
		queries  []Query
		from, to time.Time
	}{
		{"no queries", nil, minute(0), minute(2)},
		{"no minute", []Query{query}, minute(2), minute(2)},
		{"less than no minute", []Query{query}, minute(3), minute(2)},
	} {
		s := &script{}
		got, err := (&Client{api: s}).Counts(t.Context(), test.queries, test.from, test.to)
		if err != nil || len(got) != len(test.queries) || len(s.dataAsked) != 0 {
			t.Errorf("%s: %v, %v after %d calls", test.name, got, err, len(s.dataAsked))
		}
		for _, series := range got {
			if series == nil {
				t.Errorf("%s: a series is nil, to which nobody can add", test.name)
			}
		}
	}
}

func TestCountsAsksByTheMinute(t *testing.T) {
	s := &script{data: []*cloudwatch.GetMetricDataOutput{{}}}
	got, err := (&Client{api: s}).Counts(t.Context(), []Query{{Target: orders, Version: "2", Signal: failures}}, minute(0), minute(2))
	if err != nil || len(got) != 1 || len(got[0]) != 0 {
		t.Fatalf("%v, %v", got, err)
	}
	stat := func(id, metric string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: &id, ReturnData: aws.Bool(true), MetricStat: &types.MetricStat{
			Period: aws.Int32(60), Stat: aws.String("Sum"),
			Metric: &types.Metric{Namespace: aws.String("AWS/Lambda"), MetricName: &metric, Dimensions: []types.Dimension{
				{Name: aws.String("FunctionName"), Value: aws.String("orders")},
				{Name: aws.String("Resource"), Value: aws.String("orders:prod")},
				{Name: aws.String("ExecutedVersion"), Value: aws.String("2")},
			}},
		}}
	}
	want := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(minute(0)), EndTime: aws.Time(minute(2)), ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: []types.MetricDataQuery{stat("q0", "Invocations"), stat("q1", "Errors")}}
	if diff := cmp.Diff(want, s.dataAsked[0], cmp.FilterPath(isHidden, cmp.Ignore())); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// isHidden tells whether a path ends in a member that the SDK keeps to itself.
func isHidden(path cmp.Path) bool {
	field, ok := path.Last().(cmp.StructField)
	return ok && (field.Name() == "noSmithyDocumentSerde")
}

// Signals share what they have in common: the invocations of a version are asked
// for once, and a target's metric is not taken for another's.
func TestCountsAsksOnceForWhatIsShared(t *testing.T) {
	var queries []Query
	for _, target := range []release.Target{orders, {Function: "carts", Alias: "prod"}} {
		for _, version := range []string{"1", "2"} {
			for _, signal := range []string{release.SignalErrors, release.SignalThrottles} {
				queries = append(queries, Query{Target: target, Version: version, Signal: release.Signal{Name: signal}})
			}
		}
	}
	f := &fake{}
	if _, err := (&Client{api: f}).Counts(t.Context(), queries, minute(0), minute(1)); err != nil {
		t.Fatal(err)
	}
	want := []string{"Invocations 1 Sum", "Errors 1 Sum", "Throttles 1 Sum", "Invocations 2 Sum", "Errors 2 Sum", "Throttles 2 Sum"}
	if diff := cmp.Diff(append(want, want...), f.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// Events in a minute whose invocations are not counted yet are events all the same.
func TestCountsOfAMinuteOfThrottlesAlone(t *testing.T) {
	client := &Client{api: &fake{data: map[string]map[time.Time]float64{
		"Invocations 2 Sum": {minute(0): 10}, "Throttles 2 Sum": {minute(0): 5, minute(1): 7},
	}}}
	got, err := client.Counts(t.Context(), []Query{{Target: orders, Version: "2", Signal: release.Signal{Name: release.SignalThrottles}}}, minute(0), minute(2))
	want := []Series{{minute(0): {Requests: 15, Events: 5}, minute(1): {Requests: 7, Events: 7}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v; counts (-want +got):\n%s", err, diff)
	}
}

// datum is an answer for one query, a minute and its value after another.
func datum(id string, status types.StatusCode, pairs ...float64) types.MetricDataResult {
	result := types.MetricDataResult{Id: &id, StatusCode: status, Label: aws.String("the label")}
	for i := 0; i < len(pairs); i += 2 {
		result.Timestamps, result.Values = append(result.Timestamps, minute(int(pairs[i]))), append(result.Values, pairs[i+1])
	}
	return result
}

// An answer may come in parts, page by page, in another time zone.
func TestCountsReadsEveryPage(t *testing.T) {
	abroad := datum("q1", types.StatusCodeComplete, 1, 4)
	abroad.Timestamps[0] = abroad.Timestamps[0].In(time.FixedZone("abroad", 3600))
	s := &script{data: []*cloudwatch.GetMetricDataOutput{
		{MetricDataResults: []types.MetricDataResult{datum("q0", types.StatusCodePartialData, 0, 10), datum("q1", types.StatusCodePartialData, 0, 3)}, NextToken: aws.String("more")},
		{MetricDataResults: []types.MetricDataResult{datum("q0", types.StatusCodeComplete, 1, 20), abroad}},
	}}
	got, err := (&Client{api: s}).Counts(t.Context(), []Query{{Target: orders, Version: "2", Signal: failures}}, minute(0), minute(2))
	want := []Series{{minute(0): {Requests: 10, Events: 3}, minute(1): {Requests: 20, Events: 4}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v; counts (-want +got):\n%s", err, diff)
	}
	if len(s.dataAsked) != 2 || aws.ToString(s.dataAsked[1].NextToken) != "more" {
		t.Errorf("%d pages are read", len(s.dataAsked))
	}
}

func TestUnavailableNamesTheMetric(t *testing.T) {
	s := &script{data: []*cloudwatch.GetMetricDataOutput{{MetricDataResults: []types.MetricDataResult{datum("q0", types.StatusCodeForbidden)}}}}
	_, err := (&Client{api: s}).Counts(t.Context(), []Query{{Target: orders, Version: "2", Signal: failures}}, minute(0), minute(2))
	if err == nil || !strings.Contains(err.Error(), "Forbidden for metric the label") {
		t.Error(err)
	}
}

// One call takes 500 queries. What two signals need of a version is three series.
func TestQueriesAreAskedByFiveHundreds(t *testing.T) {
	for _, test := range []struct {
		versions int
		calls    []int
	}{{1, []int{3}}, {166, []int{498}}, {167, []int{500, 1}}} {
		f := &fake{data: map[string]map[time.Time]float64{}}
		var queries []Query
		for i := range test.versions {
			version := fmt.Sprint(i)
			queries = append(queries, Query{Target: orders, Version: version, Signal: failures},
				Query{Target: orders, Version: version, Signal: release.Signal{Name: release.SignalThrottles}})
			f.data["Throttles "+version+" Sum"] = map[time.Time]float64{minute(0): float64(i + 1)}
		}
		counter := &counting{fake: f}
		got, err := (&Client{api: counter}).Counts(t.Context(), queries, minute(0), minute(1))
		if err != nil {
			t.Fatal(err)
		}
		for i := range test.versions {
			if throttles := got[2*i+1][minute(0)]; throttles.Events != int64(i+1) {
				t.Errorf("version %d of %d has %v", i, test.versions, throttles)
			}
		}
		if !cmp.Equal(test.calls, counter.calls) {
			t.Errorf("%d versions are asked for by %v, want %v", test.versions, counter.calls, test.calls)
		}
	}
}

// counting keeps how many queries each call holds.
type counting struct {
	*fake
	calls []int
}

func (c *counting) GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	c.calls = append(c.calls, len(in.MetricDataQueries))
	return c.fake.GetMetricData(ctx, in, opts...)
}

func TestMetricsRefused(t *testing.T) {
	query := []Query{{Target: orders, Version: "2", Signal: release.Signal{Name: "declined", Metric: &release.Metric{Namespace: "Shop", Name: "Declined"}}}}
	for name, call := range map[string]func(*Client) error{
		"Counts": func(c *Client) error { _, err := c.Counts(t.Context(), query, minute(0), minute(1)); return err },
		"Traffic": func(c *Client) error {
			_, err := c.Traffic(t.Context(), []release.Target{orders}, minute(0), minute(1))
			return err
		},
		"Measured": func(c *Client) error { _, err := c.Measured(t.Context(), query, minute(0), minute(1)); return err },
	} {
		t.Run(name, func(t *testing.T) { onError(t, "read metrics", call) })
	}
	onError(t, "read the p99 duration of orders:prod: ", func(c *Client) error {
		_, ok, err := c.Percentile(t.Context(), orders, "2", "p99", minute(0), minute(60))
		if ok {
			t.Error("a percentile without an answer")
		}
		return err
	})
}

func TestPercentile(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer []types.MetricDataResult
		want   float64
		ok     bool
	}{
		{"one period", []types.MetricDataResult{datum("q0", types.StatusCodeComplete, 0, 188.5)}, 188.5, true},
		{"two periods: the longer one", []types.MetricDataResult{datum("q0", types.StatusCodeComplete, 0, 200, 1, 100)}, 200, true},
		{"shorter than a millisecond", []types.MetricDataResult{datum("q0", types.StatusCodeComplete, 0, 0.4)}, 0.4, true},
		{"nothing served", []types.MetricDataResult{datum("q0", types.StatusCodeComplete)}, 0, false},
		{"no result", nil, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &script{data: []*cloudwatch.GetMetricDataOutput{{MetricDataResults: test.answer}}}
			got, ok, err := (&Client{api: s}).Percentile(t.Context(), orders, "2", "p99", minute(0), minute(60))
			if err != nil || got != test.want || ok != test.ok {
				t.Errorf("%v, %v, %v", got, ok, err)
			}
			in := s.dataAsked[0]
			if len(in.MetricDataQueries) != 1 || !in.StartTime.Equal(minute(0)) || !in.EndTime.Equal(minute(60)) {
				t.Fatalf("asked %+v", in)
			}
			query := in.MetricDataQueries[0]
			stat := query.MetricStat
			if !aws.ToBool(query.ReturnData) || aws.ToInt32(stat.Period) != 3600 || aws.ToString(stat.Stat) != "p99" ||
				aws.ToString(stat.Metric.Namespace) != "AWS/Lambda" || aws.ToString(stat.Metric.MetricName) != "Duration" || len(stat.Metric.Dimensions) != 3 {
				t.Errorf("asked %+v of %+v", stat, stat.Metric)
			}
		})
	}
}

// A percentile that CloudWatch could not read is not taken for one of nothing.
func TestPercentileThatIsNoAnswer(t *testing.T) {
	for _, status := range []types.StatusCode{types.StatusCodeInternalError, types.StatusCodeForbidden} {
		s := &script{data: []*cloudwatch.GetMetricDataOutput{{MetricDataResults: []types.MetricDataResult{datum("q0", status)}}}}
		got, ok, err := (&Client{api: s}).Percentile(t.Context(), orders, "2", "p99", minute(0), minute(60))
		if !release.IsError(err, release.Unavailable) {
			t.Errorf("%s gives %v, %v, %v; want %s", status, got, ok, err, release.Unavailable)
		}
	}
}

// The first page of an answer may be empty.
func TestPercentileReadsEveryPage(t *testing.T) {
	s := &script{data: []*cloudwatch.GetMetricDataOutput{
		{MetricDataResults: []types.MetricDataResult{datum("q0", types.StatusCodePartialData)}, NextToken: aws.String("more")},
		{MetricDataResults: []types.MetricDataResult{datum("q0", types.StatusCodeComplete, 0, 188)}},
	}}
	if got, ok, err := (&Client{api: s}).Percentile(t.Context(), orders, "2", "p99", minute(0), minute(60)); err != nil || !ok || got != 188 {
		t.Errorf("%v, %v, %v", got, ok, err)
	}
}

func TestTrafficOfManyAliases(t *testing.T) {
	s := &script{data: []*cloudwatch.GetMetricDataOutput{{MetricDataResults: []types.MetricDataResult{
		datum("q0", types.StatusCodeComplete, 0, 100, 60, 50), datum("q1", types.StatusCodeComplete, 0, 3),
		datum("q2", types.StatusCodeComplete), datum("q3", types.StatusCodeComplete),
		datum("q4", types.StatusCodeComplete, 0, 7), datum("q5", types.StatusCodeComplete, 0, 1),
	}}}}
	targets := []release.Target{orders, {Function: "carts", Alias: "prod"}, {Function: "mails", Alias: "live"}}
	got, err := (&Client{api: s}).Traffic(t.Context(), targets, noon, noon.Add(24*time.Hour))
	if diff := cmp.Diff([]judge.Counts{{Requests: 150, Events: 3}, {}, {Requests: 7, Events: 1}}, got); err != nil || diff != "" {
		t.Errorf("%v; traffic (-want +got):\n%s", err, diff)
	}
	for i, query := range s.dataAsked[0].MetricDataQueries {
		stat, target := query.MetricStat, targets[i/2]
		if aws.ToString(query.Id) != fmt.Sprint("q", i) || !aws.ToBool(query.ReturnData) || aws.ToInt32(stat.Period) != 3600 || len(stat.Metric.Dimensions) != 2 ||
			aws.ToString(stat.Metric.Dimensions[0].Value) != target.Function || aws.ToString(stat.Metric.Dimensions[1].Value) != target.String() {
			t.Errorf("query %d is %+v of %+v", i, stat, stat.Metric)
		}
	}
}

// A day's traffic of many functions takes more than one call.
func TestTrafficIsAskedByFiveHundreds(t *testing.T) {
	counter := &counting{fake: &fake{data: map[string]map[time.Time]float64{"Invocations  Sum": {noon: 2}}}}
	got, err := (&Client{api: counter}).Traffic(t.Context(), make([]release.Target, 251), noon, noon.Add(time.Hour))
	if err != nil || !cmp.Equal(counter.calls, []int{500, 2}) || got[250].Requests != 2 {
		t.Errorf("asked by %v, %v", counter.calls, err)
	}
	counter.calls = nil
	if got, err := (&Client{api: counter}).Traffic(t.Context(), nil, noon, noon.Add(time.Hour)); err != nil || len(got) != 0 || len(counter.calls) != 0 {
		t.Errorf("no alias has traffic %v, %v after %v", got, err, counter.calls)
	}
}
