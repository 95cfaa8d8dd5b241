package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"weir/statemachine"
)

// newWorkflow is the state machine, which may invoke the handlers, put
// the event that asks a person for approval, and nothing else.
func newWorkflow(scope constructs.Construct, name string, h handlers) awsstepfunctions.StateMachine {
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
			"PlanFunctionArn":     h.plan.function.FunctionArn(),
			"ShiftFunctionArn":    h.shift.function.FunctionArn(),
			"VerifyFunctionArn":   h.verify.function.FunctionArn(),
			"RollbackFunctionArn": h.rollback.function.FunctionArn(),
		},
		TracingEnabled: jsii.Bool(true),
		Logs: &awsstepfunctions.LogOptions{
			Destination: logs, Level: awsstepfunctions.LogLevel_ALL, IncludeExecutionData: jsii.Bool(false), // it would hold probes, answers and task tokens
		},
	})
	var invoked []*string
	for _, one := range []*handler{h.plan, h.shift, h.verify, h.rollback} {
		invoked = append(invoked, one.function.FunctionArn())
	}
	machine.AddToRolePolicy(allow("InvokeHandlers", invoked, "lambda:InvokeFunction"))
	machine.AddToRolePolicy(recordEvents(scope, approvalRequested))
	return machine
}
