package sqs

import (
	"cmp"
	"context"
	"regexp"

	"weir/localcloud/internal/api"
)

var batchID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,80}$`)

// checkBatch refuses a batch as a whole; kind names its entries.
func checkBatch[E any](kind string, entries []E, id func(E) *string) error {
	switch {
	case len(entries) == 0:
		return failure("EmptyBatchRequest", "There should be at least one %s in the request.", kind)
	case len(entries) > 10:
		return failure("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent %d.", len(entries))
	}
	seen := map[string]bool{}
	for _, entry := range entries {
		name := api.Deref(id(entry))
		if !batchID.MatchString(name) {
			return failure("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")
		}
		if seen[name] {
			return failure("BatchEntryIdsNotDistinct", "Id %s repeated.", name)
		}
		seen[name] = true
	}
	return nil
}

// failed is an entry's failure; its code is the one of the Query protocol in
// every protocol.
func failed(id *string, err error) BatchError {
	awsErr := api.AsError(err)
	return BatchError{Id: id, Code: new(cmp.Or(awsErr.QueryCode, awsErr.Code)), Message: &awsErr.Message, SenderFault: awsErr.HTTPStatus() < 500}
}

func (s *Service) sendBatch(_ context.Context, caller api.Caller, in *SendBatchInput) (*SendBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := checkBatch("SendMessageBatchRequestEntry", in.Entries, func(e SendBatchEntry) *string { return e.Id }); err != nil {
		return nil, err
	}
	size := 0
	for _, e := range in.Entries {
		size += sizeOf(api.Deref(e.MessageBody), e.MessageAttributes)
	}
	if size > largest {
		return nil, failure("BatchRequestTooLong", "Batch requests cannot be longer than %d bytes. You have sent %d bytes.", largest, size)
	}
	out := &SendBatchOutput{}
	for _, e := range in.Entries {
		sent, err := s.send(q, caller, &SendMessageInput{MessageBody: e.MessageBody, DelaySeconds: e.DelaySeconds, MessageAttributes: e.MessageAttributes,
			MessageSystemAttributes: e.MessageSystemAttributes, MessageDeduplicationId: e.MessageDeduplicationId, MessageGroupId: e.MessageGroupId})
		if err != nil {
			out.Failed = append(out.Failed, failed(e.Id, err))
			continue
		}
		out.Successful = append(out.Successful, SentEntry{Id: e.Id, MessageId: sent.MessageId, MD5OfMessageBody: sent.MD5OfMessageBody, MD5OfMessageAttributes: sent.MD5OfMessageAttributes})
	}
	return out, nil
}

func (s *Service) deleteBatch(_ context.Context, _ api.Caller, in *DeleteBatchInput) (*DeleteBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := checkBatch("DeleteMessageBatchRequestEntry", in.Entries, func(e ReceiptEntry) *string { return e.Id }); err != nil {
		return nil, err
	}
	out := &DeleteBatchOutput{}
	for _, e := range in.Entries {
		if err := s.delete(q, e.ReceiptHandle); err != nil {
			out.Failed = append(out.Failed, failed(e.Id, err))
			continue
		}
		out.Successful = append(out.Successful, BatchID{Id: e.Id})
	}
	return out, nil
}

func (s *Service) changeVisibilityBatch(_ context.Context, _ api.Caller, in *ChangeVisibilityBatchInput) (*ChangeVisibilityBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := checkBatch("ChangeMessageVisibilityBatchRequestEntry", in.Entries, func(e VisibilityEntry) *string { return e.Id }); err != nil {
		return nil, err
	}
	out := &ChangeVisibilityBatchOutput{}
	for _, e := range in.Entries {
		if err := s.hide(q, e.ReceiptHandle, e.VisibilityTimeout); err != nil {
			out.Failed = append(out.Failed, failed(e.Id, err))
			continue
		}
		out.Successful = append(out.Successful, BatchID{Id: e.Id})
	}
	return out, nil
}
