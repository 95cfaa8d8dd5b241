package states

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/local/api"
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
	result := map[string]any{"ExecutionArn": aws.ToString(out.ExecutionArn), "StartDate": stamp(*out.StartDate)}
	body := fmt.Sprintf(`{"executionArn":%q,"startDate":%s}`, *out.ExecutionArn, epoch(*out.StartDate))
	addMetadata(result, s.now(), 200, len(body), [][2]string{{"connection", "keep-alive"}, {"Content-Type", "application/x-amz-json-1.0"}})
	return result, nil
}

// epoch is a time as AWS writes it in JSON, in seconds: "1.687950475453E9".
func epoch(t time.Time) string {
	return strings.Replace(strconv.FormatFloat(float64(t.UnixMilli())/1000, 'E', -1, 64), "E+0", "E", 1)
}

// awaitChild waits for the execution that startChild answered; when the parent
// ends first it stops the child, as AWS does.
func (v *visit) awaitChild(ctx context.Context, started any, mode string, w *waiter) (any, error) {
	members, _ := started.(map[string]any)
	arn, _ := members["ExecutionArn"].(string)
	child, err := v.exec.service.findExecution(&arn)
	if err != nil {
		return nil, failf(errRuntime, "wait for %q: %v", arn, err)
	}
	child.whenEnded(func() { w.wake(nil, nil) })
	if _, err := w.release(ctx); err != nil {
		child.finish(types.ExecutionStatusAborted, nil, &failure{}, 0)
		return nil, err
	}
	result := child.describe(mode == modeSync2)
	if child.ended() != types.ExecutionStatusSucceeded {
		return nil, failf("States.TaskFailed", "%s", encode(result))
	}
	return result, nil
}

func (x *execution) ended() types.ExecutionStatus {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.status
}

// describe is the result of a .sync task: DescribeExecution with input and
// output as text, or as JSON for sync:2.
func (x *execution) describe(asJSON bool) map[string]any {
	x.mu.Lock()
	defer x.mu.Unlock()
	d := map[string]any{
		"ExecutionArn": x.arn, "Name": x.name, "StateMachineArn": x.machine.arn, "Status": string(x.status),
		"StartDate": float64(x.started.UnixMilli()), "StopDate": float64(x.stopped.UnixMilli()), "Input": x.rawInput,
		"InputDetails": map[string]any{"Included": true}, "RedriveCount": float64(x.redrives),
		"RedriveStatus": string(types.ExecutionRedriveStatusNotRedrivable), "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
	}
	if x.output != nil {
		d["Output"], d["OutputDetails"] = *x.output, map[string]any{"Included": true}
	}
	if x.failure != nil {
		for name, text := range map[string]string{"Error": x.failure.name, "Cause": x.failure.cause} {
			if text != "" {
				d[name] = text
			}
		}
		d["RedriveStatus"] = string(types.ExecutionRedriveStatusRedrivable)
		delete(d, "RedriveStatusReason")
	}
	if asJSON {
		for _, name := range []string{"Input", "Output"} {
			if text, ok := d[name].(string); ok {
				if value, err := decode(text); err == nil {
					d[name] = value
				}
			}
		}
	}
	return d
}
