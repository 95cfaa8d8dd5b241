package sqs

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"weir/localcloud/internal/api"
)

// message is one message of a queue.
type message struct {
	id, body, receipt, group, sender string
	attributes                       map[string]MessageAttributeValue
	sent, firstReceived, visible     time.Time
	received                         int
	source                           string // ARN of the queue whose dead letter it is
}

// expire drops messages that are too old.
func (q *queue) expire(now time.Time) {
	kept := q.seconds("MessageRetentionPeriod")
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return now.Sub(m.sent) >= kept })
}

// count tells how many messages are visible, delayed and in flight.
func (q *queue) count(now time.Time) (visible, delayed, inFlight int) {
	for _, m := range q.messages {
		switch {
		case !m.visible.After(now):
			visible++
		case m.received > 0:
			inFlight++
		default:
			delayed++
		}
	}
	return visible, delayed, inFlight
}

func (s *Service) sendMessage(_ context.Context, caller api.Caller, in *SendMessageInput) (*SendMessageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return s.send(q, caller, in)
}

// send puts a message into the queue. Call with the lock held.
func (s *Service) send(q *queue, caller api.Caller, in *SendMessageInput) (*SendMessageOutput, error) {
	if err := q.checkMessage(in); err != nil {
		return nil, err
	}
	delay := q.seconds("DelaySeconds")
	if in.DelaySeconds != nil {
		delay = time.Duration(*in.DelaySeconds) * time.Second
	}
	now := s.Clock.Now()
	m := &message{id: api.NewID(), body: *in.MessageBody, group: api.Deref(in.MessageGroupId), sender: caller.ARN, attributes: in.MessageAttributes, sent: now, visible: now.Add(delay)}
	q.messages = append(q.messages, m)
	q.wake()
	s.record(q, now, measure{"NumberOfMessagesSent", 1, count}, measure{"SentMessageSize", float64(sizeOf(m.body, m.attributes)), "Bytes"})
	return &SendMessageOutput{MessageId: &m.id, MD5OfMessageBody: new(digest([]byte(m.body))), MD5OfMessageAttributes: attributesDigest(m.attributes)}, nil
}

// checkMessage refuses what SQS would not take.
func (q *queue) checkMessage(in *SendMessageInput) error {
	body := api.Deref(in.MessageBody)
	most := q.number("MaximumMessageSize")
	switch {
	case body == "":
		return missing("MessageBody")
	case sizeOf(body, in.MessageAttributes) > most:
		return failure("InvalidParameterValueException", "One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", most)
	case !utf8.ValidString(body), strings.ContainsFunc(body, unwritable):
		return failure("InvalidMessageContents", "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF")
	case in.DelaySeconds != nil && (*in.DelaySeconds < 0 || *in.DelaySeconds > 900):
		return invalid(*in.DelaySeconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
	case in.MessageDeduplicationId != nil:
		return invalid(*in.MessageDeduplicationId, "MessageDeduplicationId", "The request includes a parameter that is not valid for this queue type.")
	case len(in.MessageSystemAttributes) > 0:
		return api.StatusErrorf(501, "NotImplemented", "the local cloud does not support MessageSystemAttributes")
	}
	return checkAttributeValues(in.MessageAttributes)
}

// unwritable tells the characters that XML has no way to write.
func unwritable(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// handle is the receipt handle of a message received just now: it names the
// queue, the message and the receipt.
func (q *queue) handle(m *message) string {
	return base64.StdEncoding.EncodeToString([]byte(q.name + " " + m.id + " " + m.receipt))
}

// received finds a message by its receipt handle; found is false when there is
// no such message any more, or it was received again since.
func (q *queue) received(handle *string) (m *message, found bool, err error) {
	text := api.Deref(handle)
	if text == "" {
		return nil, false, missing("ReceiptHandle")
	}
	decoded, decodeErr := base64.StdEncoding.DecodeString(text)
	parts := strings.Fields(string(decoded))
	if decodeErr != nil || len(parts) != 3 || parts[0] != q.name {
		return nil, false, failure("ReceiptHandleIsInvalid", "The input receipt handle %q is not a valid receipt handle.", text)
	}
	for _, m := range q.messages {
		if m.id == parts[1] && m.receipt == parts[2] {
			return m, true, nil
		}
	}
	return nil, false, nil
}

func (s *Service) deleteMessage(_ context.Context, _ api.Caller, in *DeleteMessageInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return nil, s.delete(q, in.ReceiptHandle)
}

// delete drops a received message. One that is gone, or was received again
// since, is no error. Call with the lock held.
func (s *Service) delete(q *queue, handle *string) error {
	gone, found, err := q.received(handle)
	if found {
		s.record(q, s.Clock.Now(), measure{"NumberOfMessagesDeleted", 1, count})
		q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return m == gone })
	}
	return err
}

func (s *Service) changeVisibility(_ context.Context, _ api.Caller, in *ChangeVisibilityInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return nil, s.hide(q, in.ReceiptHandle, in.VisibilityTimeout)
}

// hide makes a received message visible so many seconds from now, also one that
// became visible since. Call with the lock held.
func (s *Service) hide(q *queue, handle *string, seconds *int32) error {
	if seconds == nil {
		return missing("VisibilityTimeout")
	}
	if *seconds < 0 || *seconds > longestHidden {
		return invalid(*seconds, "VisibilityTimeout", "VisibilityTimeout must be an integer between 0 and 43200.")
	}
	m, found, err := q.received(handle)
	if err != nil {
		return err
	}
	if !found {
		return invalid(*handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change.")
	}
	m.visible = s.Clock.Now().Add(time.Duration(*seconds) * time.Second)
	q.wake()
	return nil
}
