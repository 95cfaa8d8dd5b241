package cloudwatch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// queries are n metrics and m expressions, of which the last returns data.
func queries(n, m int) []types.MetricDataQuery {
	var list []types.MetricDataQuery
	for i := range n {
		q := stat(fmt.Sprintf("m%d", i), "1")
		q.ReturnData = aws.Bool(false)
		list = append(list, q)
	}
	for i := range m {
		q := math(fmt.Sprintf("e%d", i), "m0 + 1")
		q.ReturnData = aws.Bool(i == m-1)
		list = append(list, q)
	}
	return list
}

func TestQueriesOfAlarmsThatAreRefused(t *testing.T) {
	d := newDesk(t)
	slower := queries(2, 1)
	slower[1].MetricStat.Period = aws.Int32(120)
	none := queries(1, 1)
	none[1].ReturnData = aws.Bool(false)
	timeless := []types.MetricDataQuery{math("e", "TIME_SERIES(1)")}
	timed := []types.MetricDataQuery{math("e", "TIME_SERIES(1)")}
	timed[0].Period = aws.Int32(60)
	odd := []types.MetricDataQuery{math("e", "TIME_SERIES(1)")}
	odd[0].Period = aws.Int32(5)
	for name, test := range map[string]struct {
		queries []types.MetricDataQuery
		want    string
	}{
		"an odd period of its own": {odd, "ValidationError: Period must be 10, 20, 30 or a multiple of 60"},
		"ten and ten":              {queries(10, 10), "<nil>"},
		"eleven metrics":           {queries(11, 1), "ValidationError: An alarm can have at most 10 metrics; this one has 11."},
		"eleven expressions":       {queries(1, 11), "ValidationError: An alarm can have at most 10 expressions; this one has 11."},
		"two periods":              {slower, "ValidationError: The metrics of an alarm must have the same period."},
		"nothing returned":         {none, "ValidationError: Exactly one element of the metrics list should return data."},
		"neither metric nor own":   {timeless, "ValidationError: Period must not be null"},
		"a period of its own":      {timed, "<nil>"},
		"types": {append(queries(1, 0), math("e", "100 * m0 / MAX([m0, 1])")),
			"ValidationError: Error in expression 'e': Unsupported operand type(s) for MAX: '[Array[TimeSeries, Scalar]]'"},
	} {
		in := putAlarm()
		in.Metrics, in.MetricName, in.Namespace, in.Period, in.Statistic = test.queries, nil, nil, nil, ""
		if got := message(d.putAlarm(in)); got != test.want {
			t.Errorf("%s: error %q, want %q", name, got, test.want)
		}
	}
	if got := message(d.data(stat("m0", "1"), math("e", "100 * m0 / MAX([m0, 1])"))); got != "ValidationError: Error in expression 'e': Unsupported operand type(s) for MAX: '[Array[TimeSeries, Scalar]]'" {
		t.Errorf("GetMetricData: error %q", got)
	}
	odd[0].Period = aws.Int32(7)
	if got := message(d.data(odd...)); got != "ValidationError: Period must be 1, 5, 10, 20, 30 or a multiple of 60" {
		t.Errorf("a period of seven seconds: error %q", got)
	}
	if err := d.data(queries(501, 0)...); err == nil {
		t.Error("501 queries were answered")
	}
}

