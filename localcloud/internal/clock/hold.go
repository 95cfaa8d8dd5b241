package clock

import (
	"context"
	"sync/atomic"
	"time"
)

// Hold keeps cloud time from outrunning a piece of work. It belongs to one
// goroutine at a time; hand it over with the work.
type Hold struct {
	clock    *Clock
	released atomic.Bool
}

// Hold takes a hold. Release it when the work is done.
func (c *Clock) Hold() *Hold {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hold()
}

func (c *Clock) hold() *Hold {
	c.rebase()
	c.holds++
	c.signal()
	return &Hold{clock: c}
}

// Release gives the hold back. A second call does nothing.
func (h *Hold) Release() {
	if h.released.Swap(true) {
		return
	}
	c := h.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase()
	c.holds--
	if c.holds == 0 {
		c.idle.Broadcast()
	}
	c.signal()
}

// Retake takes the hold again after Release, for work that waited for something
// other than time.
func (h *Hold) Retake() {
	if !h.released.Swap(false) {
		return
	}
	c := h.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase()
	c.holds++
	c.signal()
}

// Sleep lets go of the hold for d of cloud time. The hold is taken again at the
// very moment the time has passed, so a stepped clock never slips past it.
// Returns ctx's error, holding again, when ctx ends first.
func (h *Hold) Sleep(ctx context.Context, d time.Duration) error {
	woken := make(chan *Hold, 1)
	timer := h.clock.after(d, func(fresh *Hold) { woken <- fresh })
	h.Release()
	select {
	case fresh := <-woken:
		h.Retake()
		fresh.Release()
		return nil
	case <-ctx.Done():
		h.Retake()
		if !timer.Stop() {
			(<-woken).Release()
		}
		return ctx.Err()
	}
}
