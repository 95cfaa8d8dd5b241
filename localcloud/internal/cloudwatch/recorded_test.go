package cloudwatch_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudwatch"
)

// The answers and messages here were recorded from AWS by the authors of
// LocalStack: tests/aws/services/cloudwatch/test_cloudwatch.snapshot.json and
// test_cloudwatch_metrics.snapshot.json in its repository, in the test that a
// case names. Times are written as "date" there and here. AWS writes the region of
// a message as the console shows it ("US East (N. Virginia)"), the local cloud
// writes its code.

var times = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000`)

// same compares JSON, with all times equal.
func same(t *testing.T, what, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(times.ReplaceAllString(got, "date")), &g); err != nil {
		t.Fatalf("%s: %v in %q", what, err, got)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%s: %v in %q", what, err, want)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%s is\n%s\nand is recorded as\n%s", what, got, want)
	}
}

// desk is a service whose actions are written down.
type desk struct {
	*told
	t     *testing.T
	clock *clock.Clock
	cw    *sdk.Client
}

func newDesk(t *testing.T) *desk {
	d := &desk{told: &told{}, t: t, clock: clock.Stepped(start)}
	d.cw = client(t, cloudwatch.New(cloudwatch.Options{Env: env, Clock: d.clock, Bus: d.told, Log: slog.New(slog.DiscardHandler)}))
	return d
}

const topic = "arn:aws:sns:us-east-1:111111111111:topic"

// alarm is the one of the recordings, changed.
func (d *desk) alarm(change func(*sdk.PutMetricAlarmInput)) {
	d.t.Helper()
	in := &sdk.PutMetricAlarmInput{AlarmName: aws.String("a"), AlarmDescription: aws.String("testing cloudwatch alarms"), MetricName: aws.String("my-metric101"),
		Namespace: aws.String("n"), Period: aws.Int32(10), Threshold: aws.Float64(2), Dimensions: []types.Dimension{{Name: aws.String("InstanceId"), Value: aws.String("abc")}},
		Unit: types.StandardUnitSeconds, Statistic: types.StatisticAverage, OKActions: []string{topic}, AlarmActions: []string{topic},
		EvaluationPeriods: aws.Int32(2), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, TreatMissingData: aws.String("ignore")}
	change(in)
	if _, err := d.cw.PutMetricAlarm(d.t.Context(), in); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) set(name string, state types.StateValue, reason string) {
	d.t.Helper()
	if _, err := d.cw.SetAlarmState(d.t.Context(), &sdk.SetAlarmStateInput{AlarmName: &name, StateValue: state, StateReason: &reason}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) described() types.MetricAlarm {
	d.t.Helper()
	out, err := d.cw.DescribeAlarms(d.t.Context(), &sdk.DescribeAlarmsInput{AlarmNames: []string{"a"}})
	if err != nil || len(out.MetricAlarms) != 1 {
		d.t.Fatalf("%v, %v", out, err)
	}
	return out.MetricAlarms[0]
}

// test_enable_disable_alarm_actions
func TestAnAlarmsMessageIsAsRecorded(t *testing.T) {
	d := newDesk(t)
	d.alarm(func(*sdk.PutMetricAlarmInput) {})
	d.set("a", types.StateValueAlarm, "testing alarm")
	if len(d.messages) != 1 {
		t.Fatalf("%d messages", len(d.messages))
	}
	same(t, "the message", d.messages[0], `{"AWSAccountId":"111111111111","AlarmActions":["`+topic+`"],"AlarmArn":"arn:aws:cloudwatch:us-east-1:111111111111:alarm:a",
		"AlarmConfigurationUpdatedTimestamp":"date","AlarmDescription":"testing cloudwatch alarms","AlarmName":"a","InsufficientDataActions":[],
		"NewStateReason":"testing alarm","NewStateValue":"ALARM","OKActions":["`+topic+`"],"OldStateValue":"INSUFFICIENT_DATA","Region":"us-east-1",
		"StateChangeTime":"date","Trigger":{"ComparisonOperator":"GreaterThanThreshold","Dimensions":[{"name":"InstanceId","value":"abc"}],
		"EvaluateLowSampleCountPercentile":"","EvaluationPeriods":2,"MetricName":"my-metric101","Namespace":"n","Period":10,"Statistic":"AVERAGE",
		"StatisticType":"Statistic","Threshold":2.0,"TreatMissingData":"ignore","Unit":"Seconds"}}`)
	if !strings.Contains(d.messages[0], `"Threshold":2.0`) {
		t.Error("a whole threshold is written without its decimal")
	}
}

// test_alarm_number_of_messages_sent
func TestATriggerWithoutUnitIsAsRecorded(t *testing.T) {
	d := newDesk(t)
	d.alarm(func(in *sdk.PutMetricAlarmInput) { in.Unit, in.Statistic = "", types.StatisticSampleCount })
	d.set("a", types.StateValueAlarm, "testing alarm")
	for _, want := range []string{`"Unit":null`, `"Statistic":"SAMPLE_COUNT"`} {
		if !strings.Contains(d.messages[0], want) {
			t.Errorf("no %s in %s", want, d.messages[0])
		}
	}
}

// test_alarm_lambda_target
func TestAFunctionIsToldAsRecorded(t *testing.T) {
	d := newDesk(t)
	d.alarm(func(in *sdk.PutMetricAlarmInput) {
		in.AlarmActions, in.Unit, in.Dimensions = []string{"arn:aws:lambda:us-east-1:111111111111:function:f"}, "", nil
	})
	d.set("a", types.StateValueAlarm, "testing alarm")
	if len(d.invoked) != 1 {
		t.Fatalf("%d invocations", len(d.invoked))
	}
	ids := regexp.MustCompile(`"id":"[0-9a-f-]{36}"`)
	data := `"alarmName":"a","state":{"value":"ALARM","reason":"testing alarm","timestamp":"date"},
		"previousState":{"value":"INSUFFICIENT_DATA","reason":"Unchecked: Initial alarm creation","timestamp":"date"},
		"configuration":{"description":"testing cloudwatch alarms","metrics":[{"id":"uuid","metricStat":{"metric":{"namespace":"n","name":"my-metric101","dimensions":{}},
		"period":10,"stat":"Average"},"returnData":true}]}`
	same(t, "the event", ids.ReplaceAllString(d.invoked[0], `"id":"uuid"`), `{"source":"aws.cloudwatch","alarmArn":"arn:aws:cloudwatch:us-east-1:111111111111:alarm:a",
		"accountId":"111111111111","time":"date","region":"us-east-1","alarmData":{`+data+`}}`)
	same(t, "the detail on the bus", ids.ReplaceAllString(d.events[0], `"id":"uuid"`), "{"+data+"}")
}

// test_breaching_alarm_actions and test_put_metric_alarm. The reasons of alarms
// that state how many datapoints they want are as AWS documents them.
func TestReasonsAreAsRecorded(t *testing.T) {
	data := func(rest string) string {
		return `{"version":"1.0","queryDate":"date",` + rest + `}`
	}
	none := `"unit":"Seconds","statistic":"Average","period":60,"recentDatapoints":[],"threshold":2.0,"evaluatedDatapoints":[%s]`
	tests := map[string]struct {
		treat          string
		periods, least int32
		values         map[int]float64 // by the minute
		state          types.StateValue
		reason, data   string
	}{
		"missing is breaching": {"breaching", 2, 0, nil, "ALARM",
			"Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].",
			data(fmt.Sprintf(none, `{"timestamp":"date"},{"timestamp":"date"}`))},
		"missing is not breaching": {"notBreaching", 1, 0, nil, "OK",
			"Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
			data(fmt.Sprintf(none, `{"timestamp":"date"}`))},
		"missing is unknown": {"missing", 1, 0, nil, "INSUFFICIENT_DATA", "Insufficient Data: 1 datapoint was unknown.", data(fmt.Sprintf(none, `{"timestamp":"date"}`))},
		"one above": {"ignore", 1, 0, map[int]float64{0: 21.5}, "ALARM",
			"Threshold Crossed: 1 datapoint [21.5 (01/01/26 00:00:00)] was greater than the threshold (2.0).",
			data(`"startDate":"date","unit":"Seconds","statistic":"Average","period":60,"recentDatapoints":[21.5],"threshold":2.0,
				"evaluatedDatapoints":[{"timestamp":"date","sampleCount":2.0,"value":21.5}]`)},
		"two above": {"ignore", 2, 0, map[int]float64{0: 4, 1: 3}, "ALARM",
			"Threshold Crossed: 2 datapoints [3.0 (01/01/26 00:01:00), 4.0 (01/01/26 00:00:00)] were greater than the threshold (2.0).",
			data(`"startDate":"date","unit":"Seconds","statistic":"Average","period":60,"recentDatapoints":[4.0,3.0],"threshold":2.0,
				"evaluatedDatapoints":[{"timestamp":"date","sampleCount":2.0,"value":3.0},{"timestamp":"date","sampleCount":2.0,"value":4.0}]`)},
		"one of three": {"notBreaching", 3, 1, map[int]float64{0: 613}, "ALARM",
			"Threshold Crossed: 1 out of the last 3 datapoints [613.0 (01/01/26 00:00:00)] was greater than the threshold (2.0) and 2 missing datapoints were treated as [NonBreaching] (minimum 1 datapoint for OK -> ALARM transition).",
			data(`"startDate":"date","unit":"Seconds","statistic":"Average","period":60,"recentDatapoints":[613.0],"threshold":2.0,
				"evaluatedDatapoints":[{"timestamp":"date"},{"timestamp":"date"},{"timestamp":"date","sampleCount":2.0,"value":613.0}]`)},
		"two of three below": {"missing", 3, 2, map[int]float64{0: 1, 1: 2, 2: 5}, "OK",
			"Threshold Crossed: 2 out of the last 3 datapoints [2.0 (01/01/26 00:01:00), 1.0 (01/01/26 00:00:00)] were not greater than the threshold (2.0) (minimum 2 datapoints for ALARM -> OK transition).",
			data(`"startDate":"date","unit":"Seconds","statistic":"Average","period":60,"recentDatapoints":[1.0,2.0,5.0],"threshold":2.0,"evaluatedDatapoints":[
				{"timestamp":"date","sampleCount":2.0,"value":5.0},{"timestamp":"date","sampleCount":2.0,"value":2.0},{"timestamp":"date","sampleCount":2.0,"value":1.0}]`)},
		"one of three below is enough": {"missing", 3, 3, map[int]float64{0: 3, 1: 4, 2: 0}, "OK",
			"Threshold Crossed: 1 out of the last 3 datapoints [0.0 (01/01/26 00:02:00)] was not greater than the threshold (2.0) (minimum 1 datapoint for ALARM -> OK transition).",
			data(`"startDate":"date","unit":"Seconds","statistic":"Average","period":60,"recentDatapoints":[3.0,4.0,0.0],"threshold":2.0,"evaluatedDatapoints":[
				{"timestamp":"date","sampleCount":2.0,"value":0.0},{"timestamp":"date","sampleCount":2.0,"value":4.0},{"timestamp":"date","sampleCount":2.0,"value":3.0}]`)},
		"one below, the rest missing": {"breaching", 2, 0, map[int]float64{0: 2}, "OK",
			"Threshold Crossed: 1 datapoint [2.0 (01/01/26 00:00:00)] was not greater than the threshold (2.0) and 1 missing datapoint was treated as [Breaching].",
			data(`"startDate":"date","unit":"Seconds","statistic":"Average","period":60,"recentDatapoints":[2.0],"threshold":2.0,
				"evaluatedDatapoints":[{"timestamp":"date"},{"timestamp":"date","sampleCount":2.0,"value":2.0}]`)},
		"missing decides": {"breaching", 2, 1, map[int]float64{0: 2}, "ALARM",
			"Threshold Crossed: 1 datapoint was received for 2 periods and 1 missing datapoint was treated as [Breaching].",
			data(`"startDate":"date","unit":"Seconds","statistic":"Average","period":60,"recentDatapoints":[2.0],"threshold":2.0,
				"evaluatedDatapoints":[{"timestamp":"date"},{"timestamp":"date","sampleCount":2.0,"value":2.0}]`)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.clock.Advance(time.Duration(test.periods-1) * time.Minute)
			d.alarm(func(in *sdk.PutMetricAlarmInput) {
				in.Period, in.EvaluationPeriods, in.TreatMissingData = aws.Int32(60), &test.periods, &test.treat
				if test.least > 0 {
					in.DatapointsToAlarm = &test.least
				}
			})
			for minute, value := range test.values {
				at := start.Add(time.Duration(minute) * time.Minute)
				d.put(types.MetricDatum{MetricName: aws.String("my-metric101"), Unit: types.StandardUnitSeconds, Timestamp: &at,
					Dimensions: []types.Dimension{{Name: aws.String("InstanceId"), Value: aws.String("abc")}}, Values: []float64{value - 0.5, value + 0.5}})
			}
			d.clock.Advance(time.Minute)
			got := d.described()
			if got.StateValue != test.state || *got.StateReason != test.reason {
				t.Errorf("%s: %s\nwant %s: %s", got.StateValue, *got.StateReason, test.state, test.reason)
			}
			same(t, "the data", aws.ToString(got.StateReasonData), test.data)
		})
	}
}

// Users of AWS were told these reasons: of 5 datapoints, and of 30 out of 30.
func TestAReasonListsFiveDatapoints(t *testing.T) {
	for want, alarm := range map[string]struct {
		periods int32
		least   *int32
	}{
		"Threshold Crossed: 5 datapoints were greater than the threshold (2.0). The most recent datapoints which crossed the threshold: [3.0 (01/01/26 00:04:00), " +
			"3.0 (01/01/26 00:03:00), 3.0 (01/01/26 00:02:00), 3.0 (01/01/26 00:01:00), 3.0 (01/01/26 00:00:00)].": {5, nil},
		"Threshold Crossed: 7 out of the last 7 datapoints were greater than the threshold (2.0). The most recent datapoints which crossed the threshold: [3.0 (01/01/26 00:06:00), " +
			"3.0 (01/01/26 00:05:00), 3.0 (01/01/26 00:04:00), 3.0 (01/01/26 00:03:00), 3.0 (01/01/26 00:02:00)] (minimum 7 datapoints for OK -> ALARM transition).": {7, aws.Int32(7)},
	} {
		d := newDesk(t)
		d.alarm(func(in *sdk.PutMetricAlarmInput) {
			in.Period, in.EvaluationPeriods, in.DatapointsToAlarm = aws.Int32(60), &alarm.periods, alarm.least
		})
		for range alarm.periods {
			d.put(types.MetricDatum{MetricName: aws.String("my-metric101"), Unit: types.StandardUnitSeconds, Value: aws.Float64(3),
				Dimensions: []types.Dimension{{Name: aws.String("InstanceId"), Value: aws.String("abc")}}})
			d.clock.Advance(time.Minute)
		}
		if got := *d.described().StateReason; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

func (d *desk) put(data ...types.MetricDatum) {
	d.t.Helper()
	if _, err := d.cw.PutMetricData(d.t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("n"), MetricData: data}); err != nil {
		d.t.Fatal(err)
	}
}

// test_put_metric_alarm; the item of the action as the console shows it.
func TestHistoryIsAsRecorded(t *testing.T) {
	d := newDesk(t)
	d.alarm(func(in *sdk.PutMetricAlarmInput) {
		in.EvaluationPeriods, in.TreatMissingData = aws.Int32(1), aws.String("breaching")
	})
	d.clock.Advance(10 * time.Second)
	d.set("a", types.StateValueOk, "testing")
	history := func(kind types.HistoryItemType) []types.AlarmHistoryItem {
		out, err := d.cw.DescribeAlarmHistory(t.Context(), &sdk.DescribeAlarmHistoryInput{AlarmName: aws.String("a"), HistoryItemType: kind})
		if err != nil {
			t.Fatal(err)
		}
		return out.AlarmHistoryItems
	}
	items := history(types.HistoryItemTypeStateUpdate)
	if len(items) != 2 || *items[1].HistorySummary != "Alarm updated from INSUFFICIENT_DATA to ALARM" {
		t.Fatalf("history %+v", items)
	}
	reason := "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching]."
	alarmed := `{"stateValue":"ALARM","stateReason":"` + reason + `","stateReasonData":{"version":"1.0","queryDate":"date","unit":"Seconds","statistic":"Average",
		"period":10,"recentDatapoints":[],"threshold":2.0,"evaluatedDatapoints":[{"timestamp":"date"}]}}`
	same(t, "the change", *items[1].HistoryData, `{"version":"1.0","oldState":{"stateValue":"INSUFFICIENT_DATA","stateReason":"Unchecked: Initial alarm creation"},"newState":`+alarmed+`}`)
	same(t, "the next change", *items[0].HistoryData, `{"version":"1.0","oldState":`+alarmed+`,"newState":{"stateValue":"OK","stateReason":"testing"}}`)
	if acts := history(types.HistoryItemTypeAction); len(acts) != 2 || *acts[0].HistorySummary != "Successfully executed action "+topic {
		t.Errorf("actions %+v", acts)
	}
}

// test_set_alarm_invalid_input
func TestStatesThatCannotBeSet(t *testing.T) {
	d := newDesk(t)
	d.alarm(func(*sdk.PutMetricAlarmInput) {})
	for want, in := range map[string]*sdk.SetAlarmStateInput{
		"ValidationError: 1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]": {AlarmName: aws.String("a"), StateValue: "INVALID"},
		"ResourceNotFound: ": {AlarmName: aws.String("b"), StateValue: types.StateValueOk},
		"InvalidFormat: StateReasonData was not syntactically valid JSON": {AlarmName: aws.String("a"), StateValue: types.StateValueOk, StateReasonData: aws.String("{")},
	} {
		in.StateReason = aws.String("test")
		_, err := d.cw.SetAlarmState(t.Context(), in)
		if got := message(err); got != want {
			t.Errorf("error %q, want %q", got, want)
		}
	}
}
