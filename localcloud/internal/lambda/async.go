package lambda

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda/runtime"
)

// queued is an asynchronous event on its way.
type queued struct {
	caller    api.Caller
	function  *string
	qualifier *string
	event     runtime.Event
	expires   time.Time // cloud time
	retries   int       // left, after a failure
	failures  int
	throttles int
}

// maxAge is how long an event is kept at most, unless configured.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
const maxAge = 6 * time.Hour

// enqueue accepts an event and runs it later, holding the clock while it runs.
func (s *Service) enqueue(caller api.Caller, functionName, qualifier *string, event runtime.Event) (*lambda.InvokeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.pick(caller, functionName, qualifier)
	if err != nil {
		return nil, err
	}
	q := &queued{caller: caller, function: functionName, qualifier: qualifier, event: event, retries: 2, expires: s.Clock.Now().Add(maxAge)}
	if config := t.f.async[asyncKey(t.qualifier)]; config != nil {
		if config.MaximumRetryAttempts != nil {
			q.retries = int(*config.MaximumRetryAttempts)
		}
		if age := config.MaximumEventAgeInSeconds; age != nil {
			q.expires = s.Clock.Now().Add(time.Duration(*age) * time.Second)
		}
	}
	hold := s.Clock.Hold()
	s.work.Go(func() {
		defer hold.Release()
		s.deliver(q)
	})
	return &lambda.InvokeOutput{StatusCode: 202}, nil
}

// deliver makes one attempt and plans the next: after a failure a minute later
// and then two, after a throttle from a second up to five minutes later.
func (s *Service) deliver(q *queued) {
	got, err := s.attempt(s.ctx, q.caller, q.function, q.qualifier, q.event)
	if s.ctx.Err() != nil {
		return
	}
	var wait time.Duration
	switch {
	case api.IsCode(err, "TooManyRequestsException"):
		wait = min(time.Second<<min(q.throttles, 10), 5*time.Minute)
		q.throttles++
	case err == nil && !got.Failed:
		return
	default:
		s.Log.Warn("asynchronous invocation failed", "function", api.Deref(q.function), "request", q.event.ID, "payload", string(got.Payload), "error", err)
		q.failures++
		wait = time.Duration(q.failures) * time.Minute
		if q.failures > q.retries {
			s.drop(q, "no attempt is left")
			return
		}
	}
	if s.Clock.Now().Add(wait).After(q.expires) {
		s.drop(q, "it is too old")
		return
	}
	s.Clock.AfterFunc(wait, func() { s.deliver(q) })
}

// drop gives an event up. Dead-letter queues and destinations are not served,
// so the log is where it is told.
func (s *Service) drop(q *queued, why string) {
	s.Log.Error("asynchronous event dropped", "function", api.Deref(q.function), "request", q.event.ID, "because", why)
}
