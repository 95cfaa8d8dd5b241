package cloudwatch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func (d *desk) composite(name, rule string) {
	d.t.Helper()
	if _, err := d.cw.PutCompositeAlarm(d.t.Context(), &sdk.PutCompositeAlarmInput{AlarmName: &name, AlarmRule: &rule,
		AlarmDescription: aws.String("composite"), AlarmActions: []string{topic}, OKActions: []string{topic}}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) state(name string) types.CompositeAlarm {
	d.t.Helper()
	out, err := d.cw.DescribeAlarms(d.t.Context(), &sdk.DescribeAlarmsInput{AlarmNames: []string{name}, AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}})
	if err != nil || len(out.CompositeAlarms) != 1 {
		d.t.Fatalf("%v, %v", out, err)
	}
	return out.CompositeAlarms[0]
}

// recorded: tests/aws/services/cloudwatch/resource_providers/test_cloudwatch.snapshot.json
// of LocalStack's repository, test_composite_alarm_creation; the texts of later
// changes are in EventBridge's documentation of alarm events.
func TestACompositeAlarmFollowsItsChildren(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"a", "b"} {
		d.alarm(func(in *sdk.PutMetricAlarmInput) { in.AlarmName, in.AlarmActions, in.OKActions = &name, nil, nil })
	}
	d.composite("both", `ALARM("a") OR ALARM("b")`)
	d.composite("above", "ALARM(both)")
	const arn = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:"
	if s := d.state("both"); s.StateValue != types.StateValueInsufficientData || *s.StateReason != "Unchecked: Initial alarm creation" {
		t.Errorf("at first %s: %s", s.StateValue, *s.StateReason)
	}
	d.clock.Advance(time.Second)
	s := d.state("both")
	if s.StateValue != types.StateValueOk || *s.StateReason != arn+"both was created and its alarm rule evaluates to OK" {
		t.Errorf("after that %s: %s", s.StateValue, *s.StateReason)
	}
	child := `{"arn":"` + arn + `%s","state":{"value":"%s","timestamp":"date"}}`
	same(t, "the reason", *s.StateReasonData, fmt.Sprintf(`{"triggeringAlarms":[`+child+","+child+`]}`, "a", "INSUFFICIENT_DATA", "b", "INSUFFICIENT_DATA"))

	d.messages, d.events = nil, nil
	d.set("b", types.StateValueAlarm, "testing alarm")
	if s = d.state("both"); s.StateValue != types.StateValueAlarm || *s.StateReason != arn+"b transitioned to ALARM at Thursday 01 January, 2026 00:00:01 UTC" {
		t.Errorf("with a child in alarm %s: %s", s.StateValue, *s.StateReason)
	}
	same(t, "the reason", *s.StateReasonData, fmt.Sprintf(`{"triggeringAlarms":[`+child+`]}`, "b", "ALARM"))
	if d.state("above").StateValue != types.StateValueAlarm {
		t.Error("the alarm above it did not follow")
	}
	if len(d.messages) != 2 || len(d.events) != 3 {
		t.Fatalf("%d messages, %d events", len(d.messages), len(d.events))
	}
	same(t, "the message", d.messages[0], `{"AWSAccountId":"111111111111","AlarmName":"both","AlarmDescription":"composite","AlarmRule":"ALARM(\"a\") OR ALARM(\"b\")",
		"AlarmArn":"`+arn+`both","OldStateValue":"OK","NewStateValue":"ALARM","NewStateReason":"`+*s.StateReason+`","StateChangeTime":"date","Region":"us-east-1",
		"OKActions":["`+topic+`"],"AlarmActions":["`+topic+`"],"InsufficientDataActions":[],
		"TriggeringChildren":[{"Arn":"`+arn+`b","State":{"Value":"ALARM","Timestamp":"date"}}]}`)

	d.messages = nil
	d.set("a", types.StateValueAlarm, "testing alarm") // changes nothing above
	d.set("b", types.StateValueOk, "over")
	if len(d.messages) != 0 || d.state("both").StateValue != types.StateValueAlarm {
		t.Errorf("%d messages though one child is in alarm", len(d.messages))
	}
}

func TestCirclesOfAlarmsComeToRest(t *testing.T) {
	d := newDesk(t)
	d.composite("x", "FALSE")
	d.composite("y", "ALARM(x)")
	d.clock.Advance(time.Second)
	d.composite("x", "NOT ALARM(y)")
	d.clock.Advance(time.Second)
	if x, y := d.state("x"), d.state("y"); x.StateValue != types.StateValueAlarm || y.StateValue != types.StateValueAlarm {
		t.Errorf("x is %s, y is %s", x.StateValue, y.StateValue)
	}
	_, err := d.cw.PutCompositeAlarm(t.Context(), &sdk.PutCompositeAlarmInput{AlarmName: aws.String("z"), AlarmRule: aws.String("ALARM(x) AND OK(p) OR OK(q)")})
	if message(err) != "ValidationError: Could not save the composite alarm as alarms [p, q] in the alarm rule do not exist" {
		t.Errorf("error %v", err)
	}
}
