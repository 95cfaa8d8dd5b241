package sqs

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/localcloud/internal/api"
)

// systemAttributes are what SQS itself tells of a message, to those who ask.
var systemAttributes = []string{
	"All", "AWSTraceHeader", "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "DeadLetterQueueSourceArn",
	"MessageDeduplicationId", "MessageGroupId", "SenderId", "SentTimestamp", "SequenceNumber",
}

// wanted is a checked request for messages.
type wanted struct {
	most         int
	hidden, wait time.Duration
	system, own  []string // names of attributes
}

func (q *queue) wanted(in *ReceiveMessageInput) (wanted, error) {
	w := wanted{most: 1, hidden: q.seconds("VisibilityTimeout"), wait: q.seconds("ReceiveMessageWaitTimeSeconds"),
		system: slices.Concat(in.AttributeNames, in.MessageSystemAttributeNames), own: in.MessageAttributeNames}
	if n := in.MaxNumberOfMessages; n != nil {
		if *n < 1 || *n > 10 {
			return w, invalid(*n, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
		}
		w.most = int(*n)
	}
	if n := in.VisibilityTimeout; n != nil {
		if *n < 0 || *n > longestHidden {
			return w, invalid(*n, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided.")
		}
		w.hidden = time.Duration(*n) * time.Second
	}
	if n := in.WaitTimeSeconds; n != nil {
		if *n < 0 || *n > 20 {
			return w, invalid(*n, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
		}
		w.wait = time.Duration(*n) * time.Second
	}
	for _, name := range w.system {
		if !slices.Contains(systemAttributes, name) {
			return w, unknown(name)
		}
	}
	return w, nil
}

// receiveMessage answers with messages, or waits for one as long as asked.
func (s *Service) receiveMessage(ctx context.Context, _ api.Caller, in *ReceiveMessageInput) (*ReceiveMessageOutput, error) {
	hold := s.Clock.Hold()
	defer hold.Release()
	started := s.Clock.Now()
	for {
		woken, wake := context.WithCancel(ctx)
		out, wait, err := s.tryReceive(started, in, wake)
		if err != nil || len(out.Messages) > 0 || wait <= 0 {
			wake()
			return out, err
		}
		err = hold.Sleep(woken, wait)
		wake()
		if err != nil && ctx.Err() != nil {
			s.leave(in)
			return nil, ctx.Err()
		}
	}
}

// leave ends the wait of a receiver that went away.
func (s *Service) leave(in *ReceiveMessageInput) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q, ok := s.queues[nameOf(in.QueueUrl)]; ok {
		delete(q.waiting, in)
	}
}

// tryReceive takes what is there. Where there is nothing, it tells how long to
// wait before looking again, unless woken; not at all when the caller has waited
// long enough.
func (s *Service) tryReceive(started time.Time, in *ReceiveMessageInput, wake context.CancelFunc) (*ReceiveMessageOutput, time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, 0, err
	}
	w, err := q.wanted(in)
	if err != nil {
		return nil, 0, err
	}
	delete(q.waiting, in)
	now := s.Clock.Now()
	out := &ReceiveMessageOutput{Messages: s.take(q, w, now)}
	wait := w.wait - now.Sub(started)
	for _, m := range q.messages {
		if m.visible.After(now) {
			wait = min(wait, m.visible.Sub(now))
		}
	}
	switch received := len(out.Messages); {
	case received > 0:
		s.record(q, now, measure{"NumberOfMessagesReceived", float64(received), count})
	case wait > 0:
		q.waiting[in] = wake
	default:
		s.record(q, now, measure{"NumberOfEmptyReceives", 1, count})
	}
	return out, wait, nil
}

// take hides the messages that it answers with; those received too often go to
// the dead-letter queue instead. Call with the lock held.
func (s *Service) take(q *queue, w wanted, now time.Time) []Message {
	var taken []Message
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool {
		if len(taken) == w.most || m.visible.After(now) {
			return false
		}
		if s.bury(q, m) {
			return true
		}
		m.visible, m.receipt = now.Add(w.hidden), api.NewID()
		if m.received++; m.firstReceived.IsZero() {
			m.firstReceived = now
		}
		taken = append(taken, q.show(m, w))
		return false
	})
	return taken
}

// show is a message as its receiver sees it.
func (q *queue) show(m *message, w wanted) Message {
	own := selected(m.attributes, w.own)
	return Message{MessageId: &m.id, ReceiptHandle: new(q.handle(m)), Body: &m.body, MD5OfBody: new(digest([]byte(m.body))),
		Attributes: m.system(w.system), MessageAttributes: own, MD5OfMessageAttributes: attributesDigest(own)}
}

// system are the attributes that SQS tells, of those asked for. Times are in
// milliseconds since 1970.
func (m *message) system(names []string) map[string]string {
	values := map[string]string{
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.firstReceived.UnixMilli(), 10),
		"ApproximateReceiveCount":          strconv.Itoa(m.received),
		"DeadLetterQueueSourceArn":         m.source,
		"MessageGroupId":                   m.group,
		"SenderId":                         m.sender,
		"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
	}
	var told map[string]string
	for name, value := range values {
		if value == "" || !slices.Contains(names, name) && !slices.Contains(names, "All") {
			continue
		}
		if told == nil {
			told = map[string]string{}
		}
		told[name] = value
	}
	return told
}

// selected are the sender's attributes of those names; "All", ".*" and "x.*"
// stand for many.
func selected(attributes map[string]MessageAttributeValue, names []string) map[string]MessageAttributeValue {
	var found map[string]MessageAttributeValue
	for name, value := range attributes {
		asked := slices.ContainsFunc(names, func(pattern string) bool {
			prefix, many := strings.CutSuffix(pattern, "*")
			prefix = strings.TrimSuffix(prefix, ".") // foo.* and .* are the documented forms
			return pattern == "All" || pattern == name || many && strings.HasPrefix(name, prefix)
		})
		if !asked {
			continue
		}
		if found == nil {
			found = map[string]MessageAttributeValue{}
		}
		found[name] = value
	}
	return found
}
