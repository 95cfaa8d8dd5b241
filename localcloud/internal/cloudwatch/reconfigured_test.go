package cloudwatch_test

import (
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

// The events are those of
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func TestConfigurationsAreToldToTheBus(t *testing.T) {
	d := newDesk(t)
	for _, threshold := range []float64{70, 80} {
		d.alarm(func(in *sdk.PutMetricAlarmInput) { in.Threshold, in.DatapointsToAlarm = &threshold, aws.Int32(1) })
	}
	d.composite("c", "ALARM(a)")
	if _, err := d.cw.DeleteAlarms(t.Context(), &sdk.DeleteAlarmsInput{AlarmNames: []string{"c", "none", "a"}}); err != nil {
		t.Fatal(err)
	}
	configuration := func(threshold string) string {
		return `{"evaluationPeriods":2,"datapointsToAlarm":1,"threshold":` + threshold + `,"comparisonOperator":"GreaterThanThreshold","treatMissingData":"ignore",
			"metrics":[{"id":"uuid","metricStat":{"metric":{"namespace":"n","name":"my-metric101","dimensions":{"InstanceId":"abc"}},"period":10,"stat":"Average","unit":"Seconds"},"returnData":true}],
			"alarmName":"a","description":"testing cloudwatch alarms","actionsEnabled":true,"timestamp":"date","okActions":["` + topic + `"],"alarmActions":["` + topic + `"],"insufficientDataActions":[]}`
	}
	event := func(name, operation, rest string) string {
		return `{"alarmName":"` + name + `","operation":"` + operation + `","state":{"value":"INSUFFICIENT_DATA","timestamp":"date"},"configuration":` + rest + `}`
	}
	composite := `{"alarmRule":"ALARM(a)","alarmName":"c","description":"composite","actionsEnabled":true,"timestamp":"date","okActions":["` + topic + `"],"alarmActions":["` + topic + `"],"insufficientDataActions":[]}`
	want := []string{event("a", "create", configuration("70")), event("a", "update", configuration("80")+`,"previousConfiguration":`+configuration("70")),
		event("c", "create", composite), event("c", "delete", composite), event("a", "delete", configuration("80"))}
	if len(d.changes) != len(want) {
		t.Fatalf("%d events: %s", len(d.changes), d.changes)
	}
	ids := regexp.MustCompile(`"id":"[0-9a-f-]{36}"`)
	for i, got := range d.changes {
		same(t, "event", ids.ReplaceAllString(got, `"id":"uuid"`), want[i])
	}
}
