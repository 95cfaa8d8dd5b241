package runtime

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrClosed says that the pool was closed: the function was deleted or changed,
// or the local cloud is ending.
var ErrClosed = errors.New("the function's processes have been ended")

// Pool keeps the warm processes of one version of a function. It starts one
// whenever all are busy, up to a limit of the host; beyond it events wait.
type Pool struct {
	spec  func(context.Context) (Spec, error)
	limit int

	mu      sync.Mutex
	idle    []*process // the last used last
	all     map[*process]struct{}
	running int // processes in all, and those being started
	waiting []chan *process
	closed  bool
}

// NewPool returns an empty pool of at most limit processes; spec is asked at
// each start, since credentials are new each time.
func NewPool(limit int, spec func(context.Context) (Spec, error)) *Pool {
	return &Pool{spec: spec, limit: max(limit, 1), all: map[*process]struct{}{}}
}

// InitLimit is how long Lambda lets a function initialise.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
const InitLimit = 10 * time.Second

// Invoke runs one event in a warm process, or in a fresh one when all are busy.
// timeout is the function's, in wall time; a fresh process initialises outside
// of it, as on AWS. The error is the local cloud's own failure to run the code.
func (p *Pool) Invoke(ctx context.Context, event Event, timeout time.Duration) (Result, error) {
	for {
		sandbox, err := p.take(ctx)
		if err != nil {
			return Result{}, err
		}
		fresh := sandbox == nil
		if fresh {
			var failed *Result
			if sandbox, failed, err = p.grow(ctx, event); err != nil {
				return Result{}, err
			}
			if failed != nil {
				return *failed, nil
			}
		}
		result, taken := sandbox.invoke(event, timeout)
		if !taken && fresh {
			result, taken = sandbox.exitResult(event.ID), true
		}
		p.give(sandbox)
		if taken {
			return result, nil
		}
	}
}

// Warm makes sure that a process waits for events, and tells what its
// initialisation failed with, if it did.
func (p *Pool) Warm(ctx context.Context, event Event) (*Result, error) {
	sandbox, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	if sandbox == nil {
		var failed *Result
		if sandbox, failed, err = p.grow(ctx, event); failed != nil || err != nil {
			return failed, err
		}
	}
	p.give(sandbox)
	return nil, nil
}

// take finds an idle process. It returns nil when the caller is to start one,
// having counted it, and waits when the pool is at its limit.
func (p *Pool) take(ctx context.Context) (*process, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	for len(p.idle) > 0 {
		sandbox := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if !sandbox.gone() {
			p.mu.Unlock()
			return sandbox, nil
		}
		p.forget(sandbox)
	}
	if p.running < p.limit {
		p.running++
		p.mu.Unlock()
		return nil, nil
	}
	turn := make(chan *process, 1)
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()
	select {
	case sandbox, open := <-turn:
		if !open {
			return nil, ErrClosed
		}
		return sandbox, nil
	case <-ctx.Done():
		p.leave(turn)
		return nil, ctx.Err()
	}
}

// leave takes a waiting event out of the queue, and passes on what it was given
// in the meantime.
func (p *Pool) leave(turn chan *process) {
	p.mu.Lock()
	for i, other := range p.waiting {
		if other == turn {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
			p.mu.Unlock()
			return
		}
	}
	p.mu.Unlock()
	switch sandbox, open := <-turn; {
	case !open:
	case sandbox != nil:
		p.give(sandbox)
	default:
		p.shrink()
	}
}

// grow starts a process that take has counted; failed is set when the
// function's own initialisation failed.
func (p *Pool) grow(ctx context.Context, event Event) (sandbox *process, failed *Result, err error) {
	spec, err := p.spec(ctx)
	if err != nil {
		p.shrink()
		return nil, nil, err
	}
	sandbox, err = start(spec)
	if err != nil {
		p.shrink()
		result := failure("Runtime.InvalidEntrypoint", event.ID, "%v", err)
		return nil, &result, nil
	}
	p.mu.Lock()
	p.all[sandbox] = struct{}{}
	closed := p.closed
	p.mu.Unlock()
	if closed {
		sandbox.kill()
		p.give(sandbox)
		return nil, nil, ErrClosed
	}
	if failed := sandbox.initialise(event); failed != nil {
		p.give(sandbox)
		return nil, failed, nil
	}
	return sandbox, nil, nil
}

// initialise waits until a process asks for its first event. A process that
// fails to is ended, and the event with it.
func (p *process) initialise(event Event) *Result {
	p.fly(&flight{id: event.ID}) // keeps the output open to the end
	defer p.land()
	limit := time.NewTimer(InitLimit)
	defer limit.Stop()
	var result Result
	select {
	case <-p.ready:
		return nil
	case body := <-p.initFail:
		result = Result{Failed: true, Payload: body}
	case <-p.exited:
		result = p.exitResult(event.ID)
		select {
		case body := <-p.initFail: // told just before it ended
			result = Result{Failed: true, Payload: body}
		default:
		}
	case <-limit.C:
		result = timedOut(event.ID, InitLimit)
	}
	p.kill()
	p.output.begin(event)
	result.Log = p.output.end(event, result, p.used())
	return &result
}

// give puts a process back, or hands it to the event that waits longest. For
// one that has ended, the next event may start another.
func (p *Pool) give(sandbox *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || sandbox.gone() {
		p.forget(sandbox)
		p.admit(nil)
		return
	}
	if p.admit(sandbox) {
		return
	}
	sandbox.idled = time.Now()
	p.idle = append(p.idle, sandbox)
}

// admit gives the event that waits longest a process, or with nil leave to
// start one. Call with the lock held.
func (p *Pool) admit(sandbox *process) bool {
	if len(p.waiting) == 0 || p.closed {
		return false
	}
	turn := p.waiting[0]
	p.waiting = p.waiting[1:]
	if sandbox == nil {
		p.running++
	}
	turn <- sandbox
	return true
}

// forget drops a process and ends it. Call with the lock held.
func (p *Pool) forget(sandbox *process) {
	if _, known := p.all[sandbox]; known {
		delete(p.all, sandbox)
		p.running--
		go sandbox.kill()
	}
}

// shrink takes back the count of a process that did not come to be.
func (p *Pool) shrink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	p.admit(nil)
}

// Size is how many processes the pool holds.
func (p *Pool) Size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// Reap ends the processes that have been idle since before the given wall time.
func (p *Pool) Reap(before time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 && p.idle[0].idled.Before(before) {
		p.forget(p.idle[0])
		p.idle = p.idle[1:]
	}
}

// KillBusy ends the processes that work on an event.
func (p *Pool) KillBusy() {
	p.mu.Lock()
	var busy []*process
	for sandbox := range p.all {
		if sandbox.busy() {
			busy = append(busy, sandbox)
		}
	}
	p.mu.Unlock()
	for _, sandbox := range busy {
		sandbox.kill()
	}
}

// Retire lets busy processes finish their event and ends them then; idle ones
// end now. No event is taken any more.
func (p *Pool) Retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, turn := range p.waiting {
		close(turn)
	}
	p.waiting = nil
	for _, sandbox := range p.idle {
		p.forget(sandbox)
	}
	p.idle = nil
}

// Close ends every process now and waits until they have.
func (p *Pool) Close() {
	p.Retire()
	p.mu.Lock()
	var all []*process
	for sandbox := range p.all {
		all = append(all, sandbox)
	}
	p.mu.Unlock()
	for _, sandbox := range all {
		sandbox.kill()
	}
}
