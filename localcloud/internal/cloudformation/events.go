package cloudformation

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

const stackType = "AWS::CloudFormation::Stack"

// userInitiated is the reason of what a call starts.
const userInitiated = "User Initiated"

// setStack gives the stack a status and records the event.
func (s *Service) setStack(st *stack, status types.StackStatus, reason string) {
	s.mu.Lock()
	now := st.next(s.clock.Now())
	st.status, st.reason = status, reason
	for _, set := range st.changeSets {
		set.follow(status)
	}
	st.events = append(st.events, types.StackEvent{
		StackId: aws.String(st.id), StackName: aws.String(st.name), EventId: aws.String(api.NewID()),
		LogicalResourceId: aws.String(st.name), PhysicalResourceId: aws.String(st.id),
		ResourceType: aws.String(stackType), ResourceStatus: types.ResourceStatus(status),
		ResourceStatusReason: optional(reason), Timestamp: aws.Time(now),
		ClientRequestToken: st.clientToken,
	})
	s.mu.Unlock()
	s.log.Info("stack", "stack", st.name, "status", status, "reason", reason)
	s.announce(st, status, reason)
}

// setResource gives a resource a status and records the event.
func (s *Service) setResource(st *stack, m *made, status types.ResourceStatus, reason string) {
	s.recordResource(st, m, status, reason)
	s.log.Debug("resource", "stack", st.name, "resource", m.logicalID, "status", status, "reason", reason)
	s.announceResource(st, m, status, reason)
}

func (s *Service) recordResource(st *stack, m *made, status types.ResourceStatus, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := st.next(s.clock.Now())
	m.status, m.reason, m.at = status, reason, now
	event := types.StackEvent{
		StackId: aws.String(st.id), StackName: aws.String(st.name), EventId: aws.String(m.logicalID + "-" + api.NewID()),
		LogicalResourceId: aws.String(m.logicalID), PhysicalResourceId: aws.String(m.physical),
		ResourceType: aws.String(m.kind), ResourceStatus: status, ResourceStatusReason: optional(reason),
		Timestamp: aws.Time(now), ClientRequestToken: st.clientToken,
	}
	if !m.leaving {
		event.EventId, event.ResourceProperties = aws.String(eventID(m, status, now)), aws.String(shownProperties(m))
	}
	st.events = append(st.events, event)
}

// next is the time of the next event: no two of a stack share one, so that readers
// who sort them keep their order.
func (st *stack) next(now time.Time) time.Time {
	if n := len(st.events); n > 0 && !now.After(*st.events[n-1].Timestamp) {
		return st.events[n-1].Timestamp.Add(time.Millisecond)
	}
	return now
}

// eventID names an event by resource, status and time.
func eventID(m *made, status types.ResourceStatus, at time.Time) string {
	return m.logicalID + "-" + string(status) + "-" + at.UTC().Format("2006-01-02T15:04:05.000Z")
}

func shownProperties(m *made) string {
	encoded, err := json.Marshal(m.properties)
	if err != nil {
		return fmt.Sprintf("%q", err.Error())
	}
	return string(encoded)
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return aws.String(text)
}
