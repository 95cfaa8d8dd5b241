// Package assembly deploys a synthesised cloud assembly (cdk.out) to the local
// cloud without the CDK's own command: it publishes the file assets and creates
// or updates the stack.
package assembly

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Objects is where assets go.
type Objects interface {
	PutObject(ctx context.Context, bucket, key string, body []byte) error
}

// maxTemplateBody is the longest TemplateBody CloudFormation takes, in bytes;
// a longer template must come from S3.
const maxTemplateBody = 51_200

// pollInterval is the cloud time between two looks at a stack that is being
// worked on.
const pollInterval = 100 * time.Millisecond

// Deploy publishes the assets of the assembly in dir, creates or updates its
// stack and returns the stack's outputs by key once it is complete. The error
// of a failed stack names the resources that failed and why. Cloud time passes only
// while Deploy sleeps on hold.
func Deploy(ctx context.Context, inv api.Invoker, objects Objects, env api.Env, dir string, hold *clock.Hold) (map[string]string, error) {
	stack, err := Read(dir, env)
	if err != nil {
		return nil, fmt.Errorf("read assembly: %w", err)
	}
	for _, file := range stack.Files {
		body, err := file.Body()
		if err != nil {
			return nil, err
		}
		if err := objects.PutObject(ctx, file.Bucket, file.Key, body); err != nil {
			return nil, fmt.Errorf("put asset %s: %w", file.Key, err)
		}
	}
	d := deployment{inv: inv, caller: api.Operator(env), env: env, stack: stack, hold: hold}
	outputs, err := d.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("deploy %s: %w", stack.Name, err)
	}
	return outputs, nil
}

type deployment struct {
	inv    api.Invoker
	caller api.Caller
	env    api.Env
	stack  Stack
	hold   *clock.Hold
}

func (d deployment) run(ctx context.Context) (map[string]string, error) {
	existing, err := d.describe(ctx)
	if err != nil {
		return nil, err
	}
	if existing, err = d.withoutFailedCreation(ctx, existing); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	if existing != nil {
		if seen, err = d.eventIDs(ctx); err != nil {
			return nil, err
		}
	}
	changed, err := d.start(ctx, existing != nil)
	if err != nil {
		return nil, err
	}
	ended, err := d.wait(ctx)
	if err != nil {
		return nil, err
	}
	if ended == nil {
		return nil, errors.New("the stack is gone")
	}
	if changed && !succeeded(ended.StackStatus) {
		return nil, d.failure(ctx, ended, seen)
	}
	outputs := map[string]string{}
	for _, output := range ended.Outputs {
		outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return outputs, nil
}

// withoutFailedCreation deletes a stack whose creation failed, which nothing
// else can be done with, as the CDK does.
func (d deployment) withoutFailedCreation(ctx context.Context, existing *types.Stack) (*types.Stack, error) {
	if existing == nil {
		return nil, nil
	}
	switch existing.StackStatus {
	case types.StackStatusRollbackComplete, types.StackStatusCreateFailed, types.StackStatusRollbackFailed:
	default:
		return existing, nil
	}
	_, err := d.inv.Call(ctx, d.caller, "cloudformation", "DeleteStack", &cloudformation.DeleteStackInput{StackName: aws.String(d.stack.Name)})
	if err != nil {
		return nil, fmt.Errorf("delete the stack that is %s: %w", existing.StackStatus, err)
	}
	left, err := d.wait(ctx)
	if err != nil {
		return nil, err
	}
	if left != nil {
		return nil, d.failure(ctx, left, nil)
	}
	return nil, nil
}

// start begins the stack operation and tells whether there was anything to do.
func (d deployment) start(ctx context.Context, update bool) (bool, error) {
	body, url := d.template()
	parameters := make([]types.Parameter, 0, len(d.stack.Parameters))
	for key, value := range d.stack.Parameters {
		parameters = append(parameters, types.Parameter{ParameterKey: aws.String(key), ParameterValue: aws.String(value)})
	}
	tags := make([]types.Tag, 0, len(d.stack.Tags))
	for key, value := range d.stack.Tags {
		tags = append(tags, types.Tag{Key: aws.String(key), Value: aws.String(value)})
	}
	sort.Slice(parameters, func(i, j int) bool { return *parameters[i].ParameterKey < *parameters[j].ParameterKey })
	sort.Slice(tags, func(i, j int) bool { return *tags[i].Key < *tags[j].Key })
	capabilities := []types.Capability{types.CapabilityCapabilityNamedIam, types.CapabilityCapabilityAutoExpand}
	name := aws.String(d.stack.Name)
	if !update {
		_, err := d.inv.Call(ctx, d.caller, "cloudformation", "CreateStack", &cloudformation.CreateStackInput{
			StackName: name, TemplateBody: body, TemplateURL: url,
			Parameters: parameters, Tags: tags, Capabilities: capabilities,
		})
		return true, err
	}
	_, err := d.inv.Call(ctx, d.caller, "cloudformation", "UpdateStack", &cloudformation.UpdateStackInput{
		StackName: name, TemplateBody: body, TemplateURL: url,
		Parameters: parameters, Tags: tags, Capabilities: capabilities,
	})
	if isNoUpdate(err) {
		return false, nil
	}
	return true, err
}

func (d deployment) template() (body, url *string) {
	bucket, key, published := strings.Cut(strings.TrimPrefix(d.stack.TemplateURL, "s3://"), "/")
	if len(d.stack.Template) > maxTemplateBody && published {
		return nil, aws.String("https://s3." + d.env.Region + ".amazonaws.com/" + bucket + "/" + key)
	}
	return aws.String(string(d.stack.Template)), nil
}

// wait looks at the stack until nothing is under way; nil when it is gone.
func (d deployment) wait(ctx context.Context) (*types.Stack, error) {
	for {
		stack, err := d.describe(ctx)
		if err != nil {
			return nil, err
		}
		if stack == nil || !strings.HasSuffix(string(stack.StackStatus), "_IN_PROGRESS") {
			return stack, nil
		}
		if err := d.hold.Sleep(ctx, pollInterval); err != nil {
			return nil, fmt.Errorf("while the stack is %s: %w", stack.StackStatus, err)
		}
	}
}

func (d deployment) describe(ctx context.Context) (*types.Stack, error) {
	out, err := api.Do[cloudformation.DescribeStacksOutput](ctx, d.inv, d.caller, "cloudformation", "DescribeStacks",
		&cloudformation.DescribeStacksInput{StackName: aws.String(d.stack.Name)})
	if api.IsCode(err, "ValidationError") && strings.Contains(err.Error(), "does not exist") {
		return nil, nil
	}
	if err != nil || len(out.Stacks) == 0 {
		return nil, err
	}
	return &out.Stacks[0], nil
}

func isNoUpdate(err error) bool {
	return api.IsCode(err, "ValidationError") && strings.Contains(err.Error(), "No updates are to be performed")
}

func succeeded(status types.StackStatus) bool {
	return status == types.StackStatusCreateComplete || status == types.StackStatusUpdateComplete
}
