package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"weir/internal/arn"

	"weir/internal/awslambda"
	"weir/internal/awsmetrics"
	"weir/internal/release"
	"weir/statemachine"
)

// Pipeline is a deployed pipeline, or a region that has none yet: then Name and
// Account are empty.
type Pipeline struct {
	Name      string // of the state machine
	Partition string
	Region    string
	Account   string
	Targets   []release.Target
}

func (p Pipeline) arn(service, resource string) string {
	account := p.Account
	if account == "" {
		account = "123456789012" // as AWS's examples have it
	}
	return strings.Join([]string{"arn", p.Partition, service, p.Region, account, resource}, ":")
}

// Deployed reads the pipeline of a state machine, named by its ARN or its name, with
// the targets that its rollback function knows. region is where the calls go.
func Deployed(ctx context.Context, functions Functions, machine, region string) (Pipeline, error) {
	name := machine
	if strings.HasPrefix(machine, "arn:") {
		id, resource, err := arn.ParseMachine(machine)
		if err != nil {
			return Pipeline{}, fmt.Errorf("the state machine is %q; give its ARN, the output StateMachineArn of the stack, or its name", machine)
		}
		if id.Region != region {
			return Pipeline{}, fmt.Errorf("the state machine is in %s, and the calls go to %s: set AWS_REGION=%s", id.Region, region, id.Region)
		}
		name = resource
	}
	handler := name + "-rollback"
	config, err := functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &handler})
	if err != nil {
		return Pipeline{}, fmt.Errorf("read the targets from %s, a function of the stack: %w", handler, err)
	}
	id, err := arn.Parse(aws.ToString(config.FunctionArn))
	if err != nil {
		return Pipeline{}, fmt.Errorf("read the ARN of %s: %w", handler, err)
	}
	pipeline := Pipeline{Name: name, Partition: id.Partition, Region: id.Region, Account: id.Account}
	if config.Environment != nil {
		pipeline.Targets, err = release.ParseTargets(config.Environment.Variables["WEIR_TARGETS"])
	}
	if err != nil {
		return Pipeline{}, fmt.Errorf("read WEIR_TARGETS of %s: %w", handler, err)
	}
	return pipeline, nil
}

// Unread is the check of a pipeline that could not be read for a reason.
func Unread(machine string, reason error) Check {
	return Check{Name: "pipeline", After: credentials, Look: func(context.Context) []Finding {
		api, answered := errors.AsType[smithy.APIError](reason)
		switch {
		case answered && api.ErrorCode() == "ResourceNotFoundException":
			return one(Failed, fmt.Sprintf("%s is no release pipeline of this account and region: %s", machine, api.ErrorMessage()),
				"Take the ARN from the output StateMachineArn of the stack, and the account and region that it names.")
		case !answered && !isCall(reason):
			return one(Failed, reason.Error(), "Correct --state-machine, or the region.")
		}
		return unasked(reason, "lambda:GetFunctionConfiguration on the pipeline's functions")
	}}
}

// isCall tells whether an error comes from a call of AWS.
func isCall(err error) bool {
	_, ok := errors.AsType[*smithy.OperationError](err)
	return ok
}

// Checks are those of the account, then those of the pipeline and its targets, with
// the custom metrics that releases on them would judge.
func Checks(cfg aws.Config, pipeline Pipeline, metrics []release.Metric, now time.Time) []Check {
	functions, measured := lambda.NewFromConfig(cfg), cloudwatch.NewFromConfig(cfg)
	machines := sfn.NewFromConfig(cfg)
	aliases, counts := awslambda.New(cfg), awsmetrics.New(cfg)
	first := Credentials(sts.NewFromConfig(cfg), cfg.Region)
	list := []Check{
		Bootstrap(ssm.NewFromConfig(cfg), cfg.Region),
		Quotas(functions),
		Definition(machines, "of releases", statemachine.Definition, pipeline),
		Definition(machines, "of events", statemachine.Start, pipeline),
		MetricMath(measured, Expressions, Statistics, now),
	}
	if pipeline.Name != "" {
		roles := iam.NewFromConfig(cfg)
		for _, handler := range handlers {
			list = append(list, Role(handler, pipeline.OfHandler(functions, handler), roles, pipeline))
		}
		list = append(list, Role("workflow", pipeline.OfWorkflow(machines), roles, pipeline))
	}
	for i := range list {
		list[i] = list[i].after(first.Name)
	}
	list = append([]Check{first}, list...)
	for _, target := range pipeline.Targets {
		served := Target(aliases, aliases, target)
		list = append(list, served.after(first.Name), TrafficOf(counts, target, now).after(served.Name))
		for _, metric := range metrics {
			list = append(list, Signal(counts, aliases, target, metric, now).after(served.Name))
		}
		for _, belief := range Beliefs {
			list = append(list, Believed(measured, belief, target, now).after(served.Name))
		}
	}
	return list
}
