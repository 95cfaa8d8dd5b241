package states

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

// maxEventData is the size up to which a status change carries input and output
// (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html).
const maxEventData = 248 << 10

// publish sends the "Step Functions Execution Status Change" event of the
// present status. Whoever hears of it may act on this very execution, so nothing
// waits for the delivery but the next event of the execution, and the clock.
func (x *execution) publish() {
	s := x.service
	if _, ok := s.Bus.Service("events"); !ok {
		s.Log.Debug("no events service: a status change goes unheard", "execution", x.arn)
		return
	}
	detail, at := x.statusChange(), s.now()
	sent := make(chan struct{})
	x.mu.Lock()
	before := x.published
	x.published = sent
	x.mu.Unlock()
	hold := s.Clock.Hold()
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		defer hold.Release()
		defer close(sent)
		if before != nil {
			<-before
		}
		x.send(detail, at)
	}()
}

func (x *execution) send(detail *ordered.Object, at time.Time) {
	s := x.service
	_, err := api.Do[eventbridge.PutEventsOutput](context.WithoutCancel(s.base), s.Bus,
		api.ServiceCaller("states.amazonaws.com", x.machine.arn), "events", "PutEvents", &eventbridge.PutEventsInput{
			Entries: []ebtypes.PutEventsRequestEntry{{
				Source: aws.String("aws.states"), DetailType: aws.String("Step Functions Execution Status Change"),
				Detail: aws.String(ordered.Encode(detail)), Resources: []string{x.arn}, Time: aws.Time(at),
			}},
		})
	if err != nil {
		s.Log.Error("a status change could not be sent", "execution", x.arn, "error", err)
	}
}

func (x *execution) statusChange() *ordered.Object {
	x.mu.Lock()
	defer x.mu.Unlock()
	included := func(text *string) (any, any) {
		if text == nil {
			return nil, nil
		}
		if len(*text) > maxEventData {
			return nil, ordered.New().Set("included", false)
		}
		return *text, ordered.New().Set("included", true)
	}
	input, inputDetails := included(&x.rawInput)
	output, outputDetails := included(x.output)
	status, reason := x.redrivable()
	detail := ordered.New().Set("executionArn", x.arn).Set("stateMachineArn", x.machine.arn).Set("name", x.name).Set("status", string(x.status)).
		Set("startDate", x.started.UnixMilli()).Set("stopDate", nil).Set("input", input).Set("output", output).
		Set("stateMachineVersionArn", nil).Set("stateMachineAliasArn", nil).Set("redriveCount", x.redrives).Set("redriveDate", nil).
		Set("redriveStatus", string(status)).Set("redriveStatusReason", textOrNull(reason)).
		Set("inputDetails", inputDetails).Set("outputDetails", outputDetails).Set("error", nil).Set("cause", nil)
	if x.redrives > 0 {
		detail.Set("redriveDate", x.redriven.UnixMilli())
	}
	if x.status != types.ExecutionStatusRunning {
		detail.Set("stopDate", x.stopped.UnixMilli())
	}
	if x.failure != nil {
		detail.Set("error", textOrNull(x.failure.name)).Set("cause", textOrNull(x.failure.cause))
	}
	return detail
}

// textOrNull is JSON's null for a text that there is none of.
func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// metricOf names the metric that counts an end.
var metricOf = map[types.ExecutionStatus]string{
	types.ExecutionStatusSucceeded: "ExecutionsSucceeded", types.ExecutionStatusFailed: "ExecutionsFailed",
	types.ExecutionStatusAborted: "ExecutionsAborted", types.ExecutionStatusTimedOut: "ExecutionsTimedOut",
}

// count records an end and how long the execution took, in milliseconds.
func (x *execution) count(status types.ExecutionStatus) {
	x.datum(metricOf[status], 1, "Count")
	x.datum("ExecutionTime", float64(x.stopped.Sub(x.started).Milliseconds()), "Milliseconds")
}

func (x *execution) datum(name string, value float64, unit string) {
	if x.service.Recorder == nil {
		return
	}
	x.service.Recorder.Record(api.Datum{
		Namespace: "AWS/States", Name: name, Value: value, Unit: unit, Time: x.service.now(),
		Dimensions: []api.Dimension{{Name: "StateMachineArn", Value: x.machine.arn}},
	})
}
