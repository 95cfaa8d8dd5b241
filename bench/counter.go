package main

import (
	"context"
	"strings"
	"sync"

	"weir/localcloud"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"weir/internal/prices"
)

// counter counts what the roles of a pipeline call. It is a gate of the local
// cloud's bus.
type counter struct {
	mu      sync.Mutex
	counts  map[string]int // by service and operation
	metrics int            // asked for in GetMetricData
	events  int            // put by the handlers
}

// gate counts a call and lets it through. Not counted are the bench's own calls,
// and the schedule's sweep with all that the role of the repair does in it: it
// goes on without releases too.
func (c *counter) gate(ctx context.Context, call localcloud.Call, next func(context.Context) (any, error)) (any, error) {
	if workflow := call.Caller.Service == "states.amazonaws.com"; call.Caller.RoleARN != "" && (workflow || handlerOfRelease(call.Caller.RoleARN)) {
		c.count(call)
	}
	return next(ctx)
}

// handlerOfRelease tells whether a role is that of a handler which a release
// that goes well invokes.
func handlerOfRelease(role string) bool {
	return strings.Contains(role, "Plan") || strings.Contains(role, "Shift") || strings.Contains(role, "Verify")
}

func (c *counter) count(call localcloud.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	c.counts[call.Service.Name+":"+call.Operation.Name]++
	switch in := call.Input.(type) {
	case *cloudwatch.GetMetricDataInput:
		c.metrics += len(in.MetricDataQueries)
	case *eventbridge.PutEventsInput:
		c.events += len(in.Entries)
	}
}

// tally is what one release came to.
type tally struct {
	transitions int
	calls       int // of AWS APIs, by the workflow and its handlers
	invocations int // of handlers; among the calls
	usd         float64
}

func (c *counter) tally(transitions int) tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := tally{transitions: transitions, invocations: c.counts["lambda:Invoke"]}
	for _, n := range c.counts {
		t.calls += n
	}
	t.usd = float64(transitions)*prices.Transition +
		float64(t.invocations)*prices.HandlerCall +
		float64(c.metrics)*prices.Metric +
		float64(c.counts["monitoring:DescribeAlarms"])*prices.APIRequest +
		float64(c.events)*prices.Event
	return t
}
