package cloudwatch_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudwatch"
)

// told notes the calls that CloudWatch makes.
type told struct {
	mu        sync.Mutex
	events    []string // changes of state
	published []string // subjects
	messages  []string
	invoked   []string
}

func (l *told) Call(_ context.Context, _ api.Caller, _, _ string, in any) (any, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch in := in.(type) {
	case *eventbridge.PutEventsInput:
		l.events = append(l.events, *in.Entries[0].Detail)
	case *sns.PublishInput:
		l.published = append(l.published, *in.Subject)
		l.messages = append(l.messages, *in.Message)
	case *lambda.InvokeInput:
		l.invoked = append(l.invoked, string(in.Payload))
	}
	return nil, nil
}

func TestAnAlarmTellsOfEachChange(t *testing.T) {
	c, calls := clock.Stepped(start), &told{}
	service := cloudwatch.New(cloudwatch.Options{Env: env, Clock: c, Bus: calls, Log: slog.New(slog.DiscardHandler), Delay: 2 * time.Minute})
	cw := client(t, service)
	put := &sdk.PutMetricAlarmInput{AlarmName: aws.String("errors"), MetricName: aws.String("Errors"), Namespace: aws.String("AWS/Lambda"),
		Dimensions:         []types.Dimension{{Name: aws.String("FunctionName"), Value: aws.String("f")}},
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, EvaluationPeriods: aws.Int32(1), Period: aws.Int32(60),
		Statistic: types.StatisticSum, Threshold: aws.Float64(1), TreatMissingData: aws.String("notBreaching"), AlarmActions: []string{"arn:aws:sns:us-east-1:111111111111:t"}}
	if _, err := cw.PutMetricAlarm(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	c.Advance(5 * time.Minute)
	datum := api.Datum{Namespace: "AWS/Lambda", Name: "Errors", Dimensions: []api.Dimension{{Name: "FunctionName", Value: "f"}}, Value: 3, Time: c.Now()}
	service.Record(datum)
	datum.Dimensions = append(datum.Dimensions, api.Dimension{Name: "Resource", Value: "f:live"})
	datum.Value = 100
	service.Record(datum) // another metric: dimension sets are exact
	c.Advance(10 * time.Minute)

	history, err := cw.DescribeAlarmHistory(t.Context(), &sdk.DescribeAlarmHistoryInput{AlarmName: aws.String("errors"), HistoryItemType: types.HistoryItemTypeStateUpdate, ScanBy: types.ScanByTimestampAscending})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Alarm updated from INSUFFICIENT_DATA to OK", "Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"}
	for i, item := range history.AlarmHistoryItems {
		if i >= len(want) || *item.HistorySummary != want[i] {
			t.Errorf("history %d = %s", i, *item.HistorySummary)
		}
	}
	if len(history.AlarmHistoryItems) != 3 || len(calls.events) != 3 || len(calls.published) != 1 {
		t.Fatalf("%d items, events %v, published %v", len(history.AlarmHistoryItems), calls.events, calls.published)
	}
	var detail struct {
		State, PreviousState struct{ Value, Reason string }
	}
	if err := json.Unmarshal([]byte(calls.events[1]), &detail); err != nil {
		t.Fatal(err)
	}
	reason := "Threshold Crossed: 1 datapoint [3.0 (01/01/26 00:05:00)] was greater than the threshold (1.0)."
	if detail.State.Value != "ALARM" || detail.PreviousState.Value != "OK" || detail.State.Reason != reason {
		t.Errorf("detail = %+v", detail)
	}
	if calls.published[0] != `ALARM: "errors" in us-east-1` {
		t.Errorf("subject = %s", calls.published[0])
	}
}

func TestDisabledActionsChangeTheStateOnly(t *testing.T) {
	calls := &told{}
	cw := client(t, cloudwatch.New(cloudwatch.Options{Env: env, Clock: clock.Stepped(start), Bus: calls, Log: slog.New(slog.DiscardHandler)}))
	if _, err := cw.PutCompositeAlarm(t.Context(), &sdk.PutCompositeAlarmInput{AlarmName: aws.String("any"), AlarmRule: aws.String("FALSE"),
		AlarmActions: []string{"arn:aws:sns:us-east-1:111111111111:t"}, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("x")}}}); err != nil {
		t.Fatal(err)
	}
	set := func(state types.StateValue) {
		if _, err := cw.SetAlarmState(t.Context(), &sdk.SetAlarmStateInput{AlarmName: aws.String("any"), StateValue: state, StateReason: aws.String("test")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := cw.DisableAlarmActions(t.Context(), &sdk.DisableAlarmActionsInput{AlarmNames: []string{"any"}}); err != nil {
		t.Fatal(err)
	}
	set(types.StateValueAlarm)
	if len(calls.published) != 0 || len(calls.events) != 1 {
		t.Errorf("published %v, events %d", calls.published, len(calls.events))
	}
	if _, err := cw.EnableAlarmActions(t.Context(), &sdk.EnableAlarmActionsInput{AlarmNames: []string{"any"}}); err != nil {
		t.Fatal(err)
	}
	set(types.StateValueOk)
	set(types.StateValueAlarm)
	if len(calls.published) != 1 {
		t.Errorf("published %v", calls.published)
	}
	tags, err := cw.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceARN: aws.String(env.ARN("cloudwatch", "alarm:any"))})
	if err != nil || len(tags.Tags) != 1 || *tags.Tags[0].Value != "x" {
		t.Errorf("tags %v, %v", tags, err)
	}
}

func TestAStatisticSetKeepsItsStatistics(t *testing.T) {
	c := clock.Stepped(start)
	cw := client(t, cloudwatch.New(cloudwatch.Options{Env: env, Clock: c, Bus: &told{}, Log: slog.New(slog.DiscardHandler)}))
	if _, err := cw.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("N"), MetricData: []types.MetricDatum{{MetricName: aws.String("m"),
		StatisticValues: &types.StatisticSet{SampleCount: aws.Float64(5), Sum: aws.Float64(20), Minimum: aws.Float64(1), Maximum: aws.Float64(10)}}}}); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Minute)
	got, err := cw.GetMetricStatistics(t.Context(), &sdk.GetMetricStatisticsInput{Namespace: aws.String("N"), MetricName: aws.String("m"), Period: aws.Int32(60),
		StartTime: aws.Time(start), EndTime: aws.Time(start.Add(time.Minute)),
		Statistics: []types.Statistic{types.StatisticSum, types.StatisticAverage, types.StatisticMinimum, types.StatisticMaximum, types.StatisticSampleCount}})
	if err != nil || len(got.Datapoints) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	d := got.Datapoints[0]
	if *d.Sum != 20 || *d.Average != 4 || *d.Minimum != 1 || *d.Maximum != 10 || *d.SampleCount != 5 {
		t.Errorf("datapoint %+v", d)
	}
}
