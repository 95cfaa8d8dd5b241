package states

import (
	"context"
	"slices"
	"strings"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

// serviceOf finds the signing name of a service by the name it has in
// aws-sdk:service:action, and its name in the AWS SDK for Java, which starts
// error names.
var serviceOf = map[string][2]string{
	"lambda": {"lambda", "Lambda"}, "sfn": {"states", "Sfn"}, "cloudwatch": {"monitoring", "CloudWatch"},
	"eventbridge": {"events", "EventBridge"}, "scheduler": {"scheduler", "Scheduler"}, "sns": {"sns", "Sns"},
	"sqs": {"sqs", "Sqs"}, "cloudformation": {"cloudformation", "CloudFormation"}, "sts": {"sts", "Sts"},
	"iam": {"iam", "Iam"}, "ssm": {"ssm", "Ssm"},
	"cloudwatchlogs": {"logs", "CloudWatchLogs"},
}

// callSDK is arn:aws:states:::aws-sdk:service:action.
func (v *visit) callSDK(ctx context.Context, r resource, arguments any) (any, error) {
	names, ok := serviceOf[strings.TrimPrefix(r.kind, "aws-sdk:")]
	if !ok {
		return nil, failf(errRuntime, "The local cloud has no service for the resource %s", r.arn)
	}
	out, err := v.callOperation(ctx, names[0], pascal(r.verb), v.textual(r, arguments))
	return out, v2Failure(names[0], names[1], err)
}

// callOperation calls any operation of the bus with JSON arguments and answers
// JSON.
func (v *visit) callOperation(ctx context.Context, service, operation string, arguments any) (any, error) {
	bus := v.exec.service.Bus
	found, ok := bus.Service(service)
	if !ok {
		return nil, api.StatusErrorf(501, "NotImplemented", "the local cloud has no service %q", service)
	}
	op, ok := found.Operations[operation]
	if !ok || op.New == nil {
		return nil, api.StatusErrorf(501, "NotImplemented", "the local cloud's %s has no operation %q", service, operation)
	}
	in := op.New()
	if err := fill(in, arguments); err != nil {
		return nil, failf(errRuntime, "The arguments of %s:%s do not fit: %v", service, operation, err)
	}
	out, err := bus.Call(ctx, v.exec.caller(), service, operation, in)
	if err != nil {
		return nil, err
	}
	return members(out), nil
}

// target is an optimized integration that is one call: its operation, the
// service's names in errors, and the content type of its HTTP metadata; it
// answers with none where that is empty.
type target struct {
	service, operation string
	errorPrefix, v1    string
	contentType        string
}

var optimized = map[string]target{
	"events:putEvents": {service: "events", operation: "PutEvents", errorPrefix: "EventBridge", v1: "AmazonCloudWatchEvents"},
	"sns:publish":      {service: "sns", operation: "Publish", errorPrefix: "SNS", v1: "AmazonSNS", contentType: "text/xml"},
	"sqs:sendMessage":  {service: "sqs", operation: "SendMessage", errorPrefix: "SQS", v1: "AmazonSQS", contentType: "application/x-amz-json-1.0"},
}

func (v *visit) callOptimized(ctx context.Context, r resource, t target, arguments any) (any, error) {
	out, err := v.callOperation(ctx, t.service, t.operation, v.textual(r, arguments))
	if f, ok := err.(*failure); ok {
		return nil, f
	}
	if err != nil {
		return nil, v1Failure(t.service, t.errorPrefix, t.v1, err)
	}
	result, ok := out.(*ordered.Object)
	if !ok {
		result = ordered.New()
	}
	if failed, _ := result.Get("FailedEntryCount").(float64); failed > 0 {
		return nil, failf("EventBridge.FailedEntry", "%s", ordered.Encode(ordered.New().Set("Entries", result.Get("Entries")).Set("FailedEntryCount", failed)))
	}
	if t.contentType != "" {
		addMetadata(result, v.exec.service.now(), 200, len(ordered.Encode(result)), [][2]string{{"connection", "keep-alive"}, {"Content-Type", t.contentType}})
	}
	return result, nil
}

// jsonMembers are those that may be given as JSON where the service wants text,
// by the kind of the resource.
var jsonMembers = map[string][]string{
	"sns": {"Message"}, "sqs": {"MessageBody"}, "states": {"Input"}, "aws-sdk:sfn": {"Input", "Output"},
}

// textual turns JSON into text where the service wants that, and completes the
// entries of PutEvents.
func (v *visit) textual(r resource, arguments any) any {
	given, ok := arguments.(*ordered.Object)
	if !ok {
		return arguments
	}
	copied := ordered.New()
	for name, value := range given.All() {
		switch {
		case slices.Contains(jsonMembers[r.kind], name):
			value = text(value)
		case r.kind == "events" && name == "Entries":
			value = v.entries(value)
		}
		copied.Set(name, value)
	}
	return copied
}

func text(value any) any {
	if _, ok := value.(string); ok || value == nil {
		return value
	}
	return ordered.Encode(value)
}

// entries of PutEvents get the machine and the execution among their resources.
func (v *visit) entries(value any) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	copied := make([]any, len(list))
	for i, entry := range list {
		object, ok := entry.(*ordered.Object)
		if !ok {
			return value
		}
		changed := ordered.New()
		for name, member := range object.All() {
			if name == "Detail" {
				member = text(member)
			}
			changed.Set(name, member)
		}
		resources, _ := changed.Get("Resources").([]any)
		changed.Set("Resources", append(append([]any{}, resources...), v.exec.machine.arn, v.exec.arn))
		copied[i] = changed
	}
	return copied
}
