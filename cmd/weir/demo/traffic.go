package demo

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/time/rate"
)

// invoker is the Lambda client that customers would use.
type invoker interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// sample is one answered request.
type sample struct {
	at      time.Time // cloud time
	version string    // the version that answered
	failed  bool      // what the app did
}

// traffic sends steady requests to an alias and remembers who answered.
type traffic struct {
	api             invoker
	now             func() time.Time // cloud time
	function, alias string

	mu       sync.Mutex
	samples  []sample
	unserved int   // requests that the cloud did not route to a version
	last     error // the latest reason
}

// senders bounds the requests under way at once.
const senders = 8

// run sends perSecond requests a second of wall time until ctx ends.
func (t *traffic) run(ctx context.Context, perSecond float64) {
	limiter := rate.NewLimiter(rate.Limit(perSecond), senders)
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			for limiter.Wait(ctx) == nil {
				t.send(ctx)
			}
		})
	}
	group.Wait()
}

func (t *traffic) send(ctx context.Context) {
	at := t.now()
	out, err := t.api.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: &t.function, Qualifier: &t.alias, Payload: []byte(`{"order": 1}`)})
	if ctx.Err() != nil {
		return // the demo ended under this request: it counts for nobody
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.unserved++
		t.last = err
		return
	}
	t.samples = append(t.samples, sample{at: at, version: aws.ToString(out.ExecutedVersion), failed: out.FunctionError != nil})
}

// counts are requests and errors by version.
type counts struct {
	Requests map[string]int
	Errors   map[string]int
}

// between counts what was sent from from (inclusive) to to (exclusive).
func (t *traffic) between(from, to time.Time) counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := counts{Requests: map[string]int{}, Errors: map[string]int{}}
	for _, s := range t.samples {
		if s.at.Before(from) || !s.at.Before(to) {
			continue
		}
		c.Requests[s.version]++
		if s.failed {
			c.Errors[s.version]++
		}
	}
	return c
}

// trouble tells how many requests the cloud failed to serve, and the latest
// reason.
func (t *traffic) trouble() (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.unserved, t.last
}
