package awsmetrics

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"weir/internal/judge"
	"weir/internal/release"
)

var (
	noon   = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	orders = release.Target{Function: "orders", Alias: "prod"}
)

// fake answers with data by metric, version and statistic, such as
// "Invocations 2 Sum"; the version is empty for the alias as a whole.
type fake struct {
	api
	data   map[string]map[time.Time]float64
	status types.StatusCode
	asked  []string
}

func (f *fake) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	out := &cloudwatch.GetMetricDataOutput{}
	for _, query := range in.MetricDataQueries {
		version := ""
		for _, dimension := range query.MetricStat.Metric.Dimensions {
			if aws.ToString(dimension.Name) == "ExecutedVersion" {
				version = aws.ToString(dimension.Value)
			}
		}
		key := strings.Join([]string{aws.ToString(query.MetricStat.Metric.MetricName), version, aws.ToString(query.MetricStat.Stat)}, " ")
		f.asked = append(f.asked, key)
		result := types.MetricDataResult{Id: query.Id, StatusCode: f.status}
		for at, value := range f.data[key] {
			result.Timestamps, result.Values = append(result.Timestamps, at), append(result.Values, value)
		}
		out.MetricDataResults = append(out.MetricDataResults, result)
	}
	return out, nil
}

func minute(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

func TestCountsOfASignal(t *testing.T) {
	declined := func(onEventsOnly bool) release.Signal {
		return release.Signal{Name: "declined", Metric: &release.Metric{Namespace: "Shop", Name: "Declined", OnEventsOnly: onEventsOnly}}
	}
	invocations := map[time.Time]float64{minute(0): 10, minute(1): 20}
	tests := []struct {
		name   string
		signal release.Signal
		events string
		data   map[time.Time]float64
		want   Series
	}{
		{"a minute without errors has none", release.Signal{Name: release.SignalErrors}, "Errors 2 Sum",
			map[time.Time]float64{minute(1): 3}, Series{minute(0): {Requests: 10, Events: 0}, minute(1): {Requests: 20, Events: 3}}},
		{"a minute in which a metric has no datum was not measured", declined(false), "Declined 2 Sum",
			map[time.Time]float64{minute(1): 0}, Series{minute(1): {Requests: 20, Events: 0}}},
		{"a metric that does not exist measures nothing", declined(false), "Declined 2 Sum", nil, Series{}},
		{"a metric of events alone is zero where it has no datum", declined(true), "Declined 2 Sum",
			map[time.Time]float64{minute(1): 2}, Series{minute(0): {Requests: 10, Events: 0}, minute(1): {Requests: 20, Events: 2}}},
		{"more events than requests are all requests", declined(false), "Declined 2 Sum",
			map[time.Time]float64{minute(0): 99, minute(1): 1}, Series{minute(0): {Requests: 10, Events: 10}, minute(1): {Requests: 20, Events: 1}}},
		{"a threshold is asked in whole milliseconds", release.Signal{Name: release.SignalSlow, ThresholdMilliseconds: 188}, "Duration 2 PR(:188)",
			map[time.Time]float64{minute(0): 90, minute(1): 100}, Series{minute(0): {Requests: 10, Events: 1}, minute(1): {Requests: 20, Events: 0}}},
		{"a throttled request was a request", release.Signal{Name: release.SignalThrottles}, "Throttles 2 Sum",
			map[time.Time]float64{minute(0): 5}, Series{minute(0): {Requests: 15, Events: 5}, minute(1): {Requests: 20, Events: 0}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := &Client{api: &fake{data: map[string]map[time.Time]float64{"Invocations 2 Sum": invocations, test.events: test.data}}}
			got, err := client.Counts(t.Context(), []Query{{Target: orders, Version: "2", Signal: test.signal}}, minute(0), minute(2))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got[0]); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnswersThatAreNoneAreUnavailable(t *testing.T) {
	for _, status := range []types.StatusCode{types.StatusCodeInternalError, types.StatusCodeForbidden} {
		client := &Client{api: &fake{status: status}}
		_, err := client.Counts(t.Context(), []Query{{Target: orders, Version: "2", Signal: release.Signal{Name: release.SignalErrors}}}, minute(0), minute(2))
		if !release.IsError(err, release.Unavailable) {
			t.Errorf("%s gives %v, want %s", status, err, release.Unavailable)
		}
	}
}

func TestTrafficIsThatOfTheAlias(t *testing.T) {
	client := &Client{api: &fake{data: map[string]map[time.Time]float64{
		"Invocations  Sum": {noon: 100, noon.Add(time.Hour): 50}, "Errors  Sum": {noon: 3},
	}}}
	got, err := client.Traffic(t.Context(), []release.Target{orders}, noon, noon.Add(24*time.Hour))
	if err != nil || len(got) != 1 || got[0] != (judge.Counts{Requests: 150, Events: 3}) {
		t.Errorf("the traffic is %v (%v), want 150 requests and 3 events", got, err)
	}
}

func TestMeasuredWantsADatum(t *testing.T) {
	declined := Query{Target: orders, Version: "1", Signal: release.Signal{Name: "declined", Metric: &release.Metric{Namespace: "Shop", Name: "Declined"}}}
	misspelt := Query{Target: orders, Version: "1", Signal: release.Signal{Name: "declined", Metric: &release.Metric{Namespace: "Shop", Name: "Declinde"}}}
	client := &Client{api: &fake{data: map[string]map[time.Time]float64{"Declined 1 SampleCount": {noon: 0}}}}
	got, err := client.Measured(t.Context(), []Query{declined, misspelt}, noon, noon.Add(24*time.Hour))
	if diff := cmp.Diff([]bool{true, false}, got); err != nil || diff != "" {
		t.Errorf("measured (-want +got):\n%s (%v)", diff, err)
	}
}

// After a promotion what Lambda counts is asked for by the alias, and what the
// function writes by its version.
func TestCountsOfAWholeAlias(t *testing.T) {
	f := &fake{status: types.StatusCodeComplete, data: map[string]map[time.Time]float64{
		"Invocations  Sum": {minute(0): 10}, "Errors  Sum": {minute(0): 1}, "Declined 2 Sum": {minute(0): 2},
		"Invocations 2 Sum": {minute(0): 99}, "Errors 2 Sum": {minute(0): 99}, "Declined  Sum": {minute(0): 99},
	}}
	declined := release.Signal{Name: "declined", Metric: &release.Metric{Namespace: "Shop", Name: "Declined"}}
	got, err := (&Client{api: f}).Counts(t.Context(), []Query{
		{Target: orders, Version: "2", Signal: release.Signal{Name: release.SignalErrors}, Alone: true}, {Target: orders, Version: "2", Signal: declined, Alone: true},
	}, minute(0), minute(1))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Series{{minute(0): {Requests: 10, Events: 1}}, {minute(0): {Requests: 10, Events: 2}}}, got); diff != "" {
		t.Error(diff)
	}
}
