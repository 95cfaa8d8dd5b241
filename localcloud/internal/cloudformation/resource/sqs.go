package resource

import (
	"context"
	"maps"
	"slices"
)

// queueAttributes are the properties that SQS holds as attributes. Those of FIFO
// queues are not among them: the local cloud has none.
var queueAttributes = []string{
	"DelaySeconds", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod",
	"ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled", "VisibilityTimeout",
}

// queueDefaults are what an attribute returns to when its property leaves the
// template; others return to an empty text.
var queueDefaults = map[string]string{
	"DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
	"ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "30",
}

var queueGone = []string{"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}

func queue() Kind {
	return Kind{
		Properties: append([]string{"QueueName", "Tags"}, queueAttributes...),
		Immutable:  []string{"QueueName"},
		Create:     createQueue,
		Update:     updateQueue,
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "sqs", "DeleteQueue", map[string]any{"QueueUrl": r.Physical})
			return ignoring(err, queueGone...)
		},
	}
}

func createQueue(ctx context.Context, r *Request) (Result, error) {
	name := r.text("QueueName")
	if name == "" {
		name = r.uniqueName(80)
	}
	out, err := r.call(ctx, "sqs", "CreateQueue", map[string]any{
		"QueueName":  name,
		"Attributes": optionalMap(attributes(r.Properties, queueAttributes)),
		"Tags":       optionalMap(tagMap(r.Properties["Tags"])),
	})
	if err != nil {
		return Result{}, err
	}
	url := textOf(out["QueueUrl"])
	made := Result{Physical: url, Attributes: map[string]any{
		"Arn": r.Env.ARN("sqs", name), "QueueName": name, "QueueUrl": url,
	}}
	return made, nil
}

func updateQueue(ctx context.Context, r *Request) (Result, error) {
	kept := Result{Physical: r.Physical, Attributes: r.Attributes}
	changed := map[string]any{}
	err := setAttributes(ctx, r, queueAttributes, func(name, value string) error {
		if value == "" {
			value = queueDefaults[name]
		}
		changed[name] = value
		return nil
	})
	if err != nil {
		return kept, err
	}
	if len(changed) > 0 {
		if _, err := r.call(ctx, "sqs", "SetQueueAttributes", map[string]any{"QueueUrl": r.Physical, "Attributes": changed}); err != nil {
			return kept, err
		}
	}
	return kept, retagQueue(ctx, r)
}

func retagQueue(ctx context.Context, r *Request) error {
	before, after := tagMap(r.Old["Tags"]), tagMap(r.Properties["Tags"])
	if gone := lacking(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after))); len(gone) > 0 {
		keys := make([]any, 0, len(gone))
		for _, key := range gone {
			keys = append(keys, key)
		}
		if _, err := r.call(ctx, "sqs", "UntagQueue", map[string]any{"QueueUrl": r.Physical, "TagKeys": keys}); err != nil {
			return err
		}
	}
	if len(after) == 0 || maps.Equal(before, after) {
		return nil
	}
	_, err := r.call(ctx, "sqs", "TagQueue", map[string]any{"QueueUrl": r.Physical, "Tags": after})
	return err
}
