// Package logs is the part of CloudWatch Logs that functions, templates and
// people at a terminal use: groups with retention and tags, and the lines of
// functions to read and filter. Lines in the embedded metric format are counted
// as metrics. Everything lives in memory.
package logs

import (
	"sync"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// defaultKeep is how much of a group's text is kept, in bytes.
const defaultKeep = 16 << 20

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	// Metrics takes what lines in the embedded metric format say; nil drops it.
	Metrics api.Recorder
	// Keep is how many bytes of text a group holds before its oldest events go.
	// Default 16 MiB.
	Keep int
}

// Service is the CloudWatch Logs of one account and region.
type Service struct {
	Options
	mu     sync.Mutex
	groups map[string]*group
}

// group numbers its events from the first ever written; events[0] has the
// number first.
type group struct {
	name, class, key string
	created          time.Time
	retention        int32 // days; 0 keeps events for ever
	tags             map[string]string
	streams          map[string]*stream
	events           []event
	first            int64
	size             int // bytes of all messages
}

type stream struct{ created, first, last time.Time }

type event struct {
	stream, message string
	at              time.Time
}

// New returns a service without groups.
func New(options Options) *Service {
	if options.Keep == 0 {
		options.Keep = defaultKeep
	}
	return &Service{Options: options, groups: map[string]*group{}}
}

// Write adds a function's line, making group and stream where they are missing,
// as Lambda does.
func (s *Service) Write(group, stream string, at time.Time, line []byte) {
	s.append(group, stream, at, string(line)+"\n")
	if data := embedded(line, at); len(data) > 0 && s.Metrics != nil {
		s.Metrics.Record(data...)
	}
}

func (s *Service) append(groupName, streamName string, at time.Time, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.groups[groupName]
	if !ok {
		g = s.add(groupName)
	}
	st, ok := g.streams[streamName]
	if !ok {
		st = &stream{created: at, first: at}
		g.streams[streamName] = st
	}
	st.last = at
	g.events = append(g.events, event{stream: streamName, message: message, at: at})
	g.size += len(message)
	g.trim(s.Keep)
}

// trim drops the oldest events of a group that holds more than keep bytes.
func (g *group) trim(keep int) {
	drop := 0
	for g.size > keep && drop < len(g.events)-1 {
		g.size -= len(g.events[drop].message)
		drop++
	}
	if drop == 0 {
		return
	}
	clear(g.events[:drop]) // lets go of the texts
	g.events = g.events[drop:]
	g.first += int64(drop)
}

// since is the time before which the group's retention has ended events.
func (g *group) since(now time.Time) time.Time {
	if g.retention == 0 {
		return time.Time{}
	}
	return now.AddDate(0, 0, -int(g.retention))
}

// add makes a group. The lock is held.
func (s *Service) add(name string) *group {
	made := &group{name: name, class: "STANDARD", created: s.Clock.Now(), tags: map[string]string{}, streams: map[string]*stream{}}
	s.groups[name] = made
	return made
}
