package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newRepair runs the rollback handler whenever an execution ended without
// success, and every five minutes for events that never came: StopExecution and
// a timeout of the state machine run no Catch.
func newRepair(scope constructs.Construct, machine awsstepfunctions.StateMachine, rollback awslambda.IFunction) awssqs.Queue {
	undelivered := awssqs.NewQueue(scope, jsii.String("Undelivered"), &awssqs.QueueProps{
		EnforceSSL: jsii.Bool(true), RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	repair := func() awsevents.IRuleTarget {
		return awseventstargets.NewLambdaFunction(rollback, &awseventstargets.LambdaFunctionProps{
			Event:           awsevents.RuleTargetInput_FromObject(map[string]string{"action": "repair"}),
			DeadLetterQueue: undelivered,
			MaxEventAge:     awscdk.Duration_Hours(jsii.Number(1)),
			RetryAttempts:   jsii.Number(10),
		})
	}
	awsevents.NewRule(scope, jsii.String("RepairOnEnd"), &awsevents.RuleProps{
		Description: jsii.String("Returns aliases to whole after a release that was stopped, timed out or failed."),
		EventPattern: &awsevents.EventPattern{
			Source:     texts("aws.states"),
			DetailType: texts("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"stateMachineArn": []*string{machine.StateMachineArn()},
				"status":          texts("ABORTED", "TIMED_OUT", "FAILED"),
			},
		},
		Targets: &[]awsevents.IRuleTarget{repair()},
	})
	awsevents.NewRule(scope, jsii.String("RepairSweep"), &awsevents.RuleProps{
		Description: jsii.String("Returns aliases to whole after releases whose end no event told of."),
		Schedule:    awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(5))),
		Targets:     &[]awsevents.IRuleTarget{repair()},
	})
	return undelivered
}
