package events

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
)

// The most entries of a request, and the most bytes of them all.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
const (
	maxEntries = 10
	maxSize    = 256 << 10
)

// putPermissions are asked for each entry, with the condition keys of its own.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
func (s *Service) putPermissions(in *eventbridge.PutEventsInput) []api.Permission {
	permissions := []api.Permission{}
	for _, entry := range in.Entries {
		permissions = append(permissions, api.Permission{Action: "events:PutEvents", Resource: s.busARN(entry.EventBusName),
			Context: map[string][]string{"events:source": {api.Deref(entry.Source)}, "events:detail-type": {api.Deref(entry.DetailType)},
				"events:eventBusInvocation": {"false"}}})
	}
	return permissions
}

func (s *Service) putEvents(ctx context.Context, caller api.Caller, in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
	if err := checkEntries(in.Entries); err != nil {
		return nil, err
	}
	out := &eventbridge.PutEventsOutput{Entries: []types.PutEventsResultEntry{}}
	for _, entry := range in.Entries {
		made, code, why := s.event(caller, entry)
		made.hops = hopsOf(ctx)
		if code != "" {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, types.PutEventsResultEntry{ErrorCode: &code, ErrorMessage: &why})
			continue
		}
		out.Entries = append(out.Entries, types.PutEventsResultEntry{EventId: &made.ID})
		s.publish(busName(entry.EventBusName), made)
	}
	return out, nil
}

func checkEntries(entries []types.PutEventsRequestEntry) error {
	if n := len(entries); n == 0 || n > maxEntries {
		return api.Errorf("ValidationException", "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length from 1 to %d", maxEntries)
	}
	size := 0
	for _, e := range entries {
		size += len(api.Deref(e.Source)) + len(api.Deref(e.DetailType)) + len(api.Deref(e.Detail))
		if e.Time != nil {
			size += 14
		}
		for _, resource := range e.Resources {
			size += len(resource)
		}
	}
	if size > maxSize {
		return api.Errorf("ValidationException", "Total size of the entries in the request is over the limit.")
	}
	return nil
}

// event makes an event of an entry, or says why it is refused. Only AWS's own
// services may name themselves as the source, and a rule that passes such an
// event on to another bus.
func (s *Service) event(caller api.Caller, entry types.PutEventsRequestEntry) (made event, code, why string) {
	for _, field := range []struct {
		name  string
		value *string
	}{{"Source", entry.Source}, {"DetailType", entry.DetailType}, {"Detail", entry.Detail}} {
		if api.Deref(field.value) == "" {
			return event{}, "InvalidArgument", "Parameter " + field.name + " is not valid. Reason: " + field.name + " is a required argument."
		}
	}
	foreign := caller.Service == "" || caller.RoleARN != "" && caller.Service != principal
	if strings.HasPrefix(*entry.Source, "aws.") && foreign {
		return event{}, "NotAuthorizedForSourceException", "Not authorized for the source."
	}
	if !strings.HasPrefix(strings.TrimLeft(*entry.Detail, " \t\r\n"), "{") || !json.Valid([]byte(*entry.Detail)) {
		return event{}, "MalformedDetail", "Detail is malformed."
	}
	happened := s.Clock.Now()
	if entry.Time != nil {
		happened = *entry.Time
	}
	return s.newEvent(envelope{DetailType: *entry.DetailType, Source: *entry.Source, Time: happened.UTC().Format(time.RFC3339),
		Resources: entry.Resources, Detail: json.RawMessage(*entry.Detail)}), "", ""
}

// publish hands an event to every rule of a bus that matches. One for a bus that
// is not there goes nowhere, as on AWS.
func (s *Service) publish(busName string, e event) {
	s.mu.Lock()
	taps, lose, twice := slices.Clone(s.taps), s.lose, s.Twice
	var matching []*rule
	if b, ok := s.buses[busName]; ok {
		for _, name := range slices.Sorted(maps.Keys(b.rules)) {
			r := b.rules[name]
			if r.pattern != nil && r.described.State == types.RuleStateEnabled && r.pattern.Matches(e.fields) {
				matching = append(matching, r)
			}
		}
	}
	s.mu.Unlock()
	for _, tap := range taps {
		tap(e.fields)
	}
	if lose != nil && lose(e.fields) {
		return
	}
	for _, r := range matching {
		s.fire(r, e)
		if twice {
			s.fire(r, e)
		}
	}
}
