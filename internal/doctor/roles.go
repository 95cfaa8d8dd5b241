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

// need is what a handler does, and on what.
type need struct {
	actions []string
	on      string // target, version, parameter, execution, alarm, bus or any
}

// Needs are the actions of each handler, by the end of its name. A test holds them
// equal to the policies of the template.
var Needs = map[string][]need{
	"shift": {
		{[]string{"lambda:GetAlias", "lambda:GetFunctionConfiguration", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias", "lambda:PublishVersion"}, "target"},
		{[]string{"ssm:GetParameters", "ssm:PutParameter", "ssm:DeleteParameter"}, "parameter"},
		{[]string{"cloudwatch:GetMetricData"}, "any"}, {[]string{"cloudwatch:DescribeAlarms"}, "alarm"},
		{[]string{"states:DescribeExecution"}, "execution"}, {[]string{"events:PutEvents"}, "bus"},
	},
	"verify": {
		{[]string{"lambda:GetAlias"}, "target"}, {[]string{"lambda:InvokeFunction"}, "version"},
		{[]string{"ssm:GetParameters"}, "parameter"}, {[]string{"cloudwatch:GetMetricData"}, "any"}, {[]string{"cloudwatch:DescribeAlarms"}, "alarm"},
		{[]string{"events:PutEvents"}, "bus"},
	},
	"rollback": {
		{[]string{"lambda:GetAlias", "lambda:UpdateAlias"}, "target"},
		{[]string{"states:DescribeExecution"}, "execution"}, {[]string{"events:PutEvents"}, "bus"},
	},
}

// Pipeline is a deployed pipeline.
type Pipeline struct {
	Name      string // of the state machine
	Partition string
	Region    string
	Account   string
	Targets   []release.Target
}

func (p Pipeline) arn(service, resource string) string {
	return strings.Join([]string{"arn", p.Partition, service, p.Region, p.Account, resource}, ":")
}

// resources are the ARNs that a need is simulated on.
func (p Pipeline) resources(on string) []string {
	var arns []string
	switch on {
	case "target", "version":
		for _, target := range p.Targets {
			arns = append(arns, p.arn("lambda", "function:"+target.Function+":"+target.Alias))
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

// Role checks that the role of a handler may do what the handler does.
func Role(functions Functions, api Simulator, pipeline Pipeline, handler string) Check {
	return Check{"role of " + handler, func(ctx context.Context) []Finding {
		name := pipeline.Name + "-" + handler
		config, err := functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
		if err != nil {
			return unasked(err, "lambda:GetFunctionConfiguration on "+name)
		}
		role := aws.ToString(config.Role)
		var denied []string
		asked := 0
		for _, need := range Needs[handler] {
			out, err := api.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
				PolicySourceArn: &role, ActionNames: need.actions, ResourceArns: pipeline.resources(need.on), ContextEntries: eventContext(need),
			})
			if err != nil {
				return unasked(err, "iam:SimulatePrincipalPolicy on "+role)
			}
			for _, result := range out.EvaluationResults {
				asked++
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
		return one(OK, fmt.Sprintf("%s may do all %d things that %s does", role, asked, handler), "")
	}}
}

// eventContext gives the condition keys of PutEvents their values.
func eventContext(n need) []types.ContextEntry {
	if n.on != "bus" {
		return nil
	}
	return []types.ContextEntry{
		{ContextKeyName: aws.String("events:source"), ContextKeyType: types.ContextKeyTypeEnumStringList, ContextKeyValues: []string{"weir"}},
	}
}
