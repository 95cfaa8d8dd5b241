// Package clock is the time of the local cloud. Wait states, metric minutes,
// alarms, schedules and token time limits all follow one Clock, which either
// runs a number of times faster than the wall or stands still until a test
// steps it.
//
// Work takes as long as it takes; only waiting is shortened. Whoever works on
// something that cloud time must not outrun (a Task state calling a function,
// a rule delivering an event) takes a Hold: while one is taken, a running clock
// goes at the pace of the wall and a stepped clock does not go on to the next
// timer.
package clock

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Clock tells cloud time and runs functions at cloud times. Make one with
// Running or Stepped; it is safe for concurrent use.
type Clock struct {
	mu     sync.Mutex
	cloud  time.Time // cloud time at the last change of pace
	wall   time.Time // wall time of the same moment
	speed  float64   // cloud seconds per wall second while nothing holds; 0 when stepped
	holds  int
	timers timerHeap
	seq    uint64
	wake   chan struct{} // tells the running loop that pace or timers changed
	idle   *sync.Cond    // tells Advance that the last hold was released
}

// Running returns a clock that starts at start and goes speed times as fast as
// the wall (at the wall's own pace while held) until ctx ends.
func Running(ctx context.Context, start time.Time, speed float64) *Clock {
	c := newClock(start)
	c.speed = speed
	go c.run(ctx)
	return c
}

// Stepped returns a clock that stands at start until Advance or AdvanceUntil
// moves it.
func Stepped(start time.Time) *Clock { return newClock(start) }

func newClock(start time.Time) *Clock {
	c := &Clock{cloud: start.UTC(), wall: time.Now(), wake: make(chan struct{}, 1)}
	c.idle = sync.NewCond(&c.mu)
	return c
}

// Now is the cloud time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// Speed is how many cloud seconds pass in a second of the wall while nothing
// holds the clock; 0 for a stepped clock.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed changes the pace of a running clock.
func (c *Clock) SetSpeed(speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed == 0 {
		return // a stepped clock stays stepped
	}
	c.rebase()
	c.speed = speed
	c.signal()
}

func (c *Clock) now() time.Time {
	pace := c.pace()
	if pace == 0 {
		return c.cloud
	}
	return c.cloud.Add(time.Duration(float64(time.Since(c.wall)) * pace))
}

func (c *Clock) pace() float64 {
	if c.speed == 0 {
		return 0
	}
	if c.holds > 0 && c.speed > 1 {
		return 1
	}
	return c.speed
}

// rebase makes the present moment the base of the next pace.
func (c *Clock) rebase() {
	now := c.now()
	c.cloud, c.wall = now, time.Now()
}

func (c *Clock) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Timer is a function due at a cloud time.
type Timer struct {
	clock *Clock
	at    time.Time
	seq   uint64
	index int // in the heap; -1 once fired or stopped
	f     func(*Hold)
}

// AfterFunc runs f in a goroutine of its own once d of cloud time has passed.
// The clock is held while f runs.
func (c *Clock) AfterFunc(d time.Duration, f func()) *Timer {
	return c.after(d, func(hold *Hold) {
		go func() {
			defer hold.Release()
			f()
		}()
	})
}

// after schedules fire, which is called with a fresh hold that it must release
// or pass on, and must not block.
func (c *Clock) after(d time.Duration, fire func(*Hold)) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	t := &Timer{clock: c, at: c.now().Add(max(d, 0)), seq: c.seq, f: fire}
	heap.Push(&c.timers, t)
	c.signal()
	return t
}

// Stop keeps the function from running and tells whether it did so in time.
func (t *Timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.clock.timers, t.index)
	return true
}

// Sleep waits for d of cloud time, without a hold. Work that a stepped clock
// must wait for sleeps on its Hold instead.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	done := make(chan struct{})
	timer := c.after(d, func(hold *Hold) {
		close(done)
		hold.Release()
	})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		timer.Stop()
		return ctx.Err()
	}
}

// run fires the timers of a running clock.
func (c *Clock) run(ctx context.Context) {
	for {
		wait := c.fireDue()
		sleep := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			sleep.Stop()
			return
		case <-c.wake:
			sleep.Stop()
		case <-sleep.C:
		}
	}
}

// fireDue fires every timer that is due and returns the wall time until the
// next one.
func (c *Clock) fireDue() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.timers) > 0 {
		wait := c.timers[0].at.Sub(c.now())
		if wait > 0 {
			return max(time.Duration(float64(wait)/c.pace()), time.Microsecond)
		}
		c.fireNext()
	}
	return time.Hour
}

// fireNext pops the first timer and fires it under a fresh hold. It is called,
// and returns, with the lock held.
func (c *Clock) fireNext() {
	t := heap.Pop(&c.timers).(*Timer)
	hold := c.hold()
	c.mu.Unlock()
	t.f(hold)
	c.mu.Lock()
}
