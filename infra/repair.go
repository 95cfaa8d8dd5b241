package infra

import (
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/jsii-runtime-go"
)

// newRepair runs the rollback handler whenever an execution ended without
// success, and every five minutes for events that never came: StopExecution and
// a timeout of the state machine run no Catch.
func (p *ReleasePipeline) newRepair() {
	repair := func(of map[string]any) awsevents.IRuleTarget {
		task := map[string]any{"action": "repair", "now": *awsevents.EventField_Time()}
		maps.Copy(task, of)
		return awseventstargets.NewLambdaFunction(p.Rollback, &awseventstargets.LambdaFunctionProps{
			Event:           awsevents.RuleTargetInput_FromObject(task),
			DeadLetterQueue: p.Undelivered,
			MaxEventAge:     awscdk.Duration_Hours(jsii.Number(1)),
			RetryAttempts:   jsii.Number(10),
		})
	}
	awsevents.NewRule(p.Construct, jsii.String("RepairOnEnd"), &awsevents.RuleProps{
		Description: jsii.String("Returns aliases to whole after a release that was stopped, timed out or failed."),
		EventPattern: &awsevents.EventPattern{
			Source:     texts("aws.states"),
			DetailType: texts("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"stateMachineArn": []*string{p.StateMachine.StateMachineArn()},
				"status":          texts("ABORTED", "TIMED_OUT", "FAILED"),
			},
		},
		Targets: &[]awsevents.IRuleTarget{repair(map[string]any{"execution": map[string]string{"arn": *awsevents.EventField_FromPath(jsii.String("$.detail.executionArn"))}})},
	})
	awsevents.NewRule(p.Construct, jsii.String("RepairSweep"), &awsevents.RuleProps{
		Description: jsii.String("Returns aliases to whole after releases whose end no event told of."),
		Schedule:    awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(5))),
		Targets:     &[]awsevents.IRuleTarget{repair(nil)},
	})
}
