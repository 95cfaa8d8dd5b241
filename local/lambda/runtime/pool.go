package runtime

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Pool keeps the warm processes of one version of a function.
type Pool struct {
	spec func(context.Context) (Spec, error)

	mu     sync.Mutex
	idle   []*process
	all    map[*process]struct{}
	closed bool
}

// NewPool returns an empty pool; spec is asked at each start, since credentials
// are new each time.
func NewPool(spec func(context.Context) (Spec, error)) *Pool {
	return &Pool{spec: spec, all: map[*process]struct{}{}}
}

// initLimit is how long Lambda lets a function initialise.
const initLimit = 10 * time.Second

// Invoke runs one event in a warm process, or a fresh one when all are busy.
// timeout is the function's, in wall time; a fresh process initialises outside
// of it, as on AWS. The error is the local cloud's own failure to run the code.
func (p *Pool) Invoke(ctx context.Context, event Event, timeout time.Duration) (Result, error) {
	sandbox, failed, err := p.take(ctx, event)
	if err != nil || failed != nil {
		return orResult(failed), err
	}
	event.Deadline = time.Now().Add(timeout)
	result := sandbox.invoke(ctx, event, timeout)
	p.give(sandbox, result.Gone)
	return result, nil
}

func orResult(result *Result) Result {
	if result == nil {
		return Result{}
	}
	return *result
}

// take finds an idle process or starts one; failed is set when the function's
// own initialisation failed.
func (p *Pool) take(ctx context.Context, event Event) (sandbox *process, failed *Result, err error) {
	p.mu.Lock()
	for len(p.idle) > 0 {
		sandbox = p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		select {
		case <-sandbox.exited: // died while idle
			delete(p.all, sandbox)
			continue
		default:
		}
		p.mu.Unlock()
		return sandbox, nil, nil
	}
	p.mu.Unlock()
	return p.grow(ctx, event)
}

func (p *Pool) grow(ctx context.Context, event Event) (*process, *Result, error) {
	spec, err := p.spec(ctx)
	if err != nil {
		return nil, nil, err
	}
	sandbox, err := start(spec)
	if err != nil {
		return nil, nil, err
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		sandbox.kill()
		return nil, nil, fmt.Errorf("the local cloud is closing")
	}
	p.all[sandbox] = struct{}{}
	p.mu.Unlock()
	limit := time.NewTimer(initLimit)
	defer limit.Stop()
	select {
	case <-sandbox.ready:
		return sandbox, nil, nil
	case body := <-sandbox.initFail:
		p.drop(sandbox)
		return nil, &Result{Failed: true, Gone: true, Payload: body}, nil
	case <-sandbox.exited:
		p.drop(sandbox)
		result := exitResult(event)
		return nil, &result, nil
	case <-limit.C:
		p.drop(sandbox)
		result := timeoutResult(event, initLimit)
		return nil, &result, nil
	}
}

func (p *Pool) give(sandbox *process, gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if gone || p.closed {
		delete(p.all, sandbox)
		if p.closed {
			go sandbox.kill()
		}
		return
	}
	p.idle = append(p.idle, sandbox)
}

func (p *Pool) drop(sandbox *process) {
	p.mu.Lock()
	delete(p.all, sandbox)
	for i, idle := range p.idle {
		if idle == sandbox {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			break
		}
	}
	p.mu.Unlock()
	sandbox.kill()
}

// Size is how many processes the pool holds.
func (p *Pool) Size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// Close ends every process.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	all := p.all
	p.all, p.idle = map[*process]struct{}{}, nil
	p.mu.Unlock()
	for sandbox := range all {
		sandbox.kill()
	}
}
