package states

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/ordered"
)

// execution is one run of a machine.
type execution struct {
	service  *Service
	arn      string
	name     string
	machine  *machine
	revision *revision
	input    any
	rawInput string
	trace    *string // X-Ray's header that it was started with
	started  time.Time

	mu       sync.Mutex
	status   types.ExecutionStatus
	stopped  time.Time
	output   *string
	failure  *failure
	events   []types.HistoryEvent
	redrives int
	redriven time.Time
	asked    []redrive // the latest with a client token
	resume   *resumePoint
	cancel   context.CancelFunc
	deadline *clock.Timer
	waiting  []func()      // told when the execution ends (.sync)
	gone     chan struct{} // closed when the goroutine has ended
	// published is closed when the latest status change has been sent.
	published chan struct{}
}

// resumePoint is where a redrive goes on: the state that failed, with what it
// had when it was entered.
type resumePoint struct {
	state string
	input any
	vars  *ordered.Object
	// children of a Parallel or Map state, by index; nil where none started.
	children []*childResume
}

// childResume is what became of a branch or iteration: its output, or where it
// failed.
type childResume struct {
	done   bool
	output any
	at     *resumePoint
}

// launch starts, or after a redrive restarts, the execution's goroutine. The
// clock is held from here on until it waits.
func (x *execution) launch(resume *resumePoint) {
	x.datum("ExecutionsStarted", 1, "Count")
	x.launchFrom(resume, 0)
}

// launchFrom starts the goroutine; its first event follows the one with the id
// previous.
func (x *execution) launchFrom(resume *resumePoint, previous int64) {
	ctx, cancel := context.WithCancel(x.service.base)
	x.cancel, x.gone = cancel, make(chan struct{})
	gone := x.gone
	if seconds := x.revision.definition.TimeoutSeconds; seconds > 0 {
		x.deadline = x.service.Clock.AfterFunc(time.Duration(seconds)*time.Second, func() {
			x.interrupt(types.ExecutionStatusTimedOut, &failure{})
		})
	}
	b := &branch{exec: x, ctx: ctx, hold: x.service.Clock.Hold(), previous: previous, resume: resume}
	x.service.running.Add(1)
	go func() {
		defer x.service.running.Done()
		defer close(gone)
		defer b.hold.Release()
		defer cancel()
		b.execute()
	}()
}

// execute runs the machine from its start, or from where a redrive resumes.
func (b *branch) execute() {
	x := b.exec
	x.publish()
	start, input := x.revision.definition.StartAt, x.input
	if b.resume == nil {
		b.given = x.rawInput
	} else {
		start, input, b.vars = b.resume.state, b.resume.input, b.resume.vars
	}
	output, err := b.run(&x.revision.definition.Container, start, input)
	x.mu.Lock()
	x.resume = b.lostAt
	x.mu.Unlock()
	switch err := err.(type) {
	case nil:
		text := ordered.Encode(output)
		x.finish(types.ExecutionStatusSucceeded, &text, nil, b.previous)
	case *failure:
		x.finish(types.ExecutionStatusFailed, nil, err, b.previous)
	}
}

// finish ends the execution once: whoever comes first decides how. It tells
// whether it did. The end follows no event (previous is 0) when it comes from
// outside: a stop or the machine's timeout.
func (x *execution) finish(status types.ExecutionStatus, output *string, why *failure, previous int64) bool {
	x.mu.Lock()
	if x.status != types.ExecutionStatusRunning {
		x.mu.Unlock()
		return false
	}
	x.status, x.output, x.failure = status, output, why
	x.stopped = x.service.now()
	x.append(previous, endEvent(status, output, why))
	waiting := x.waiting
	x.waiting = nil
	deadline := x.deadline
	x.mu.Unlock()

	if deadline != nil {
		deadline.Stop()
	}
	x.cancel()
	x.count(status)
	x.publish()
	for _, tell := range waiting {
		tell()
	}
	return true
}

// interrupt ends the execution from outside and waits until its goroutine has
// unwound, which runs no more of the workflow.
func (x *execution) interrupt(status types.ExecutionStatus, why *failure) {
	x.finish(status, nil, why, 0)
	x.mu.Lock()
	gone := x.gone
	x.mu.Unlock()
	<-gone
}

// whenEnded calls tell once the execution has ended, at once if it has.
func (x *execution) whenEnded(tell func()) {
	x.mu.Lock()
	if x.status == types.ExecutionStatusRunning {
		x.waiting = append(x.waiting, tell)
		x.mu.Unlock()
		return
	}
	x.mu.Unlock()
	tell()
}
