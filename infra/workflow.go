package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"weir/statemachine"
)

// newWorkflow is the state machine, which may invoke the three handlers, put
// the event that asks a person for approval, and nothing else.
func newWorkflow(scope constructs.Construct, name string, shift, verify, rollback awslambda.IFunction) awsstepfunctions.StateMachine {
	logs := awslogs.NewLogGroup(scope, jsii.String("WorkflowLog"), &awslogs.LogGroupProps{
		// The prefix keeps the account's log delivery policy from outgrowing
		// its limit.
		// https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
		LogGroupName: jsii.String("/aws/vendedlogs/states/" + name),
		Retention:    awslogs.RetentionDays_THREE_MONTHS, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	machine := awsstepfunctions.NewStateMachine(scope, jsii.String("Workflow"), &awsstepfunctions.StateMachineProps{
		StateMachineName: &name,
		StateMachineType: awsstepfunctions.StateMachineType_STANDARD,
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromString(&statemachine.Definition),
		DefinitionSubstitutions: &map[string]*string{
			"Partition":           awscdk.Stack_Of(scope).Partition(),
			"ShiftFunctionArn":    shift.FunctionArn(),
			"VerifyFunctionArn":   verify.FunctionArn(),
			"RollbackFunctionArn": rollback.FunctionArn(),
		},
		TracingEnabled: jsii.Bool(true),
		Logs: &awsstepfunctions.LogOptions{
			Destination: logs, Level: awsstepfunctions.LogLevel_ALL, IncludeExecutionData: jsii.Bool(true),
		},
	})
	machine.AddToRolePolicy(allow("InvokeHandlers",
		[]*string{shift.FunctionArn(), verify.FunctionArn(), rollback.FunctionArn()}, "lambda:InvokeFunction"))
	machine.AddToRolePolicy(recordEvents(scope))
	return machine
}
