package acceptance_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// alarm makes an alarm on a metric of its own name.
func (w *world) alarm(name string) {
	w.t.Helper()
	if _, err := w.metrics.PutMetricAlarm(w.t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("Shop"), MetricName: &name, Statistic: types.StatisticSum, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), TreatMissingData: aws.String("notBreaching"),
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold}); err != nil {
		w.t.Fatal(err)
	}
}

// fire has an alarm's metric breach from now on.
func (w *world) fire(name string) {
	var minute func()
	minute = func() {
		if w.t.Context().Err() != nil {
			return
		}
		w.clock.AfterFunc(time.Minute, minute)
		if _, err := w.metrics.PutMetricData(w.t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"),
			MetricData: []types.MetricDatum{{MetricName: &name, Value: aws.Float64(5)}}}); err != nil {
			w.t.Errorf("put metric data: %v", err)
		}
	}
	w.clock.AfterFunc(time.Second, minute)
}

func (w *world) firing(name string) bool {
	w.t.Helper()
	out, err := w.metrics.DescribeAlarms(w.t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil || len(out.MetricAlarms) != 1 {
		w.t.Fatalf("alarm %s: %v", name, err)
	}
	return out.MetricAlarms[0].StateValue == types.StateValueAlarm
}

const guarded = `{"target": {"function": "FUNCTION"}, "alarms": ["checkout"], "watch": "5m", "judge": {"inconclusive": "advance"},
  "strategy": {"steps": [{"weight": 50, "bake": "10m"}]}}`

func TestAlarmThatFiresRollsBack(t *testing.T) {
	w := newWorld(t)
	w.traffic(60)
	w.alarm("checkout")
	w.deploy(assemblies.changed)
	execution := w.start(guarded)
	w.reach(execution, "Judge")
	w.clock.Advance(5 * time.Minute)
	w.fire("checkout")
	e := w.await(execution)
	w.failed(e, "Release.AlarmFired", "checkout", "at 50 %", "prod serves version 1 whole")
	w.wantProd("1")
	if steps := e.record(t).Steps; len(steps) != 1 || steps[0].Candidate.Requests == 0 || len(steps[0].Evidence) == 0 {
		t.Errorf("the record has lost what was counted before the alarm: %+v", steps)
	}
}

func TestAlarmThatFiresInTheWatchRollsBack(t *testing.T) {
	w := newWorld(t)
	w.alarm("checkout")
	w.deploy(assemblies.changed)
	execution := w.start(guarded)
	w.reach(execution, "Watch")
	w.fire("checkout")
	w.failed(w.await(execution), "Release.AlarmFired", "at 100 %", "prod serves version 1 whole")
	w.wantProd("1")
}

// An alarm that fires already says nothing of the candidate, which may be what
// mends it.
func TestAlarmThatFiredBeforeIsLeftOut(t *testing.T) {
	w := newWorld(t)
	w.alarm("checkout")
	w.deploy(assemblies.changed)
	w.fire("checkout")
	w.until(time.Hour, "the alarm fired", func() bool { return w.firing("checkout") })
	e := w.run(`{"target": {"function": "FUNCTION"}, "alarms": ["checkout"], "dryRun": true}`)
	w.succeeded(e)
	if !contains(e.output, "alarm checkout fires already and is left out of judgement") {
		t.Errorf("the plan does not tell of the alarm: %s", e.output)
	}
	w.succeeded(w.run(guarded))
	w.wantProd("2")
}
