package clock

import (
	"context"
	"time"
)

// Advance moves a stepped clock on by d, firing each timer in order and letting
// the work it starts finish (all holds released) before the next.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waitIdle()
	until := c.cloud.Add(d)
	for len(c.timers) > 0 && !c.timers[0].at.After(until) {
		c.stepToNext()
	}
	c.cloud = until
}

// AdvanceUntil steps a stepped clock from timer to timer until done reports
// true, and tells whether it did: false when ctx ended, no timer was left, or
// limit of cloud time had passed.
func (c *Clock) AdvanceUntil(ctx context.Context, limit time.Duration, done func() bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waitIdle()
	until := c.cloud.Add(limit)
	for {
		c.mu.Unlock()
		finished := done()
		c.mu.Lock()
		c.waitIdle()
		switch {
		case finished:
			return true
		case ctx.Err() != nil, len(c.timers) == 0, c.timers[0].at.After(until):
			c.mu.Unlock()
			finished = done()
			c.mu.Lock()
			return finished
		}
		c.stepToNext()
	}
}

func (c *Clock) stepToNext() {
	if at := c.timers[0].at; at.After(c.cloud) {
		c.cloud = at
	}
	c.fireNext()
	c.waitIdle()
}

func (c *Clock) waitIdle() {
	for c.holds > 0 {
		c.idle.Wait()
	}
}

// timerHeap orders timers by time, then by age.
type timerHeap []*Timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].seq < h[j].seq
	}
	return h[i].at.Before(h[j].at)
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(x any) {
	t := x.(*Timer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
