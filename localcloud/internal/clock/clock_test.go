package clock_test

import (
	"context"
	"testing"
	"time"

	"weir/localcloud/internal/clock"
)

var start = time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)

func TestSteppedClockFiresInOrderAndWaitsForTheWork(t *testing.T) {
	c := clock.Stepped(start)
	var order []string
	c.AfterFunc(2*time.Second, func() { order = append(order, "second") })
	c.AfterFunc(time.Second, func() {
		order = append(order, "first")
		c.AfterFunc(500*time.Millisecond, func() { order = append(order, "started by first") })
	})
	c.Advance(3 * time.Second)
	want := []string{"first", "started by first", "second"}
	if len(order) != 3 || order[0] != want[0] || order[1] != want[1] || order[2] != want[2] {
		t.Errorf("order = %v, want %v", order, want)
	}
	if got := c.Now(); !got.Equal(start.Add(3 * time.Second)) {
		t.Errorf("now = %v", got)
	}
}

func TestAdvanceWaitsForASleeperThatHolds(t *testing.T) {
	c := clock.Stepped(start)
	hold := c.Hold()
	var woken []time.Time
	go func() {
		defer hold.Release()
		for range 3 {
			if err := hold.Sleep(t.Context(), time.Minute); err != nil {
				t.Error(err)
			}
			woken = append(woken, c.Now())
		}
	}()
	if !c.AdvanceUntil(t.Context(), time.Hour, func() bool { return len(woken) == 3 }) {
		t.Fatalf("woken = %v", woken)
	}
	for i, at := range woken {
		if want := start.Add(time.Duration(i+1) * time.Minute); !at.Equal(want) {
			t.Errorf("wake %d at %v, want %v", i, at, want)
		}
	}
}

func TestAdvanceUntilStopsAtTheLimit(t *testing.T) {
	c := clock.Stepped(start)
	var tick func()
	tick = func() { c.AfterFunc(time.Minute, tick) }
	tick()
	if c.AdvanceUntil(t.Context(), 10*time.Minute, func() bool { return false }) {
		t.Error("reported done")
	}
	if got := c.Now().Sub(start); got != 10*time.Minute {
		t.Errorf("advanced %v, want 10m", got)
	}
}

func TestStoppedTimerDoesNotFire(t *testing.T) {
	c := clock.Stepped(start)
	fired := false
	timer := c.AfterFunc(time.Second, func() { fired = true })
	if !timer.Stop() {
		t.Error("Stop = false before the time")
	}
	c.Advance(time.Minute)
	if fired || timer.Stop() {
		t.Errorf("fired = %v, second Stop = true", fired)
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	c := clock.Stepped(start)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	hold := c.Hold()
	defer hold.Release()
	if err := hold.Sleep(ctx, time.Hour); err == nil {
		t.Error("no error")
	}
	if err := c.Sleep(ctx, time.Hour); err == nil {
		t.Error("no error")
	}
}

func TestRunningClockIsFastWhenIdleAndAtWallPaceWhenHeld(t *testing.T) {
	c := clock.Running(t.Context(), start, 3600)
	done := make(chan struct{})
	c.AfterFunc(time.Hour, func() { close(done) }) // one second of the wall
	wall := time.Now()
	<-done
	if took := time.Since(wall); took < 500*time.Millisecond {
		t.Errorf("an hour at 3600 took %v", took)
	}
	hold := c.Hold()
	before := c.Now()
	wall = time.Now()
	for time.Since(wall) < 10*time.Millisecond {
		_ = c.Now()
	}
	if passed := c.Now().Sub(before); passed > time.Minute {
		t.Errorf("%v of cloud time passed while held", passed)
	}
	hold.Release()
}
