package infra

import (
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// notAlphanumeric is what the logical id of an output may not have.
var notAlphanumeric = regexp.MustCompile(`[^a-zA-Z0-9]`)

// newOutputs gives the stack the outputs that the commands and the runbooks read.
// Each is called after the construct, such as ReleaseStateMachineArn, so that a
// stack can hold several pipelines.
func (p *ReleasePipeline) newOutputs(props ReleasePipelineProps) {
	_, path, _ := strings.Cut(*p.Construct.Node().Path(), "/")
	prefix := notAlphanumeric.ReplaceAllString(path, "")
	for _, out := range []struct {
		name, description string
		value             *string
	}{
		{"StateMachineArn", "Start a release with: aws stepfunctions start-execution.", p.StateMachine.StateMachineArn()},
		{"Targets", "What this pipeline releases on, as function:alias.", new(targetList(props.Targets))},
		{"PlanFunction", "Plans releases.", p.Plan.FunctionName()},
		{"ShiftFunction", "Moves traffic forward.", p.Shift.FunctionName()},
		{"VerifyFunction", "Probes, judges and calls hooks.", p.Verify.FunctionName()},
		{"RollbackFunction", "Returns aliases to their stable version.", p.Rollback.FunctionName()},
		{"UndeliveredQueueUrl", "Events that could not be delivered.", p.Undelivered.QueueUrl()},
	} {
		made := awscdk.NewCfnOutput(p.Construct, new(out.name+"Output"), &awscdk.CfnOutputProps{Description: &out.description, Value: out.value})
		made.OverrideLogicalId(new(prefix + out.name))
	}
}
