package cloudwatch_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudwatch"
)

func lagging(t *testing.T, delay time.Duration, lags ...cloudwatch.Lag) (*cloudwatch.Service, *desk) {
	d := &desk{told: &told{}, t: t, clock: clock.Stepped(start)}
	service := cloudwatch.New(cloudwatch.Options{Env: env, Clock: d.clock, Bus: d.told, Log: slog.New(slog.DiscardHandler), Delay: delay, Lags: lags})
	d.cw = client(t, service)
	return service, d
}

// invoked counts one request of a version that began at a time.
func invoked(service *cloudwatch.Service, version string, at time.Time) {
	service.Record(api.Datum{Namespace: "AWS/Lambda", Name: "Invocations", Unit: "Count", Value: 1, Time: at, Dimensions: []api.Dimension{
		{Name: "FunctionName", Value: "f"}, {Name: "Resource", Value: "f:prod"}, {Name: "ExecutedVersion", Value: version}}})
}

// seen is how many requests of a version can be read of the minutes from start.
func (d *desk) seen(version string, minutes int) float64 {
	d.t.Helper()
	in := ask(stat("m", version))
	in.EndTime = aws.Time(start.Add(time.Duration(minutes) * time.Minute))
	got, err := d.cw.GetMetricData(d.t.Context(), in)
	if err != nil {
		d.t.Fatal(err)
	}
	total := 0.0
	for _, value := range got.MetricDataResults[0].Values {
		total += value
	}
	return total
}

func TestWithoutDelayNothingIsHidden(t *testing.T) {
	service, d := lagging(t, 0)
	invoked(service, "1", start)
	if got := d.seen("1", 1); got != 1 {
		t.Errorf("%v requests are seen at once, want 1", got)
	}
	invoked(service, "1", start.Add(time.Hour)) // stamped with a time to come
	if got := d.seen("1", 61); got != 2 {
		t.Errorf("%v requests are seen with one of the next hour, want 2", got)
	}
}

// A datum is stamped with the start of its request and comes at its end: what
// looks at its minute before that sees a part.
func TestALongRequestComesLate(t *testing.T) {
	service, d := lagging(t, 2*time.Minute)
	invoked(service, "1", start)
	d.clock.Advance(2 * time.Minute)
	if got := d.seen("1", 1); got != 1 {
		t.Errorf("%v requests are seen after the delay, want 1", got)
	}
	d.clock.Advance(8 * time.Minute)
	invoked(service, "1", start.Add(time.Second)) // took ten minutes
	if got := d.seen("1", 1); got != 1 {
		t.Errorf("%v requests are seen as the long one ends, want 1", got)
	}
	d.clock.Advance(2 * time.Minute)
	if got := d.seen("1", 1); got != 2 {
		t.Errorf("%v requests are seen two minutes after it, want 2", got)
	}
}

func TestOneVersionsDataComeLaterThanAnothers(t *testing.T) {
	late := cloudwatch.Lag{Dimensions: []api.Dimension{{Name: "FunctionName", Value: "f"}, {Name: "ExecutedVersion", Value: "2"}}, By: 5 * time.Minute}
	service, d := lagging(t, time.Minute, late)
	for range 60 {
		invoked(service, "1", d.clock.Now())
		invoked(service, "2", d.clock.Now())
		d.clock.Advance(time.Second)
	}
	d.clock.Advance(time.Minute)
	if one, two := d.seen("1", 1), d.seen("2", 1); one != 60 || two != 0 {
		t.Errorf("%v requests of version 1 and %v of 2 after two minutes, want 60 and 0", one, two)
	}
	d.clock.Advance(3*time.Minute + 30*time.Second)
	if got := d.seen("2", 1); got != 30 && got != 31 {
		t.Errorf("%v requests of version 2 after five and a half minutes, want half of them", got)
	}
	late.By = 0
	service.SetLag(late)
	invoked(service, "2", d.clock.Now())
	if got := d.seen("2", 10); got < 31 {
		t.Errorf("%v requests, want the last one at once", got)
	}
}

// The data of a metric without high resolution are those of their minute: an
// alarm of ten seconds finds them at its start.
// recorded: test_set_alarm of LocalStack's test_cloudwatch.py
func TestAnAlarmOfTenSecondsSeesDataOfAMinute(t *testing.T) {
	d := newDesk(t)
	d.alarm(func(in *sdk.PutMetricAlarmInput) { in.EvaluationPeriods, in.Unit = aws.Int32(1), "" })
	d.clock.Advance(12 * time.Second)
	d.put(types.MetricDatum{MetricName: aws.String("my-metric101"), Value: aws.Float64(21),
		Dimensions: []types.Dimension{{Name: aws.String("InstanceId"), Value: aws.String("abc")}}})
	d.clock.Advance(20 * time.Second)
	if got := d.described(); got.StateValue != types.StateValueAlarm {
		t.Errorf("%s: %s, want ALARM", got.StateValue, *got.StateReason)
	}
}
