package localcloud

import (
	"time"

	"weir/localcloud/internal/clock"
)

// Clock is the time of a cloud. A running clock is fast while nothing happens, and
// slows to the wall clock's speed while a function works.
type Clock = clock.Clock

// SteppedClock returns a clock that stands still until Advance or AdvanceUntil
// moves it on.
func SteppedClock(start time.Time) *Clock { return clock.Stepped(start) }
