package sqs

import (
	"maps"
	"slices"
	"time"

	"weir/localcloud/internal/api"
)

// measure is one value of a metric.
type measure struct {
	name  string
	value float64
	unit  string
}

const count = "Count"

// record tells the metrics of a queue.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
func (s *Service) record(q *queue, at time.Time, measures ...measure) {
	if s.Metrics == nil {
		return
	}
	data := make([]api.Datum, len(measures))
	for i, m := range measures {
		data[i] = api.Datum{Namespace: "AWS/SQS", Name: m.name, Dimensions: []api.Dimension{{Name: "QueueName", Value: q.name}}, Value: m.value, Unit: m.unit, Time: at}
	}
	s.Metrics.Record(data...)
}

// watch records each minute how long the queues are, for as long as there are
// any. Call with the lock held.
func (s *Service) watch() {
	if s.Metrics == nil || s.watching {
		return
	}
	s.watching = true
	s.Clock.AfterFunc(time.Minute, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		now := s.Clock.Now()
		for _, name := range slices.Sorted(maps.Keys(s.queues)) {
			q := s.queues[name]
			q.expire(now)
			visible, delayed, inFlight := q.count(now)
			s.record(q, now, measure{"ApproximateNumberOfMessagesVisible", float64(visible), count},
				measure{"ApproximateNumberOfMessagesDelayed", float64(delayed), count}, measure{"ApproximateNumberOfMessagesNotVisible", float64(inFlight), count})
		}
		if s.watching = false; len(s.queues) > 0 {
			s.watch()
		}
	})
}
