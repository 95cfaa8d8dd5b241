package states

import "github.com/aws/aws-sdk-go-v2/service/sfn/types"

// withoutData copies an event without inputs, outputs and parameters, as
// includeExecutionData=false asks for.
func withoutData(event types.HistoryEvent) types.HistoryEvent {
	if d := event.ExecutionStartedEventDetails; d != nil {
		c := *d
		c.Input, c.InputDetails = nil, nil
		event.ExecutionStartedEventDetails = &c
	}
	if d := event.ExecutionSucceededEventDetails; d != nil {
		c := *d
		c.Output, c.OutputDetails = nil, nil
		event.ExecutionSucceededEventDetails = &c
	}
	if d := event.StateEnteredEventDetails; d != nil {
		c := *d
		c.Input, c.InputDetails = nil, nil
		event.StateEnteredEventDetails = &c
	}
	if d := event.StateExitedEventDetails; d != nil {
		c := *d
		c.Output, c.OutputDetails, c.AssignedVariables, c.AssignedVariablesDetails = nil, nil, nil, nil
		event.StateExitedEventDetails = &c
	}
	if d := event.TaskScheduledEventDetails; d != nil {
		c := *d
		c.Parameters = nil
		event.TaskScheduledEventDetails = &c
	}
	if d := event.TaskSubmittedEventDetails; d != nil {
		c := *d
		c.Output, c.OutputDetails = nil, nil
		event.TaskSubmittedEventDetails = &c
	}
	if d := event.TaskSucceededEventDetails; d != nil {
		c := *d
		c.Output, c.OutputDetails = nil, nil
		event.TaskSucceededEventDetails = &c
	}
	if d := event.LambdaFunctionScheduledEventDetails; d != nil {
		c := *d
		c.Input, c.InputDetails = nil, nil
		event.LambdaFunctionScheduledEventDetails = &c
	}
	if d := event.LambdaFunctionSucceededEventDetails; d != nil {
		c := *d
		c.Output, c.OutputDetails = nil, nil
		event.LambdaFunctionSucceededEventDetails = &c
	}
	return event
}
