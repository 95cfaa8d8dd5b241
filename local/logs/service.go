// Package logs is the part of CloudWatch Logs that functions, templates and
// people at a terminal use: groups with retention and tags, streams, and events
// to put, read and filter. Lines live in memory.
package logs

import (
	"maps"
	"regexp"
	"sync"
	"time"

	"weir/local/api"
	"weir/local/clock"
)

// maxEvents is how many events a stream holds; the oldest go first.
const maxEvents = 20_000

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
}

// Service is the CloudWatch Logs of one account and region.
type Service struct {
	Options
	mu     sync.Mutex
	groups map[string]*group
}

type group struct {
	name, class, key string
	created          time.Time
	retentionDays    int32 // 0 keeps events for ever
	tags             map[string]string
	streams          map[string]*stream
}

type stream struct {
	name     string
	created  time.Time
	ingested time.Time // of the last event
	events   []event   // by time
	dropped  int       // events that made room for newer ones
}

type event struct {
	at, ingested time.Time
	message      string
}

// New returns a service without groups.
func New(options Options) *Service {
	return &Service{Options: options, groups: map[string]*group{}}
}

// API describes the service for the bus.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "logs", Protocols: []api.Protocol{api.JSON11}, TargetPrefix: "Logs_20140328", LowerCamel: true,
		Operations: api.Table(
			api.Op("CreateLogGroup", s.createGroup, onGroup(s, "CreateLogGroup", func(in *CreateLogGroupInput) string { return in.LogGroupName })),
			api.Op("DeleteLogGroup", s.deleteGroup, onGroup(s, "DeleteLogGroup", func(in *GroupInput) string { return in.LogGroupName })),
			api.Op("DescribeLogGroups", s.describeGroups),
			api.Op("PutRetentionPolicy", s.putRetention, onGroup(s, "PutRetentionPolicy", func(in *PutRetentionPolicyInput) string { return in.LogGroupName })),
			api.Op("DeleteRetentionPolicy", s.deleteRetention, onGroup(s, "DeleteRetentionPolicy", func(in *GroupInput) string { return in.LogGroupName })),
			api.Op("TagResource", s.tag, api.On("logs:TagResource", func(in *TagResourceInput) string { return in.ResourceArn })),
			api.Op("UntagResource", s.untag, api.On("logs:UntagResource", func(in *UntagResourceInput) string { return in.ResourceArn })),
			api.Op("ListTagsForResource", s.listTags, api.On("logs:ListTagsForResource", func(in *ListTagsInput) string { return in.ResourceArn })),
			api.Op("CreateLogStream", s.createStream, onGroup(s, "CreateLogStream", func(in *StreamInput) string { return in.LogGroupName })),
			api.Op("DeleteLogStream", s.deleteStream, onGroup(s, "DeleteLogStream", func(in *StreamInput) string { return in.LogGroupName })),
			api.Op("DescribeLogStreams", s.describeStreams, onGroup(s, "DescribeLogStreams", func(in *DescribeLogStreamsInput) string { return in.LogGroupName })),
			api.Op("PutLogEvents", s.putEvents, onGroup(s, "PutLogEvents", func(in *PutLogEventsInput) string { return in.LogGroupName })),
			api.Op("GetLogEvents", s.getEvents, onGroup(s, "GetLogEvents", func(in *GetLogEventsInput) string { return in.LogGroupName })),
			api.Op("FilterLogEvents", s.filterEvents, onGroup(s, "FilterLogEvents", func(in *FilterLogEventsInput) string { return in.group() })),
		),
	}
}

// onGroup needs the action on the log group that the input names.
func onGroup[I any](s *Service, action string, name func(*I) string) api.Option {
	return api.On("logs:"+action, func(in *I) string { return s.arn(name(in)) + ":*" })
}

func (s *Service) arn(group string) string { return s.Env.ARN("logs", "log-group:"+group) }

var groupName = regexp.MustCompile(`^[\.\-_/#A-Za-z0-9]{1,512}$`)

// need finds a group. The lock is held.
func (s *Service) need(name string) (*group, error) {
	found, ok := s.groups[name]
	if !ok {
		return nil, api.Errorf("ResourceNotFoundException", "The specified log group does not exist.")
	}
	return found, nil
}

func (g *group) need(name string) (*stream, error) {
	found, ok := g.streams[name]
	if !ok {
		return nil, api.Errorf("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	return found, nil
}

func (s *Service) add(name string) *group {
	made := &group{name: name, class: "STANDARD", created: s.Clock.Now(), tags: map[string]string{}, streams: map[string]*stream{}}
	s.groups[name] = made
	return made
}

func (s *Service) addStream(g *group, name string) *stream {
	made := &stream{name: name, created: s.Clock.Now()}
	g.streams[name] = made
	return made
}

// Write adds a function's line, making group and stream where they are missing,
// as Lambda does.
func (s *Service) Write(group, stream string, at time.Time, line []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.groups[group]
	if !ok {
		g = s.add(group)
	}
	into, ok := g.streams[stream]
	if !ok {
		into = s.addStream(g, stream)
	}
	into.put(event{at: at, ingested: s.Clock.Now(), message: string(line)})
}

// put adds an event behind those of its time or earlier.
func (st *stream) put(e event) {
	i := len(st.events)
	for i > 0 && st.events[i-1].at.After(e.at) {
		i--
	}
	st.events = append(st.events, event{})
	copy(st.events[i+1:], st.events[i:])
	st.events[i] = e
	st.ingested = e.ingested
	if over := len(st.events) - maxEvents; over > 0 {
		st.events = append([]event(nil), st.events[over:]...)
		st.dropped += over
	}
}

// kept are the stream's events that the group's retention has not ended.
func (s *Service) kept(g *group, st *stream) []event {
	if g.retentionDays == 0 {
		return st.events
	}
	oldest := s.Clock.Now().AddDate(0, 0, -int(g.retentionDays))
	for i, e := range st.events {
		if !e.at.Before(oldest) {
			return st.events[i:]
		}
	}
	return nil
}

func copied(tags map[string]string) map[string]string {
	if tags == nil {
		return map[string]string{}
	}
	return maps.Clone(tags)
}

func millis(at time.Time) int64 { return at.UnixMilli() }
