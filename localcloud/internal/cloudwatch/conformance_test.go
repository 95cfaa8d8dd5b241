package cloudwatch_test

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudwatch"
	"weir/localcloud/internal/wire"
)

var (
	env   = api.Env{Partition: "aws", Account: "111111111111", Region: "us-east-1"}
	start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// client is the SDK's own, on an endpoint of the local cloud.
func client(t *testing.T, service *cloudwatch.Service) *sdk.Client {
	t.Helper()
	bus := api.NewBus()
	bus.Register(service.API())
	operator := func(string) (api.Caller, error) { return api.Operator(env), nil }
	server := httptest.NewServer(wire.New(bus, operator, slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	return sdk.New(sdk.Options{Region: env.Region, BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", "")})
}

func recorded(t *testing.T) map[string]map[string]json.RawMessage {
	t.Helper()
	text, err := os.ReadFile("testdata/recorded/cloudwatch-metric-data.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		Content map[string]json.RawMessage `json:"recorded-content"`
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	byName := map[string]map[string]json.RawMessage{}
	for name, c := range cases {
		byName[name[strings.LastIndex(name, "::")+2:]] = c.Content
	}
	return byName
}

func TestConformance(t *testing.T) {
	passed, total := 0, 0
	for name, steps := range recorded(t) {
		total++
		ok := t.Run(name, func(t *testing.T) {
			switch {
			case strings.HasPrefix(name, "test_get_metric_data_stats["):
				statistic := strings.TrimSuffix(name[strings.LastIndex(name, "-")+1:], "]")
				replayMetricData(t, statistic, steps["get_metric_data"])
			case strings.HasPrefix(name, "test_describe_minimal_metric_alarm["):
				replayMinimalAlarm(t, steps["describe_minimal_metric_alarm"])
			default:
				t.Errorf("no replay for %s", name)
			}
		})
		if ok {
			passed++
		}
	}
	t.Logf("conformance of metrics and alarms: passed %d of %d", passed, total)
}

// replayMetricData puts the eleven values 1 to 11 that the recording was made
// with, and asks for one statistic.
func replayMetricData(t *testing.T, statistic string, answer json.RawMessage) {
	var want struct {
		Messages          []types.MessageData
		MetricDataResults []struct {
			ID, Label, StatusCode string
			Values                []float64
		}
	}
	if err := json.Unmarshal(answer, &want); err != nil {
		t.Fatal(err)
	}
	c := clock.Stepped(start)
	cw := client(t, cloudwatch.New(cloudwatch.Options{Env: env, Clock: c, Bus: &told{}, Log: slog.New(slog.DiscardHandler)}))
	for value := range 11 {
		_, err := cw.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("ns"), MetricData: []types.MetricDatum{
			{MetricName: aws.String("metric1"), Value: aws.Float64(float64(value + 1)), Unit: types.StandardUnitSeconds, Timestamp: aws.Time(start)}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	c.Advance(time.Minute)
	got, err := cw.GetMetricData(t.Context(), &sdk.GetMetricDataInput{StartTime: aws.Time(start.Add(-time.Hour)), EndTime: aws.Time(start.Add(time.Hour)),
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("result1"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String("ns"), MetricName: aws.String("metric1")}, Period: aws.Int32(60), Stat: &statistic}}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.MetricDataResults) != len(want.MetricDataResults) || len(got.Messages) != len(want.Messages) {
		t.Fatalf("answer %+v, want %+v", got, want)
	}
	for i, result := range got.MetricDataResults {
		w := want.MetricDataResults[i]
		if *result.Id != w.ID || *result.Label != w.Label || string(result.StatusCode) != w.StatusCode || !reflect.DeepEqual(result.Values, w.Values) ||
			len(result.Timestamps) != len(w.Values) {
			t.Errorf("result %s %s %s %v, want %+v", *result.Id, *result.Label, result.StatusCode, result.Values, w)
		}
	}
}

// replayMinimalAlarm compares every member that AWS answered.
func replayMinimalAlarm(t *testing.T, answer json.RawMessage) {
	d := newDesk(t)
	_, err := d.cw.PutMetricAlarm(t.Context(), &sdk.PutMetricAlarmInput{AlarmName: aws.String("a"), MetricName: aws.String("m"), Namespace: aws.String("n"),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, EvaluationPeriods: aws.Int32(1), Period: aws.Int32(10),
		Statistic: types.StatisticSum, Threshold: aws.Float64(30)})
	if err != nil {
		t.Fatal(err)
	}
	// The recording is of the JSON protocol, and the SDK speaks CBOR, where it
	// cannot tell an empty list from none.
	_, _, answered := d.post("application/x-amz-json-1.0", "DescribeAlarms", `{"AlarmNames":["a"]}`)
	var described struct {
		MetricAlarms    []map[string]any
		CompositeAlarms []any
	}
	if err := json.Unmarshal([]byte(answered), &described); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("<partition>", "aws", "<region>", env.Region, "<alarm-name:1>", "a", "<metric-name:1>", "m", "<namespace:1>", "n").Replace(string(answer))
	var want struct {
		MetricAlarms    []map[string]any
		CompositeAlarms []any
	}
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Fatal(err)
	}
	if len(described.MetricAlarms) != 1 || described.CompositeAlarms == nil {
		t.Fatalf("answer %+v", described)
	}
	got := described.MetricAlarms[0]
	for name := range got {
		if _, ok := want.MetricAlarms[0][name]; !ok {
			t.Errorf("AWS answers no %s", name)
		}
	}
	for name, value := range want.MetricAlarms[0] {
		if value == "timestamp" {
			if got[name] == nil {
				t.Errorf("%s is missing", name)
			}
			continue
		}
		if !reflect.DeepEqual(got[name], value) {
			t.Errorf("%s = %v, want %v", name, got[name], value)
		}
	}
}
