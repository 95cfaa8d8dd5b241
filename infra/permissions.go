package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// handlers are the functions of a pipeline.
type handlers struct{ plan, shift, verify, rollback *handler }

// grantHandlers gives each handler what it calls, on the targets in hand. Only
// shift and rollback may write to an alias.
func grantHandlers(this constructs.Construct, props ReleasePipelineProps, h handlers) {
	h.plan.allow(
		allow("ReadTargets", functions(props.Targets),
			"lambda:GetAlias", "lambda:GetFunctionConfiguration", "lambda:GetProvisionedConcurrencyConfig"),
		allow("PublishCandidate", functions(props.Targets), "lambda:PublishVersion"),
		allow("ReadFreeze", freezes(this, props), "ssm:GetParameters"),
		allow("Freeze", freezes(this, props), "ssm:PutParameter", "ssm:DeleteParameter"),
		readMetrics(), readAlarms(this), readExecutions(this, props.Name), readHistories(this, props.Name),
	)
	h.shift.allow(
		allow("MoveTargets", functions(props.Targets), "lambda:GetAlias", "lambda:UpdateAlias"),
		readExecutions(this, props.Name), recordEvents(this, releaseStarted, stepShifted, promoted, releaseSucceeded),
	)
	h.verify.allow(
		allow("ReadTargets", functions(props.Targets), "lambda:GetAlias"),
		allow("ReadFreeze", freezes(this, props), "ssm:GetParameters"),
		allow("ProbeCandidate", versions(props.Targets), "lambda:InvokeFunction"),
		readMetrics(), readAlarms(this), recordEvents(this, judged, releaseHeld),
	)
	h.rollback.allow(
		allow("RestoreTargets", functions(props.Targets), "lambda:GetAlias", "lambda:UpdateAlias"),
		readExecutions(this, props.Name), readHistories(this, props.Name),
		recordEvents(this, stepShifted, releaseSucceeded, releaseRolledBack, aliasRepaired),
	)
	if len(props.Hooks) == 0 {
		return
	}
	var hooks []*string
	for _, hook := range props.Hooks {
		hooks = append(hooks, hook.FunctionArn())
	}
	// A dry run of an invocation, which finds a hook that cannot be called, needs the
	// same permission as the call.
	h.plan.allow(allow("CheckHooks", hooks, "lambda:InvokeFunction"))
	h.verify.allow(
		allow("CallHooks", hooks, "lambda:InvokeFunction"),
		allow("PassOnAnswers", []*string{arn(this, "states", "stateMachine:"+props.Name)}, "states:SendTaskSuccess"),
	)
}

// allow is one statement; its Sid says what it is for.
func allow(sid string, resources []*string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: &sid, Actions: texts(actions...), Resources: &resources,
	})
}

// freezePath is where the handlers keep freezes; internal/release names it.
func freezePath(machine string) string { return "/weir/" + machine + "/freeze" }

// freezes are the parameters that exist while a freeze does: the one for
// everything, and those of targets below it. No stack owns them.
func freezes(this constructs.Construct, props ReleasePipelineProps) []*string {
	parameter := "parameter" + freezePath(props.Name)
	return []*string{arn(this, "ssm", parameter), arn(this, "ssm", parameter+"/*")}
}

// functions are the targets' functions, with and without qualifier: which of
// the two IAM is asked about depends on the API and on how it is called.
func functions(targets []Target) []*string {
	var arns []*string
	for _, function := range distinct(targets) {
		arns = append(arns, function.FunctionArn(), qualified(function))
	}
	return arns
}

// versions are the targets' versions and aliases, without $LATEST's plain ARN.
func versions(targets []Target) []*string {
	var arns []*string
	for _, function := range distinct(targets) {
		arns = append(arns, qualified(function))
	}
	return arns
}

func qualified(function awslambda.IFunction) *string {
	return jsii.String(*function.FunctionArn() + ":*")
}

func distinct(targets []Target) []awslambda.IFunction {
	var functions []awslambda.IFunction
	seen := map[string]bool{}
	for _, target := range targets {
		if path := *target.Function.Node().Path(); !seen[path] {
			seen[path] = true
			functions = append(functions, target.Function)
		}
	}
	return functions
}

// readAlarms reaches every alarm of the account and region: a request names
// the alarms that guard it.
func readAlarms(this constructs.Construct) awsiam.PolicyStatement {
	return allow("ReadAlarms", []*string{arn(this, "cloudwatch", "alarm:*")}, "cloudwatch:DescribeAlarms")
}

// readMetrics has no narrower resource: CloudWatch has none for GetMetricData.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
func readMetrics() awsiam.PolicyStatement {
	return allow("ReadMetrics", []*string{jsii.String("*")}, "cloudwatch:GetMetricData")
}

// readExecutions reaches this pipeline's own executions.
func readExecutions(this constructs.Construct, machine string) awsiam.PolicyStatement {
	return allow("ReadExecutions", []*string{arn(this, "states", "execution:"+machine+":*")}, "states:DescribeExecution")
}

// readHistories reads what this pipeline's own executions planned and came to: plan
// tells who gave a command what became of it, and rollback repairs to nothing that the
// release did not plan.
func readHistories(this constructs.Construct, machine string) awsiam.PolicyStatement {
	return allow("ReadHistories", []*string{arn(this, "states", "execution:"+machine+":*")}, "states:GetExecutionHistory")
}

// recordEvents reaches the account's default event bus, and there only events of
// Weir's own source and of the detail-types given: a role that could put any event
// could ask for a release. A key may hold one value or a set of them: ForAllValues
// takes both, and Null refuses a call without the key.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
func recordEvents(this constructs.Construct, detailTypes ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String("RecordEvents"), Actions: texts("events:PutEvents"), Resources: &[]*string{arn(this, "events", "event-bus/default")},
		Conditions: &map[string]any{
			"ForAllValues:StringEquals": map[string]any{"events:source": eventSource, "events:detail-type": detailTypes},
			"Null":                      map[string]any{"events:source": "false", "events:detail-type": "false"},
		},
	})
}

// arn is the ARN of a resource in the stack's own account and region. Names
// instead of references keep roles, handlers and state machine free of cycles.
func arn(this constructs.Construct, service, resource string) *string {
	stack := awscdk.Stack_Of(this)
	return jsii.String("arn:" + *stack.Partition() + ":" + service + ":" + *stack.Region() + ":" + *stack.Account() + ":" + resource)
}
