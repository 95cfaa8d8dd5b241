package cloudwatch

import (
	"hash/fnv"
	"slices"
	"time"

	"weir/localcloud/internal/api"
)

// Lag is how late the data of some metrics can be read: of those that have all
// its dimensions, among others. The two versions of an alias are told apart by
// FunctionName and ExecutedVersion.
type Lag struct {
	Dimensions []api.Dimension
	By         time.Duration
}

// SetLag makes the data that come from now on late by a time of their own. Of
// lags that fit a metric, the one set last holds.
func (s *Service) SetLag(lag Lag) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.store.lags.own = append(s.store.lags.own, lag)
}

// lags tell how late data can be read after they came.
type lags struct {
	delay time.Duration
	own   []Lag // the one set last comes last
}

// of is the lag of a series' data in a slot: the one set for it, or one of at
// most the delay. That differs from slot to slot, so that data younger than the
// delay are visibly incomplete, as they are on AWS, and depends on the slot alone.
// A delay of more than a slot leaves room for requests that last as long as one:
// their data are stamped with their start, and all there once the delay is over.
func (l lags) of(found *series, start int64) time.Duration {
	for _, lag := range slices.Backward(l.own) {
		if found.hasAll(lag.Dimensions) {
			return lag.By
		}
	}
	most := l.delay
	if most > slotSeconds*time.Second {
		most -= slotSeconds * time.Second
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(found.key)) // a hash never fails
	_, _ = h.Write([]byte{byte(start / slotSeconds), byte(start / slotSeconds >> 8)})
	return time.Duration(float64(most) * float64(h.Sum32()%1000) / 1000)
}

func (s *series) hasAll(dimensions []api.Dimension) bool {
	return !slices.ContainsFunc(dimensions, func(d api.Dimension) bool { return !slices.Contains(s.dimensions, d) })
}
