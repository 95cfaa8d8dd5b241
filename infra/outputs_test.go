package infra

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// A stack of one's own has what the commands and runbooks read, for each of its
// pipelines.
func TestAPipelineMakesItsOutputs(t *testing.T) {
	stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
	for _, id := range []string{"Release", "Second-Release"} {
		NewReleasePipeline(stack, id, ReleasePipelineProps{Name: "shop-" + strings.ToLower(id), Handlers: builtHandlers(t, "v1"),
			Targets: []Target{ExistingTarget(stack, "orders-"+strings.ToLower(id), "prod")}})
	}
	made := templateOf(t, stack)
	for _, name := range []string{"StateMachineArn", "Targets", "ShiftFunction", "VerifyFunction", "RollbackFunction", "UndeliveredQueueUrl"} {
		for _, prefix := range []string{"Release", "SecondRelease"} {
			if made.Outputs[prefix+name] == nil {
				t.Errorf("there is no output %s", prefix+name)
			}
		}
	}
	if got := made.Outputs["SecondReleaseTargets"]["Value"]; got != "orders-second-release:prod" {
		t.Errorf("the targets are %v", got)
	}
}

func TestAlarmsLinkToRunbooksWhereverTheyAre(t *testing.T) {
	alarms := synth(t, func(p *StackProps) { p.RunbooksURL = "https://wiki.example.com/weir/" }).of("AWS::CloudWatch::Alarm")
	for id, alarm := range alarms {
		description, _ := alarm.Properties["AlarmDescription"].(string)
		if !strings.Contains(text(alarm.Properties["AlarmDescription"]), "Runbook: https://wiki.example.com/weir/alarm-") ||
			!strings.Contains(text(alarm.Properties["AlarmDescription"]), " First: ") {
			t.Errorf("%s says %q %v", id, description, alarm.Properties["AlarmDescription"])
		}
	}
	if len(alarms) < 9 {
		t.Errorf("the stack has %d alarms", len(alarms))
	}
}
