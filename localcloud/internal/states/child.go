package states

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

// startChild is arn:aws:states:::states:startExecution and its .sync forms.
func (v *visit) startChild(ctx context.Context, r resource, arguments any) (any, error) {
	in := &sfn.StartExecutionInput{}
	if err := fill(in, v.textual(r, arguments)); err != nil {
		return nil, failf(errRuntime, "The arguments of states:startExecution do not fit: %v", err)
	}
	s := v.exec.service
	out, err := api.Do[sfn.StartExecutionOutput](ctx, s.Bus, v.exec.caller(), "states", "StartExecution", in)
	if err != nil {
		return nil, v1Failure("states", "StepFunctions", "AWSStepFunctions", err)
	}
	result := ordered.New().Set("ExecutionArn", aws.ToString(out.ExecutionArn)).Set("StartDate", stamp(*out.StartDate))
	addMetadata(result, s.now(), 200, len(ordered.Encode(result)), [][2]string{{"connection", "keep-alive"}, {"Content-Type", "application/x-amz-json-1.0"}})
	return result, nil
}

// awaitChild waits for the execution that startChild answered, or for an answer to
// the task's token; when the parent ends first it stops the child, as AWS does.
func (v *visit) awaitChild(ctx context.Context, started any, mode string, w *waiter) (any, error) {
	members, _ := started.(*ordered.Object)
	arn, _ := members.Get("ExecutionArn").(string)
	child, err := v.exec.service.findExecution(&arn)
	if err != nil {
		return nil, failf(errRuntime, "wait for %q: %v", arn, err)
	}
	child.whenEnded(func() { w.wake(nil, nil) })
	answered, err := w.release(ctx)
	if err != nil {
		child.finish(types.ExecutionStatusAborted, nil, &failure{}, 0)
		return nil, err
	}
	if answered != nil { // by the task's token, before the child has ended
		return answered, nil
	}
	result := child.describe(mode == modeSync2)
	if child.ended() != types.ExecutionStatusSucceeded {
		return nil, failf("States.TaskFailed", "%s", ordered.Encode(result))
	}
	return result, nil
}

func (x *execution) ended() types.ExecutionStatus {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.status
}

// describe is the result of a .sync task: DescribeExecution with input and
// output as text, or as JSON for sync:2. Its members come by name.
func (x *execution) describe(asJSON bool) *ordered.Object {
	x.mu.Lock()
	defer x.mu.Unlock()
	included := ordered.New().Set("Included", true)
	data := func(text string) any {
		if value, err := ordered.Decode(text); asJSON && err == nil {
			return value
		}
		return text
	}
	d := ordered.New().Set("ExecutionArn", x.arn).Set("Name", x.name).Set("StateMachineArn", x.machine.arn).Set("Status", string(x.status)).
		Set("StartDate", float64(x.started.UnixMilli())).Set("StopDate", float64(x.stopped.UnixMilli())).
		Set("Input", data(x.rawInput)).Set("InputDetails", included).Set("RedriveCount", float64(x.redrives))
	if x.output != nil {
		d.Set("Output", data(*x.output)).Set("OutputDetails", included)
	}
	if x.failure == nil {
		d.Set("RedriveStatus", string(types.ExecutionRedriveStatusNotRedrivable)).
			Set("RedriveStatusReason", "Execution is SUCCEEDED and cannot be redriven")
		return d.Sort()
	}
	d.Set("RedriveStatus", string(types.ExecutionRedriveStatusRedrivable))
	if x.failure.name != "" {
		d.Set("Error", x.failure.name)
	}
	if x.failure.cause != "" {
		d.Set("Cause", x.failure.cause)
	}
	return d.Sort()
}
