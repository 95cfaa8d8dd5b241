package logs

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/localcloud/internal/api"
)

// DescribeLogStreamsInput of DescribeLogStreams.
type DescribeLogStreamsInput struct {
	LogGroupName, LogGroupIdentifier, LogStreamNamePrefix, OrderBy, NextToken string
	Descending                                                                bool
	Limit                                                                     int32
}

func (in *DescribeLogStreamsInput) group() string {
	return either(in.LogGroupName, in.LogGroupIdentifier)
}

// LogStream is a stream as it is shown; times are milliseconds since 1970. AWS
// has stopped counting the bytes of streams: they are always none.
type LogStream struct {
	LogStreamName, Arn                                                                    string
	CreationTime, FirstEventTimestamp, LastEventTimestamp, LastIngestionTime, StoredBytes int64
}

// DescribeLogStreamsOutput of DescribeLogStreams.
type DescribeLogStreamsOutput struct {
	LogStreams []LogStream
	NextToken  string
}

// FilterLogEventsInput of FilterLogEvents.
type FilterLogEventsInput struct {
	LogGroupName, LogGroupIdentifier, LogStreamNamePrefix, FilterPattern, NextToken string
	LogStreamNames                                                                  []string
	StartTime, EndTime                                                              *int64
	Limit                                                                           int32
}

func (in *FilterLogEventsInput) group() string { return either(in.LogGroupName, in.LogGroupIdentifier) }

// FilteredLogEvent is an event as FilterLogEvents shows it.
type FilteredLogEvent struct {
	EventId, LogStreamName, Message string
	Timestamp, IngestionTime        int64
}

// FilterLogEventsOutput of FilterLogEvents.
type FilterLogEventsOutput struct {
	Events    []FilteredLogEvent
	NextToken string
}

// GetLogEventsInput of GetLogEvents.
type GetLogEventsInput struct {
	LogGroupName, LogGroupIdentifier, LogStreamName, NextToken string
	StartTime, EndTime                                         *int64
	StartFromHead                                              bool
	Limit                                                      int32
}

func (in *GetLogEventsInput) group() string { return either(in.LogGroupName, in.LogGroupIdentifier) }

// OutputLogEvent is an event as GetLogEvents shows it.
type OutputLogEvent struct {
	Message                  string
	Timestamp, IngestionTime int64
}

// GetLogEventsOutput of GetLogEvents.
type GetLogEventsOutput struct {
	Events                              []OutputLogEvent
	NextForwardToken, NextBackwardToken string
}

// maxEvents is the most events in one answer.
const maxEvents = 10000

