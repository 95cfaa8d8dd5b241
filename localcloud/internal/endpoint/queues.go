package endpoint

import (
	"context"
	"strconv"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda"
	"weir/localcloud/internal/sqs"
)

// queues lets Lambda poll the queues of SQS.
type queues struct{ bus *api.Bus }

// Check finds a queue's visibility timeout, and what the caller may not do. It
// asks with requests that SQS refuses for their content once IAM allows them, so
// that nothing is received or deleted.
func (q queues) Check(ctx context.Context, caller api.Caller, queueARN string) (lambda.QueueCheck, error) {
	var none int32
	for _, probe := range []struct {
		operation string
		in        any
	}{
		{"ReceiveMessage", &sqs.ReceiveMessageInput{QueueUrl: &queueARN, MaxNumberOfMessages: &none}},
		{"DeleteMessage", &sqs.DeleteMessageInput{QueueUrl: &queueARN}},
	} {
		_, err := q.bus.Call(ctx, caller, "sqs", probe.operation, probe.in)
		if denied(err) {
			return lambda.QueueCheck{Denied: probe.operation}, nil
		}
		if api.IsCode(err, "QueueDoesNotExist") {
			return lambda.QueueCheck{}, err
		}
	}
	out, err := api.Do[sqs.Attributes](ctx, q.bus, caller, "sqs", "GetQueueAttributes",
		&sqs.AttributesInput{QueueUrl: &queueARN, AttributeNames: []string{"VisibilityTimeout"}})
	if denied(err) {
		return lambda.QueueCheck{Denied: "GetQueueAttributes"}, nil
	}
	if err != nil {
		return lambda.QueueCheck{}, err
	}
	seconds, err := strconv.Atoi(out.Attributes["VisibilityTimeout"])
	return lambda.QueueCheck{VisibilityTimeout: time.Duration(seconds) * time.Second}, err
}

func denied(err error) bool {
	return api.IsCode(err, "AccessDenied") || api.IsCode(err, "AccessDeniedException")
}

// Receive takes messages with all their attributes.
func (q queues) Receive(ctx context.Context, caller api.Caller, queueARN string, most int32) ([]lambda.Message, error) {
	var now int32
	out, err := api.Do[sqs.ReceiveMessageOutput](ctx, q.bus, caller, "sqs", "ReceiveMessage", &sqs.ReceiveMessageInput{
		QueueUrl: &queueARN, MaxNumberOfMessages: &most, WaitTimeSeconds: &now,
		MessageSystemAttributeNames: []string{"All"}, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		return nil, err
	}
	messages := make([]lambda.Message, 0, len(out.Messages))
	for _, m := range out.Messages {
		message := lambda.Message{MessageID: *m.MessageId, Receipt: *m.ReceiptHandle, Body: *m.Body, Attributes: m.Attributes,
			MD5OfBody: *m.MD5OfBody, MessageAttributes: map[string]lambda.MessageAttribute{}}
		if m.MD5OfMessageAttributes != nil {
			message.MD5OfMessageAttributes = *m.MD5OfMessageAttributes
		}
		for name, value := range m.MessageAttributes {
			message.MessageAttributes[name] = lambda.MessageAttribute{StringValue: value.StringValue, BinaryValue: value.BinaryValue,
				DataType: *value.DataType, StringListValues: []string{}, BinaryListValues: [][]byte{}}
		}
		messages = append(messages, message)
	}
	return messages, nil
}

// Delete deletes received messages. One whose receipt has expired stays.
func (q queues) Delete(ctx context.Context, caller api.Caller, queueARN string, receipts []string) error {
	in := &sqs.DeleteBatchInput{QueueUrl: &queueARN}
	for i, receipt := range receipts {
		id := strconv.Itoa(i)
		in.Entries = append(in.Entries, sqs.ReceiptEntry{Id: &id, ReceiptHandle: &receipt})
	}
	_, err := q.bus.Call(ctx, caller, "sqs", "DeleteMessageBatch", in)
	return err
}
