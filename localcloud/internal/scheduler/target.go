package scheduler

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/wire"
)

// checkTarget refuses a target that could never be called.
func (s *Service) checkTarget(ctx context.Context, t *Target) error {
	if t.EcsParameters != nil || t.KinesisParameters != nil || t.SageMakerPipelineParameters != nil || t.SqsParameters != nil {
		return api.StatusErrorf(501, "NotImplemented", "the local cloud does not call targets with parameters of ECS, Kinesis, SageMaker or FIFO queues")
	}
	if _, _, _, err := s.request(t, "{}"); err != nil {
		return err
	}
	return s.usable(ctx, t.RoleArn)
}

// What a schedule has that does not say how often to try, or for how long.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
const (
	standardRetries = 185
	standardAge     = 86_400 // seconds
)

// complete fills in what a retry policy does not say.
func (p *RetryPolicy) complete() *RetryPolicy {
	whole := RetryPolicy{MaximumRetryAttempts: new(int32(standardRetries)), MaximumEventAgeInSeconds: new(int32(standardAge))}
	if p != nil && p.MaximumRetryAttempts != nil {
		whole.MaximumRetryAttempts = p.MaximumRetryAttempts
	}
	if p != nil && p.MaximumEventAgeInSeconds != nil {
		whole.MaximumEventAgeInSeconds = p.MaximumEventAgeInSeconds
	}
	return &whole
}

// renamed are the services that the Scheduler calls otherwise than requests are
// signed.
var renamed = map[string]string{"cloudwatch": "monitoring", "cloudwatchlogs": "logs", "eventbridge": "events", "sfn": "states"}

// request is the call that a target stands for: an operation, of some services
// by the ARN of what is called, or of any by name.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
func (s *Service) request(t *Target, input string) (service, operation string, members map[string]any, err error) {
	arn := api.Deref(t.Arn)
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return "", "", nil, invalid("Provided Arn is not in correct format.")
	}
	switch parts[2] {
	case "lambda":
		return "lambda", "Invoke", map[string]any{"FunctionName": arn, "InvocationType": "Event", "Payload": []byte(input)}, nil
	case "states":
		return "states", "StartExecution", map[string]any{"stateMachineArn": arn, "input": input}, nil
	case "sns":
		return "sns", "Publish", map[string]any{"TopicArn": arn, "Message": input}, nil
	case "sqs":
		return "sqs", "SendMessage", map[string]any{"QueueUrl": arn, "MessageBody": input}, nil
	case "events":
		if t.EventBridgeParameters == nil {
			return "", "", nil, invalid("EventBridgeParameters must be given for a target that is an event bus.")
		}
		return "events", "PutEvents", map[string]any{"Entries": []any{map[string]any{"EventBusName": arn, "Detail": input,
			"Source": api.Deref(t.EventBridgeParameters.Source), "DetailType": api.Deref(t.EventBridgeParameters.DetailType)}}}, nil
	case "scheduler":
		return universal(parts[5], input)
	}
	return "", "", nil, api.StatusErrorf(501, "NotImplemented", "the local cloud's Scheduler does not call %s", arn)
}

// universal reads aws-sdk:service:action, whose input is the operation's.
func universal(resource, input string) (service, operation string, members map[string]any, err error) {
	names := strings.Split(resource, ":")
	if len(names) != 3 || names[0] != "aws-sdk" || names[2] == "" {
		return "", "", nil, invalid("Provided Arn is not in correct format.")
	}
	if err := json.Unmarshal([]byte(input), &members); err != nil {
		return "", "", nil, invalid("Input is not a JSON object: %v", err)
	}
	service = names[1]
	if signed, ok := renamed[service]; ok {
		service = signed
	}
	return service, strings.ToUpper(names[2][:1]) + names[2][1:], members, nil
}

// call makes a target's call in its role.
func (s *Service) call(ctx context.Context, caller api.Caller, service, operation string, members map[string]any) error {
	found, ok := s.Bus.Service(service)
	if !ok {
		return api.StatusErrorf(501, "NotImplemented", "the local cloud has no service %q", service)
	}
	op, ok := found.Operations[operation]
	if !ok {
		return api.StatusErrorf(501, "NotImplemented", "the local cloud's %s has no operation %q", service, operation)
	}
	in := op.New()
	if err := wire.Fill(in, members); err != nil {
		return fmt.Errorf("the input of %s %s: %w", service, operation, err)
	}
	_, err := s.Bus.Call(ctx, caller, service, operation, in)
	return err
}
