package lambda

import (
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda/runtime"
)

// pollPause is the cloud time between two looks at a queue. Lambda polls without
// pause; a look each second is enough for a rehearsal, and a stepped clock finds
// every message at a time that can be foretold.
const pollPause = time.Second

// pollers is how many batches of a mapping run at once at most: what Lambda
// begins with.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
const pollers = 5

// schedulePoll plans the next look. Call with the lock held.
func (s *Service) schedulePoll(m *mapping) {
	m.timer = s.Clock.AfterFunc(pollPause, func() { s.poll(m) })
}

// poll empties a queue, several batches at a time, and plans the next look.
// Batches of a mapping with a window are gathered by one poller.
func (s *Service) poll(m *mapping) {
	s.mu.Lock()
	config := m.config
	if m.polling = api.Deref(config.State) == mappingEnabled && s.ctx.Err() == nil; !m.polling {
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	if api.Deref(config.MaximumBatchingWindowInSeconds) > 0 {
		s.gather(m, config)
	} else {
		s.drain(config)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m.polling = false
	if api.Deref(m.config.State) == mappingEnabled && s.ctx.Err() == nil {
		s.schedulePoll(m)
	}
}

// drain runs batches until the queue is empty or one fails.
func (s *Service) drain(config types.EventSourceMappingConfiguration) {
	most := pollers
	if scaling := config.ScalingConfig; scaling != nil && scaling.MaximumConcurrency != nil {
		most = min(most, int(*scaling.MaximumConcurrency))
	}
	done := make(chan struct{}, most)
	for range most {
		go func() {
			defer func() { done <- struct{}{} }()
			for s.ctx.Err() == nil {
				messages := s.receive(config, int(*config.BatchSize))
				if len(messages) == 0 || !s.consume(config, messages) {
					return
				}
			}
		}()
	}
	for range most {
		<-done
	}
}

// gather fills a batch until it is large enough or the first of its messages
// has waited for the window.
func (s *Service) gather(m *mapping, config types.EventSourceMappingConfiguration) {
	window := time.Duration(*config.MaximumBatchingWindowInSeconds) * time.Second
	for s.ctx.Err() == nil {
		fresh := s.receive(config, int(*config.BatchSize)-len(m.buffer))
		if len(m.buffer) == 0 {
			m.since = s.Clock.Now()
		}
		m.buffer = append(m.buffer, fresh...)
		full := len(m.buffer) >= int(*config.BatchSize)
		if len(m.buffer) == 0 || !full && s.Clock.Now().Before(m.since.Add(window)) {
			return
		}
		batch := m.buffer
		m.buffer = nil
		if !s.consume(config, batch) || !full {
			return
		}
	}
}

// receive takes up to most messages, which SQS gives in tens.
func (s *Service) receive(config types.EventSourceMappingConfiguration, most int) []Message {
	caller, err := s.poller(config)
	var all []Message
	for err == nil && len(all) < most {
		var some []Message
		some, err = s.Queues.Receive(s.ctx, caller, *config.EventSourceArn, int32(min(most-len(all), 10)))
		if len(some) == 0 {
			break
		}
		all = append(all, some...)
	}
	if err != nil && s.ctx.Err() == nil {
		s.Log.Warn("event source mapping cannot poll", "queue", *config.EventSourceArn, "function", *config.FunctionArn, "error", err.Error())
	}
	return all
}

// poller is Lambda in the role of the function as it is now.
func (s *Service) poller(config types.EventSourceMappingConfiguration) (api.Caller, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, v, _, err := s.find(config.FunctionArn, nil)
	if err != nil {
		return api.Caller{}, err
	}
	return inRoleOf(v), nil
}

// consume invokes the function with a batch, in parts where it is too large for
// one event, and deletes what the function has done. It tells whether all of it
// was. What was not shows again after the queue's visibility timeout.
func (s *Service) consume(config types.EventSourceMappingConfiguration, messages []Message) bool {
	all := true
	for len(messages) > 0 && s.ctx.Err() == nil {
		payload, taken := s.eventOf(config, messages)
		batch := messages[:taken]
		messages = messages[taken:]
		caller, err := s.poller(config)
		if err != nil {
			return false
		}
		event := runtime.Event{ID: api.NewID(), Payload: payload}
		got, err := s.attempt(s.ctx, caller, config.FunctionArn, nil, event)
		if err != nil || got.Failed {
			s.Log.Warn("a batch failed", "function", *config.FunctionArn, "request", event.ID, "messages", len(batch), "payload", string(got.Payload), "error", err)
			all = false
			continue
		}
		done := batch
		if slices.Contains(config.FunctionResponseTypes, types.FunctionResponseTypeReportBatchItemFailures) {
			done = succeeded(batch, got.Payload)
		}
		all = all && len(done) == len(batch)
		if err := s.deleteMessages(caller, *config.EventSourceArn, done); err != nil {
			s.Log.Warn("messages not deleted", "queue", *config.EventSourceArn, "error", err.Error())
		}
	}
	return all
}

func (s *Service) deleteMessages(caller api.Caller, queue string, messages []Message) error {
	var failed error
	for ten := range slices.Chunk(messages, 10) {
		receipts := make([]string, 0, len(ten))
		for _, message := range ten {
			receipts = append(receipts, message.Receipt)
		}
		failed = errors.Join(failed, s.Queues.Delete(s.ctx, caller, queue, receipts))
	}
	return failed
}