func TestDataOutsideTheLimitsAreRefused(t *testing.T) {
	d := newDesk(t)
	many := make([]types.Dimension, 31)
	for i := range many {
		many[i] = types.Dimension{Name: aws.String(fmt.Sprint("n", i)), Value: aws.String("v")}
	}
	const member = "InvalidParameterValue: The parameter MetricData.member.1.Timestamp must specify a time no more than "
	for want, datum := range map[string]types.MetricDatum{
		"<nil>":                             {Timestamp: aws.Time(start.Add(-13 * 24 * time.Hour)), Dimensions: many[:30]},
		member + "two weeks in the past.":   {Timestamp: aws.Time(start.Add(-15 * 24 * time.Hour))},
		member + "two hours in the future.": {Timestamp: aws.Time(start.Add(3 * time.Hour))},
		"InvalidParameterValue: The collection MetricData.member.1.Dimensions must not have a size greater than 30.": {Dimensions: many},
		"InvalidParameterValue: The value  for parameter MetricData.member.1.Dimensions.member.1.Value is invalid.":  {Dimensions: []types.Dimension{{Name: aws.String("n"), Value: aws.String("")}}},
		"InvalidParameterValue: The value :n for parameter MetricData.member.1.Dimensions.member.1.Name is invalid.": {Dimensions: []types.Dimension{{Name: aws.String(":n"), Value: aws.String("v")}}},
	} {
		datum.MetricName, datum.Value = aws.String("m"), aws.Float64(1)
		if got := message(d.putData("n", datum)); got != want {
			t.Errorf("error %q, want %q", got, want)
		}
	}
	one := types.MetricDatum{MetricName: aws.String("m"), Value: aws.Float64(1)}
	thousand := make([]types.MetricDatum, 1001)
	for i := range thousand {
		thousand[i] = one
	}
	for name, err := range map[string]error{"1001 data": d.putData("n", thousand...), "an empty namespace": d.putData(" ", one),
		"a namespace with a colon": d.putData(":n", one), "a long namespace": d.putData(strings.Repeat("n", 256), one),
		"a long name": d.putData("n", types.MetricDatum{MetricName: aws.String(strings.Repeat("m", 256)), Value: aws.Float64(1)})} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func (d *desk) putData(namespace string, data ...types.MetricDatum) error {
	_, err := d.cw.PutMetricData(d.t.Context(), &sdk.PutMetricDataInput{Namespace: &namespace, MetricData: data})
	return err
}

func TestDashboardsThatAreTooLarge(t *testing.T) {
	d := newDesk(t)
	body := func(widgets, metrics int) string {
		one := `{"type":"metric","properties":{"metrics":[` + strings.TrimSuffix(strings.Repeat(`["N","m"],`, metrics), ",") + `]}}`
		return `{"widgets":[` + strings.TrimSuffix(strings.Repeat(one+",", widgets), ",") + `]}`
	}
	for name, test := range map[string]struct {
		body string
		fits bool
	}{
		"500 widgets": {body(500, 5), true}, "501 widgets": {body(501, 0), false}, "500 metrics on one": {body(1, 500), true},
		"501 metrics on one": {body(1, 501), false}, "2505 metrics": {body(501/100, 501), false}, "2506 on seven": {body(7, 358), false}, "an array": {"[]", false},
	} {
		_, err := d.cw.PutDashboard(t.Context(), &sdk.PutDashboardInput{DashboardName: aws.String("b"), DashboardBody: &test.body})
		if (err == nil) != test.fits {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// The texts of DeleteAlarms are those that users of AWS were told:
// https://github.com/cloud-custodian/cloud-custodian/issues/7763 and
// https://github.com/ekristen/aws-nuke/issues/462
func TestAnAlarmThatARuleNamesStays(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"a", "b (x)"} {
		d.alarm(func(in *sdk.PutMetricAlarmInput) { in.AlarmName = &name })
	}
	d.composite("both", `ALARM("a") OR ALARM("b (x)")`)
	d.composite("other", "FALSE")
	remove := func(names ...string) string {
		_, err := d.cw.DeleteAlarms(t.Context(), &sdk.DeleteAlarmsInput{AlarmNames: names})
		return message(err)
	}
	for _, test := range []struct {
		names []string
		want  string
	}{
		{[]string{"a"}, "ValidationError: Cannot delete a as there are composite alarm(s) depending on it."},
		{[]string{"a", "b (x)"}, "ValidationError: Cannot delete a,b (x) as there are composite alarm(s) depending on them."},
		{[]string{"both", "other"}, "ValidationError: At most one composite alarm can be deleted at a time; 2 are to be deleted."},
		{[]string{"both", "none"}, "<nil>"},
		{[]string{"a", "b (x)"}, "<nil>"},
	} {
		if got := remove(test.names...); got != test.want {
			t.Errorf("%v: %q, want %q", test.names, got, test.want)
		}
	}
}

// test_list_tags of a deleted alarm, as recorded by LocalStack
func TestAnAlarmThatIsGoneHasNoTags(t *testing.T) {
	d := newDesk(t)
	list := func(arn string) (*sdk.ListTagsForResourceOutput, error) {
		return d.cw.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceARN: &arn})
	}
	if out, err := list(env.ARN("cloudwatch", "alarm:gone")); err != nil || len(out.Tags) != 0 {
		t.Errorf("%v, %v", out, err)
	}
	if _, err := list(env.GlobalARN("cloudwatch", "dashboard/b")); !strings.Contains(message(err), "the local cloud keeps tags of alarms only") {
		t.Errorf("a dashboard: %v", err)
	}
	d.alarm(func(*sdk.PutMetricAlarmInput) {})
	tags := make([]types.Tag, 51)
	for i := range tags {
		tags[i] = types.Tag{Key: aws.String(fmt.Sprint("k", i)), Value: aws.String("v")}
	}
	tag := func(tags []types.Tag) error {
		_, err := d.cw.TagResource(t.Context(), &sdk.TagResourceInput{ResourceARN: aws.String(env.ARN("cloudwatch", "alarm:a")), Tags: tags})
		return err
	}
	if err := tag(tags[:50]); err != nil {
		t.Error(err)
	}
	if tag(tags[:1]) != nil || tag(tags[50:]) == nil {
		t.Error("a tag again must be taken, and one more be refused")
	}
}

// A client may ask for all types that CloudWatch has. The local cloud has no log
// alarms and mutes nothing, and says so.
func TestAlarmsOfAllTypes(t *testing.T) {
	d := newDesk(t)
	d.alarm(func(*sdk.PutMetricAlarmInput) {})
	d.composite("c", "ALARM(a)")
	out, err := d.cw.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm, "LogAlarm"}})
	if err != nil || len(out.MetricAlarms) != 1 || len(out.CompositeAlarms) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := d.cw.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{"TraceAlarm"}}); err == nil {
		t.Error("a type that there is not was taken")
	}
	_, err = d.cw.PutAlarmMuteRule(t.Context(), &sdk.PutAlarmMuteRuleInput{Name: aws.String("m"),
		Rule: &types.Rule{Schedule: &types.Schedule{Expression: aws.String("cron(0 2 * * *)"), Duration: aws.String("PT1H")}}})
	if !strings.Contains(message(err), `the local cloud's monitoring has no operation "PutAlarmMuteRule"`) {
		t.Errorf("a mute rule: %v", err)
	}
}

func TestACompositeAlarmKeepsItsReason(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"a", "b"} {
		d.alarm(func(in *sdk.PutMetricAlarmInput) { in.AlarmName, in.TreatMissingData = &name, aws.String("ignore") })
	}
	d.composite("c", "ALARM(a) OR ALARM(b)")
	d.clock.Advance(time.Second)
	d.set("a", types.StateValueAlarm, "testing")
	before := d.state("c")
	d.clock.Advance(time.Second)
	d.set("b", types.StateValueAlarm, "testing")
	if after := d.state("c"); *after.StateReason != *before.StateReason || !after.StateUpdatedTimestamp.Equal(*before.StateUpdatedTimestamp) {
		t.Errorf("the reason became %s at %s", *after.StateReason, after.StateUpdatedTimestamp)
	}
}
