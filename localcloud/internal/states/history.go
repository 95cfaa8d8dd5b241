package states

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

// maxEvents is how long a history may grow; the last event is then the failure
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxEvents = 25_000

// append adds an event; the caller holds the lock. It returns the event's id.
func (x *execution) append(previous int64, event types.HistoryEvent) int64 {
	event.Id = int64(len(x.events)) + 1
	event.PreviousEventId = previous
	event.Timestamp = aws.Time(x.service.now())
	x.events = append(x.events, event)
	x.vend(event)
	return event.Id
}

// record adds an event of this branch, which the next one follows.
func (b *branch) record(event types.HistoryEvent) error {
	if err := b.aside(event); err != nil {
		return err
	}
	b.previous = b.last
	return nil
}

// aside adds an event of this branch that no other follows: those around the
// children of a Map or Parallel state are such.
func (b *branch) aside(event types.HistoryEvent) error {
	x := b.exec
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.status != types.ExecutionStatusRunning || b.ctx.Err() != nil {
		return errEnded
	}
	if len(x.events) >= maxEvents-1 {
		return failf(errRuntime, "The execution reached the maximum number of history events (%d).", maxEvents)
	}
	b.last = x.append(b.previous, event)
	return nil
}

func endEvent(status types.ExecutionStatus, output *string, why *failure) types.HistoryEvent {
	switch status {
	case types.ExecutionStatusSucceeded:
		return types.HistoryEvent{Type: types.HistoryEventTypeExecutionSucceeded,
			ExecutionSucceededEventDetails: &types.ExecutionSucceededEventDetails{Output: output, OutputDetails: untruncated()}}
	case types.ExecutionStatusAborted:
		return types.HistoryEvent{Type: types.HistoryEventTypeExecutionAborted,
			ExecutionAbortedEventDetails: &types.ExecutionAbortedEventDetails{Error: optional(why.name), Cause: optional(why.cause)}}
	case types.ExecutionStatusTimedOut:
		return types.HistoryEvent{Type: types.HistoryEventTypeExecutionTimedOut,
			ExecutionTimedOutEventDetails: &types.ExecutionTimedOutEventDetails{Error: aws.String(errTimeout)}}
	}
	return types.HistoryEvent{Type: types.HistoryEventTypeExecutionFailed,
		ExecutionFailedEventDetails: &types.ExecutionFailedEventDetails{Error: optional(why.name), Cause: optional(why.cause)}}
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// untruncated says that data is in the history as a whole.
func untruncated() *types.HistoryEventExecutionDataDetails {
	return &types.HistoryEventExecutionDataDetails{Truncated: false}
}

// entered and exited are the events around a state of any type. The event types
// are spelt "TaskStateEntered", "ChoiceStateExited" and so on.
func (b *branch) entered(kind, name, input string) error {
	return b.record(types.HistoryEvent{
		Type:                     types.HistoryEventType(kind + "StateEntered"),
		StateEnteredEventDetails: &types.StateEnteredEventDetails{Name: &name, Input: &input, InputDetails: untruncated()},
	})
}

func (b *branch) exited(kind, name, output string, assigned *ordered.Object) error {
	details := &types.StateExitedEventDetails{Name: &name, Output: &output, OutputDetails: untruncated()}
	if assigned.Len() > 0 {
		details.AssignedVariables = map[string]string{}
		for variable, value := range assigned.All() {
			details.AssignedVariables[variable] = ordered.Encode(value)
		}
		details.AssignedVariablesDetails = &types.AssignedVariablesDetails{Truncated: false}
	}
	return b.record(types.HistoryEvent{Type: types.HistoryEventType(kind + "StateExited"), StateExitedEventDetails: details})
}

func (s *Service) getExecutionHistory(_ context.Context, _ api.Caller, in *sfn.GetExecutionHistoryInput) (*sfn.GetExecutionHistoryOutput, error) {
	x, err := s.findExecution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	events := x.events[:len(x.events):len(x.events)] // events never change
	x.mu.Unlock()
	if in.ReverseOrder {
		events = slices.Clone(events)
		slices.Reverse(events)
	}
	page, next, err := paginate(events, in.MaxResults, in.NextToken, 100)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", x.name, err)
	}
	if in.IncludeExecutionData != nil && !*in.IncludeExecutionData {
		page = slices.Clone(page)
		for i := range page {
			page[i] = withoutData(page[i])
		}
	}
	return &sfn.GetExecutionHistoryOutput{Events: page, NextToken: next}, nil
}