func (s *Service) describeLogStreams(_ context.Context, _ api.Caller, in *DescribeLogStreamsInput) (*DescribeLogStreamsOutput, error) {
	if err := checkRead(in.LogGroupName, in.LogGroupIdentifier, in.Limit, maxDescribed); err != nil {
		return nil, err
	}
	if in.OrderBy == "LastEventTime" && in.LogStreamNamePrefix != "" {
		return nil, api.Errorf("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.group())
	if err != nil {
		return nil, err
	}
	all := []LogStream{}
	for _, name := range slices.Sorted(maps.Keys(g.streams)) {
		if st := g.streams[name]; strings.HasPrefix(name, in.LogStreamNamePrefix) {
			all = append(all, LogStream{
				LogStreamName: name, Arn: s.streamARN(g.name, name), CreationTime: st.created.UnixMilli(),
				FirstEventTimestamp: st.first.UnixMilli(), LastEventTimestamp: st.last.UnixMilli(), LastIngestionTime: st.last.UnixMilli(),
			})
		}
	}
	if in.OrderBy == "LastEventTime" {
		slices.SortStableFunc(all, func(a, b LogStream) int { return int(a.LastEventTimestamp - b.LastEventTimestamp) })
	}
	if in.Descending {
		slices.Reverse(all)
	}
	page, next, err := paginate(all, in.NextToken, in.Limit)
	return &DescribeLogStreamsOutput{LogStreams: page, NextToken: next}, err
}

// filterLogEvents goes through a group's events; the token is the number of the
// next event to look at, which stays good while older ones go.
func (s *Service) filterLogEvents(_ context.Context, _ api.Caller, in *FilterLogEventsInput) (*FilterLogEventsOutput, error) {
	if err := checkRead(in.LogGroupName, in.LogGroupIdentifier, in.Limit, maxEvents); err != nil {
		return nil, err
	}
	matches, err := compile(in.FilterPattern)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.group())
	if err != nil {
		return nil, err
	}
	from, err := number(in.NextToken, "", g.first)
	if err != nil {
		return nil, err
	}
	out := &FilterLogEventsOutput{Events: []FilteredLogEvent{}}
	limit := limited(in.Limit)
	within := between(in.StartTime, in.EndTime, g.since(s.Clock.Now()))
	for i := max(from-g.first, 0); i < int64(len(g.events)); i++ {
		e := g.events[i]
		wanted := len(in.LogStreamNames) == 0 || slices.Contains(in.LogStreamNames, e.stream)
		if !wanted || !strings.HasPrefix(e.stream, in.LogStreamNamePrefix) || !within(e.at) || !matches(e.message) {
			continue
		}
		if len(out.Events) == limit {
			out.NextToken = strconv.FormatInt(g.first+i, 10)
			break
		}
		out.Events = append(out.Events, FilteredLogEvent{EventId: fmt.Sprintf("%056d", g.first+i), LogStreamName: e.stream,
			Message: e.message, Timestamp: e.at.UnixMilli(), IngestionTime: e.at.UnixMilli()})
	}
	return out, nil
}

// getLogEvents reads one stream, forward from its head or from a token, or the
// newest events.
func (s *Service) getLogEvents(_ context.Context, _ api.Caller, in *GetLogEventsInput) (*GetLogEventsOutput, error) {
	if err := checkRead(in.LogGroupName, in.LogGroupIdentifier, in.Limit, maxEvents); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.group())
	if err != nil {
		return nil, err
	}
	if _, ok := g.streams[in.LogStreamName]; !ok {
		return nil, api.Errorf("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	within := between(in.StartTime, in.EndTime, g.since(s.Clock.Now()))
	var numbers []int64
	for i, e := range g.events {
		if e.stream == in.LogStreamName && within(e.at) {
			numbers = append(numbers, g.first+int64(i))
		}
	}
	begin, end, err := window(numbers, in)
	if err != nil {
		return nil, err
	}
	out := &GetLogEventsOutput{Events: []OutputLogEvent{}}
	low, high := g.first, g.first+int64(len(g.events))
	if begin < end {
		low, high = numbers[begin], numbers[end-1]+1
	} else if in.NextToken != "" {
		if low, err = number(in.NextToken[2:], "", 0); err != nil {
			return nil, err
		}
		high = low
	}
	for _, n := range numbers[begin:end] {
		e := g.events[n-g.first]
		out.Events = append(out.Events, OutputLogEvent{Message: e.message, Timestamp: e.at.UnixMilli(), IngestionTime: e.at.UnixMilli()})
	}
	out.NextForwardToken, out.NextBackwardToken = "f/"+strconv.FormatInt(high, 10), "b/"+strconv.FormatInt(low, 10)
	return out, nil
}

// window finds which of a stream's events an answer shows.
func window(numbers []int64, in *GetLogEventsInput) (begin, end int, err error) {
	limit := limited(in.Limit)
	switch {
	case strings.HasPrefix(in.NextToken, "f/"):
		from, err := number(in.NextToken, "f/", 0)
		begin, _ = slices.BinarySearch(numbers, from)
		return begin, min(len(numbers), begin+limit), err
	case strings.HasPrefix(in.NextToken, "b/"):
		until, err := number(in.NextToken, "b/", 0)
		end, _ = slices.BinarySearch(numbers, until)
		return max(0, end-limit), end, err
	case in.NextToken != "":
		return 0, 0, api.Errorf("InvalidParameterException", "The specified nextToken is invalid.")
	case in.StartFromHead:
		return 0, min(len(numbers), limit), nil
	}
	return max(0, len(numbers)-limit), len(numbers), nil
}

func number(token, prefix string, standard int64) (int64, error) {
	if token == "" {
		return standard, nil
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(token, prefix), 10, 64)
	if err != nil || n < 0 {
		return 0, api.Errorf("InvalidParameterException", "The specified nextToken is invalid.")
	}
	return n, nil
}

// either is the name of the group that a request names by name or by ARN.
func either(name, identifier string) string {
	if name != "" {
		return name
	}
	return nameOf(identifier)
}

// checkRead refuses a request that names its group twice or asks for too much.
func checkRead(name, identifier string, limit, most int32) error {
	if name != "" && identifier != "" {
		return api.Errorf("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.")
	}
	return checkLimit(limit, most)
}

func checkLimit(limit, most int32) error {
	if limit <= most {
		return nil
	}
	return api.Errorf("InvalidParameterException", "1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: "+
		"Member must have value less than or equal to %d", limit, most)
}

func limited(limit int32) int {
	if limit <= 0 {
		return maxEvents
	}
	return int(limit)
}

// between bounds events by the request's times in milliseconds and by the
// group's retention.
func between(start, end *int64, since time.Time) func(time.Time) bool {
	return func(at time.Time) bool {
		ms := at.UnixMilli()
		return (start == nil || ms >= *start) && (end == nil || ms <= *end) && !at.Before(since)
	}
}
