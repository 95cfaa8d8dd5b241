package sqs

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"weir/localcloud/internal/api"
)

// queue is a queue with its messages, oldest first.
type queue struct {
	name       string
	attributes map[string]string
	tags       map[string]string
	messages   []*message
	created    time.Time
	modified   time.Time
	purged     time.Time
	// waiting wakes the receivers that wait for a message.
	waiting map[*ReceiveMessageInput]context.CancelFunc
}

// wake lets the receivers that wait look again. Call with the lock held.
func (q *queue) wake() {
	for _, look := range q.waiting {
		look()
	}
	clear(q.waiting)
}

// pause is how long AWS refuses to make a queue again after deleting it, and to
// purge it again.
const pause = time.Minute

var queueName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,80}$`)

// queue finds a queue. Call with the lock held.
func (s *Service) queue(url *string) (*queue, error) {
	if api.Deref(url) == "" {
		return nil, missing("QueueUrl")
	}
	q, ok := s.queues[nameOf(url)]
	if !ok {
		return nil, noQueue()
	}
	q.expire(s.Clock.Now())
	return q, nil
}

func (s *Service) createQueue(_ context.Context, _ api.Caller, in *CreateQueueInput) (*QueueURL, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := api.Deref(in.QueueName)
	switch {
	case in.QueueName == nil:
		return nil, missing("QueueName")
	case strings.HasSuffix(name, ".fifo"):
		return nil, noFIFO()
	case !queueName.MatchString(name):
		return nil, failure("InvalidParameterValueException", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	if err := s.checkAttributes(name, in.Attributes); err != nil {
		return nil, err
	}
	if q, exists := s.queues[name]; exists {
		return s.same(q, in.Attributes)
	}
	now := s.Clock.Now()
	if at, ok := s.deleted[name]; ok && now.Sub(at) < pause {
		return nil, failure("QueueDeletedRecently", "You must wait 60 seconds after deleting a queue before you can create another with the same name.")
	}
	q := &queue{name: name, attributes: map[string]string{}, tags: map[string]string{}, created: now, modified: now,
		waiting: map[*ReceiveMessageInput]context.CancelFunc{}}
	q.set(in.Attributes)
	maps.Copy(q.tags, in.Tags)
	s.queues[name] = q
	s.watch()
	return &QueueURL{QueueUrl: new(s.url(name))}, nil
}

// same answers for a queue that exists, if it is as asked for.
func (s *Service) same(q *queue, asked map[string]string) (*QueueURL, error) {
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if q.attribute(name) != asked[name] {
			return nil, failure("QueueNameExists", "A queue already exists with the same name and a different value for attribute %s", name)
		}
	}
	return &QueueURL{QueueUrl: new(s.url(q.name))}, nil
}

func (s *Service) getQueueURL(_ context.Context, _ api.Caller, in *GetQueueUrlInput) (*QueueURL, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.QueueName == nil {
		return nil, missing("QueueName")
	}
	owner := api.Deref(in.QueueOwnerAWSAccountId)
	if _, ok := s.queues[*in.QueueName]; !ok || owner != "" && owner != s.Env.Account {
		return nil, noQueue()
	}
	return &QueueURL{QueueUrl: new(s.url(*in.QueueName))}, nil
}

func (s *Service) listQueues(_ context.Context, _ api.Caller, in *ListQueuesInput) (*ListQueuesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	most := 1000 // AWS answers no more, and gives no token where none was asked for
	if in.MaxResults != nil {
		if most = int(*in.MaxResults); most < 1 || most > 1000 {
			return nil, invalid(most, "MaxResults", "MaxResults must be an integer between 1 and 1000.")
		}
	}
	out := &ListQueuesOutput{}
	for _, name := range slices.Sorted(maps.Keys(s.queues)) {
		if !strings.HasPrefix(name, api.Deref(in.QueueNamePrefix)) || name <= api.Deref(in.NextToken) {
			continue
		}
		if len(out.QueueUrls) == most {
			if in.MaxResults != nil {
				out.NextToken = new(nameOf(&out.QueueUrls[most-1]))
			}
			break
		}
		out.QueueUrls = append(out.QueueUrls, s.url(name))
	}
	return out, nil
}

func (s *Service) deleteQueue(_ context.Context, _ api.Caller, in *QueueInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	delete(s.queues, q.name)
	s.deleted[q.name] = s.Clock.Now()
	q.wake()
	return nil, nil
}

func (s *Service) purgeQueue(_ context.Context, _ api.Caller, in *QueueInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	if !q.purged.IsZero() && now.Sub(q.purged) < pause {
		err := failure("PurgeQueueInProgress", "Only one PurgeQueue operation on %s is allowed every 60 seconds.", q.name)
		err.Status = 403
		return nil, err
	}
	q.messages, q.purged = nil, now
	return nil, nil
}

func (s *Service) tagQueue(_ context.Context, _ api.Caller, in *TagQueueInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, missing("Tags")
	}
	after := maps.Clone(q.tags)
	maps.Copy(after, in.Tags)
	if len(after) > 50 {
		return nil, failure("InvalidParameterValueException", "Too many tags added for queue %s.", q.name)
	}
	q.tags = after
	return nil, nil
}

func (s *Service) untagQueue(_ context.Context, _ api.Caller, in *UntagQueueInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(q.tags, key)
	}
	return nil, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *QueueInput) (*Tags, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if len(q.tags) == 0 {
		return &Tags{}, nil
	}
	return &Tags{Tags: maps.Clone(q.tags)}, nil
}
