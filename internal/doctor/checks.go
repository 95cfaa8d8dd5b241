package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

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

// Deployed reads the pipeline of a state machine, with the targets that its
// rollback function knows. region is where the calls go.
func Deployed(ctx context.Context, functions Functions, machine, region string) (Pipeline, error) {
	id, err := arn.Parse(machine)
	name, isMachine := strings.CutPrefix(id.Resource, "stateMachine:")
	if err != nil || !isMachine {
		return Pipeline{}, fmt.Errorf("the state machine is %q; give its ARN, the output StateMachineArn of the stack", machine)
	}
	if id.Region != region {
		return Pipeline{}, fmt.Errorf("the state machine is in %s, and the calls go to %s: set AWS_REGION=%s", id.Region, region, id.Region)
	}
	pipeline := Pipeline{Name: name, Partition: id.Partition, Region: id.Region, Account: id.AccountID}
	handler := name + "-rollback"
	config, err := functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &handler})
	if err != nil {
		return Pipeline{}, fmt.Errorf("read the targets from %s, a function of the stack: %w", handler, err)
	}
	if config.Environment != nil {
		pipeline.Targets, err = release.ParseTargets(config.Environment.Variables["WEIR_TARGETS"])
	}
	if err != nil {
		return Pipeline{}, fmt.Errorf("read WEIR_TARGETS of %s: %w", handler, err)
	}
	return pipeline, nil
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
