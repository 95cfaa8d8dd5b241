package states

import (
	"context"
	"sync"

	"weir/localcloud/internal/clock"
)

// waiter is a branch that waits for something other than time. Whoever wakes it
// takes the branch's hold again on its behalf, so that a stepped clock cannot
// slip by between the wake-up and the work it leads to.
type waiter struct {
	hold *clock.Hold

	mu     sync.Mutex
	let    bool // the branch has let go of its hold
	woken  bool
	result any
	err    error
	done   chan struct{}
}

func newWaiter(hold *clock.Hold) *waiter {
	return &waiter{hold: hold, done: make(chan struct{})}
}

// wake ends the wait, once, and tells whether it did.
func (w *waiter) wake(result any, err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.woken {
		return false
	}
	w.woken, w.result, w.err = true, result, err
	if w.let {
		w.hold.Retake()
	}
	close(w.done)
	return true
}

// wait waits, still holding the clock.
func (w *waiter) wait(ctx context.Context) (any, error) {
	stop := context.AfterFunc(ctx, func() { w.wake(nil, errEnded) })
	defer stop()
	<-w.done
	return w.result, w.err
}

// release waits without holding the clock; it holds again when it returns.
func (w *waiter) release(ctx context.Context) (any, error) {
	w.mu.Lock()
	if !w.woken {
		w.let = true
		w.hold.Release()
	}
	w.mu.Unlock()
	return w.wait(ctx)
}
