// Package cloudwatch is the CloudWatch of the local cloud: metrics per exact
// dimension set, statistics with percentiles and percentile ranks, alarms and
// dashboards. It implements api.Recorder for the other services.
package cloudwatch

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"weir/localcloud/internal/api"
)

// series is one metric: a namespace, a name and an exact set of dimensions.
type series struct {
	key             string
	namespace, name string
	dimensions      []api.Dimension // sorted by name
	// high says that the metric is stored by the second (StorageResolution 1);
	// others can be read by the minute only.
	high  bool
	slots map[slotID]*slot
}

// slotID is a slot's start, in seconds, and the unit of its values: those of
// different units are never mixed, nor converted.
type slotID struct {
	start int64
	unit  string
}

// slot holds the values of ten seconds, or of one in a metric of high
// resolution, each with how often it occurred, so that percentiles are exact and
// equal values cost nothing.
type slot struct {
	values map[float64]float64
	// late are the values that cannot be read yet, by the Unix second at which
	// they can.
	late map[int64]map[float64]float64
}

// slotSeconds is how finely the data of a minute are kept apart: parts of it
// become visible one after the other.
const slotSeconds = 10

func (s *series) width() int64 {
	if s.high {
		return 1
	}
	return slotSeconds
}

// arrive moves what can be read by now to the values.
func (s *slot) arrive(now int64) {
	for at, values := range s.late {
		if at > now {
			continue
		}
		for value, weight := range values {
			s.values[value] += weight
		}
		delete(s.late, at)
	}
}

// keep is how long values are kept, in cloud time.
const keep = 15 * 24 * time.Hour

// store holds all metrics.
type store struct {
	mu   sync.Mutex
	all  map[string]*series
	lags lags
	now  func() time.Time
}

func key(namespace, name string, dimensions []api.Dimension) string {
	var b strings.Builder
	b.WriteString(namespace)
	b.WriteByte(0)
	b.WriteString(name)
	for _, d := range dimensions {
		b.WriteByte(0)
		b.WriteString(d.Name)
		b.WriteByte('=')
		b.WriteString(d.Value)
	}
	return b.String()
}

func sorted(dimensions []api.Dimension) []api.Dimension {
	if slices.IsSortedFunc(dimensions, byName) {
		return dimensions
	}
	dimensions = slices.Clone(dimensions)
	slices.SortFunc(dimensions, byName)
	return dimensions
}

func byName(a, b api.Dimension) int { return strings.Compare(a.Name, b.Name) }

// find is the series of a datum, made if need be. Call with the lock held.
func (s *store) find(d api.Datum) *series {
	dimensions := sorted(d.Dimensions)
	k := key(d.Namespace, d.Name, dimensions)
	found, ok := s.all[k]
	if !ok {
		found = &series{key: k, namespace: d.Namespace, name: d.Name, dimensions: slices.Clone(dimensions), slots: map[slotID]*slot{}}
		s.all[k] = found
	}
	return found
}

// add counts a value weight times. It can be read after a lag from now on,
// whatever time it is stamped with. The latest data of a metric say whether it is
// one of high resolution.
func (s *store) add(d api.Datum, weight float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.find(d)
	found.high = d.High
	start := d.Time.Unix() - d.Time.Unix()%found.width()
	id := slotID{start: start, unit: cmp.Or(d.Unit, noUnit)}
	at, ok := found.slots[id]
	if !ok {
		at = &slot{values: map[float64]float64{}, late: map[int64]map[float64]float64{}}
		found.slots[id] = at
		s.expire(found)
	}
	lag := s.lags.of(found, start)
	if lag <= 0 {
		at.values[d.Value] += weight
		return
	}
	// Rounded up: what is late is never seen early.
	visible := s.now().Add(lag + time.Second - 1).Unix()
	if at.late[visible] == nil {
		at.late[visible] = map[float64]float64{}
	}
	at.late[visible][d.Value] += weight
}

func (s *store) expire(found *series) {
	if len(found.slots)%1000 != 0 {
		return
	}
	oldest := s.now().Add(-keep).Unix()
	for id := range found.slots {
		if id.start < oldest {
			delete(found.slots, id)
		}
	}
}

// sample is the values of one period.
type sample struct {
	values map[float64]float64
	count  float64
}

// question is what is asked of one metric. From is aligned to the period, in
// seconds, by the caller. An empty unit is the first of those that there are.
type question struct {
	namespace, name string
	dimensions      []api.Dimension
	unit            string
	from, to        time.Time
	period          int64
}

func (s *store) series(q question) *series {
	return s.all[key(q.namespace, q.name, sorted(q.dimensions))]
}

// units are the units of a metric's visible data, in CloudWatch's order.
func (s *store) units(q question) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.series(q)
	if found == nil {
		return nil
	}
	return found.units(q, s.now().Unix())
}

func (s *series) units(q question, now int64) []string {
	var units []string
	for id, at := range s.slots {
		if !q.covers(s, id) || slices.Contains(units, id.unit) {
			continue
		}
		if at.arrive(now); len(at.values) > 0 {
			units = append(units, id.unit)
		}
	}
	slices.SortFunc(units, func(a, b string) int { return cmp.Compare(unitRank(a), unitRank(b)) })
	return units
}

// place is the second at which the data of a slot are found: those of a metric
// without high resolution at the start of their minute.
func (s *series) place(id slotID) int64 {
	if s.high {
		return id.start
	}
	return id.start - id.start%60
}

// covers tells whether a series' slot is asked for.
func (q question) covers(of *series, id slotID) bool {
	place := of.place(id)
	return place >= q.from.Unix() && place < q.to.Unix()
}

// read gathers a metric's visible values of one unit by period.
func (s *store) read(q question) map[int64]*sample {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, now := s.series(q), s.now().Unix()
	if found == nil {
		return nil
	}
	unit := q.unit
	if units := found.units(q, now); unit == "" && len(units) > 0 {
		unit = units[0]
	}
	samples := map[int64]*sample{}
	for id, at := range found.slots {
		if id.unit != unit || !q.covers(found, id) {
			continue
		}
		if at.arrive(now); len(at.values) == 0 {
			continue
		}
		place := found.place(id)
		bucket := place - place%q.period
		into, ok := samples[bucket]
		if !ok {
			into = &sample{values: map[float64]float64{}}
			samples[bucket] = into
		}
		for value, count := range at.values {
			into.values[value] += count
			into.count += count
		}
	}
	return samples
}

func (s sample) sum() float64 {
	total := 0.0
	for value, count := range s.values {
		total += value * count
	}
	return total
}

func (s sample) extremes() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for value := range s.values {
		low, high = min(low, value), max(high, value)
	}
	return low, high
}

func (s sample) ordered() []float64 {
	values := make([]float64, 0, len(s.values))
	for value := range s.values {
		values = append(values, value)
	}
	sort.Float64s(values)
	return values
}

// percentile is the value below which p percent of the data lie, between
// neighbours in proportion.
func (s sample) percentile(p float64) float64 {
	values := s.ordered()
	rank := p / 100 * (s.count - 1)
	seen := 0.0
	for i, value := range values {
		last := seen + s.values[value] - 1
		if rank <= last {
			return value
		}
		if rank < last+1 && i+1 < len(values) {
			return value + (rank-last)*(values[i+1]-value)
		}
		seen += s.values[value]
	}
	return values[len(values)-1]
}
