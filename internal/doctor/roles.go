package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/events"
	"weir/internal/release"
)

// Simulator decides as IAM would, and calls nothing.
type Simulator interface {
	SimulatePrincipalPolicy(ctx context.Context, in *iam.SimulatePrincipalPolicyInput, opts ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error)
}

// Functions reads the configuration of functions.
type Functions interface {
	GetFunctionConfiguration(ctx context.Context, in *lambda.GetFunctionConfigurationInput, opts ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error)
}

// Machines tells about state machines.
type Machines interface {
	DescribeStateMachine(ctx context.Context, in *sfn.DescribeStateMachineInput, opts ...func(*sfn.Options)) (*sfn.DescribeStateMachineOutput, error)
}

// need is what a role is for, and on what.
type need struct {
	actions []string
	on      string // target, function, parameter, execution, alarm, bus, handler or any
	event   string // detail-type of an event that is put; the grants of it are by source and detail-type
}

// needs are what the role of each handler, by the end of its name, and that of the
// workflow must allow. A test holds them
// equal to the policies of the template.
var needs = map[string][]need{
	"plan": {
		{[]string{"lambda:GetAlias", "lambda:GetFunctionConfiguration", "lambda:GetProvisionedConcurrencyConfig"}, "target", ""},
		{[]string{"lambda:PublishVersion"}, "function", ""},
		{[]string{"ssm:GetParameters", "ssm:PutParameter", "ssm:DeleteParameter"}, "parameter", ""},
		{[]string{"cloudwatch:GetMetricData"}, "any", ""}, {[]string{"cloudwatch:DescribeAlarms"}, "alarm", ""},
		{[]string{"states:DescribeExecution", "states:GetExecutionHistory"}, "execution", ""},
	},
	"shift": {
		{[]string{"lambda:GetAlias", "lambda:UpdateAlias"}, "target", ""},
		{[]string{"states:DescribeExecution"}, "execution", ""}, {[]string{"events:PutEvents"}, "bus", events.ReleaseStarted},
	},
	"verify": {
		{[]string{"lambda:GetAlias"}, "target", ""}, {[]string{"lambda:InvokeFunction"}, "target", ""},
		{[]string{"ssm:GetParameters"}, "parameter", ""}, {[]string{"cloudwatch:GetMetricData"}, "any", ""}, {[]string{"cloudwatch:DescribeAlarms"}, "alarm", ""},
		{[]string{"events:PutEvents"}, "bus", events.Judged},
	},
	"workflow": {{[]string{"lambda:InvokeFunction"}, "handler", ""}, {[]string{"events:PutEvents"}, "bus", events.ApprovalRequested}},
	"rollback": {
		{[]string{"lambda:GetAlias", "lambda:UpdateAlias"}, "target", ""},
		{[]string{"states:DescribeExecution", "states:GetExecutionHistory"}, "execution", ""}, {[]string{"events:PutEvents"}, "bus", events.ReleaseRolledBack},
	},
}

// Actions are what the role of an owner (a handler, or the workflow) must allow, in
// order.
func Actions(owner string) []string {
	var actions []string
	for _, need := range needs[owner] {
		actions = append(actions, need.actions...)
	}
	slices.Sort(actions)
	return actions
}

// resources are the ARNs that a need is simulated on.
func (p Pipeline) resources(on string) []string {
	var arns []string
	switch on {
	case "target":
		for _, target := range p.Targets {
			arns = append(arns, p.arn("lambda", "function:"+target.Function+":"+target.Alias))
		}
	case "function":
		for _, target := range p.Targets {
			arns = append(arns, p.arn("lambda", "function:"+target.Function))
		}
	case "handler":
		for _, handler := range handlers {
			arns = append(arns, p.arn("lambda", "function:"+p.Name+"-"+handler))
		}
	case "parameter":
		arns = append(arns, p.arn("ssm", "parameter"+release.FreezePath(p.Name)))
	case "execution":
		arns = append(arns, p.arn("states", "execution:"+p.Name+":doctor"))
	case "alarm":
		arns = append(arns, p.arn("cloudwatch", "alarm:doctor"))
	case "bus":
		arns = append(arns, p.arn("events", "event-bus/default"))
	default:
		arns = append(arns, "*")
	}
	return arns
}

// handlers are the ends of the names of the pipeline's functions.
var handlers = []string{"plan", "shift", "verify", "rollback"}

// RoleOf finds a role's ARN.
type RoleOf func(ctx context.Context) (string, error)

// OfHandler is the role of a handler of the pipeline.
func (p Pipeline) OfHandler(functions Functions, handler string) RoleOf {
	return func(ctx context.Context) (string, error) {
		config, err := functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(p.Name + "-" + handler)})
		if err != nil {
			return "", fmt.Errorf("read the function %s-%s: %w", p.Name, handler, err)
		}
		return aws.ToString(config.Role), nil
	}
}

// OfWorkflow is the role of the pipeline's state machine.
func (p Pipeline) OfWorkflow(machines Machines) RoleOf {
	return func(ctx context.Context) (string, error) {
		machine, err := machines.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(p.arn("states", "stateMachine:"+p.Name))})
		if err != nil {
			return "", fmt.Errorf("read the state machine %s: %w", p.Name, err)
		}
		return aws.ToString(machine.RoleArn), nil
	}
}

// Role checks by simulation that a role of the pipeline allows what its owner does.
// Nothing is called.
func Role(owner string, find RoleOf, api Simulator, pipeline Pipeline) Check {
	return Check{Name: "role of " + owner, Look: func(ctx context.Context) []Finding {
		role, err := find(ctx)
		if err != nil {
			return unasked(err, "lambda:GetFunctionConfiguration and states:DescribeStateMachine")
		}
		var denied []string
		asked := 0
		for _, need := range needs[owner] {
			results, err := simulated(ctx, api, role, need, pipeline.resources(need.on))
			if err != nil {
				return unasked(err, "iam:SimulatePrincipalPolicy on "+role)
			}
			asked += len(results)
			for _, result := range results {
				if result.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
					denied = append(denied, fmt.Sprintf("%s on %s (%s)", aws.ToString(result.EvalActionName), aws.ToString(result.EvalResourceName), result.EvalDecision))
				}
			}
		}
		slices.Sort(denied)
		if len(denied) > 0 {
			return one(Failed, fmt.Sprintf("%s may not %s", role, strings.Join(denied, ", ")),
				"Deploy the stack again; if it stays, a permissions boundary or a policy of your organisation denies it.")
		}
		return one(OK, fmt.Sprintf("%s may do all %d things that it is for", role, asked), "")
	}}
}

// context is what a simulation needs to know of an event.
func (n need) context() []types.ContextEntry {
	if n.event == "" {
		return nil
	}
	return []types.ContextEntry{
		{ContextKeyName: aws.String("events:source"), ContextKeyType: types.ContextKeyTypeEnumStringList, ContextKeyValues: []string{events.Source}},
		{ContextKeyName: aws.String("events:detail-type"), ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: []string{n.event}},
	}
}

// simulated reads every page of one simulation.
func simulated(ctx context.Context, api Simulator, role string, n need, resources []string) ([]types.EvaluationResult, error) {
	var results []types.EvaluationResult
	pages := iam.NewSimulatePrincipalPolicyPaginator(api, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: &role, ActionNames: n.actions, ResourceArns: resources, ContextEntries: n.context(),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("simulate: %w", err)
		}
		results = append(results, page.EvaluationResults...)
	}
	return results, nil
}
