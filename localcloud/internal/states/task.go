package states

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/ordered"
)

// task makes one attempt of a Task state: evaluate, schedule, call, wait for
// the callback if there is one, and shape the result.
func (v *visit) task() (*outcome, error) {
	where, err := parseResource(v.exec.service.Env.Partition, v.state.Text("Resource"))
	if f, failed := errors.AsType[*failure](err); failed {
		return nil, v.during(f)
	}
	v.token = ""
	if where.mode != modeRequest { // a .sync task has a token too
		v.token = newToken()
	}
	e := v.evaluator()
	defer e.close()
	arguments, err := e.arguments()
	if err != nil {
		return nil, v.query(err)
	}
	limits, err := v.limits(e)
	if err != nil {
		return nil, v.query(err)
	}
	e.rest() // nobody keeps a runtime of the engine while a call is under way
	result, err := v.perform(where, arguments, limits)
	if err != nil {
		return nil, err
	}
	return v.complete(e, result, true)
}

// taskLimits are TimeoutSeconds and HeartbeatSeconds of an attempt; 0 is none.
type taskLimits struct{ timeout, heartbeat int64 }

func (v *visit) limits(e evaluator) (taskLimits, error) {
	var limits taskLimits
	for _, limit := range []struct {
		field  string
		target *int64
	}{{"TimeoutSeconds", &limits.timeout}, {"HeartbeatSeconds", &limits.heartbeat}} {
		value, ok, err := e.field(limit.field)
		if err != nil {
			return limits, err
		}
		if !ok {
			continue
		}
		n, ok := whole(value)
		if !ok {
			return limits, e.mistyped(limit.field, value, "number")
		}
		if n <= 0 {
			return limits, e.negative(limit.field, n)
		}
		*limit.target = n
	}
	return limits, nil
}

// perform schedules the task and returns its result, recording every event on
// the way.
func (v *visit) perform(where resource, arguments any, limits taskLimits) (any, error) {
	if err := v.checkArguments(where, arguments); err != nil {
		return nil, err
	}
	events := where.events()
	if len(ordered.Encode(arguments)) > maxPayload {
		return nil, v.during(failf(errDataLimit, "The size of the task's input exceeds the maximum number of bytes service limit."))
	}
	if err := v.record(events.scheduled(v.exec.service.Env.Region, arguments, limits)); err != nil {
		return nil, err
	}
	if err := v.record(events.started()); err != nil {
		return nil, err
	}
	result, err := v.invoke(where, arguments, limits, events)
	f, failed := err.(*failure)
	if err != nil && !failed {
		return nil, err
	}
	if failed {
		event := events.failed(f)
		if f.name == errTimeout {
			event = events.timedOut(f)
		}
		if err := v.record(event); err != nil {
			return nil, err
		}
		return nil, f
	}
	text := ordered.Encode(result)
	if len(text) > maxPayload {
		f := failf(errDataLimit, "The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", cmp.Or(where.kind, where.arn))
		if err := v.record(events.failed(f)); err != nil {
			return nil, err
		}
		return nil, f
	}
	return result, v.record(events.succeeded(text))
}

// invoke makes the call and, for a callback or a child execution, waits for its
// end. A call that outlives its task is abandoned, as AWS abandons it.
func (v *visit) invoke(where resource, arguments any, limits taskLimits, events taskEvents) (any, error) {
	ctx, cancel := context.WithCancel(v.ctx)
	defer cancel()
	s := v.exec.service
	call := newWaiter(v.hold)
	last := call // what the task waits for in the end; the timeout is its
	if where.mode != modeRequest {
		last = newWaiter(v.hold)
	}
	if limits.timeout > 0 {
		timer := s.Clock.AfterFunc(time.Duration(limits.timeout)*time.Second, func() {
			late := &failure{name: errTimeout}
			last.wake(nil, late)
			call.wake(nil, late)
		})
		defer timer.Stop()
	}
	if where.mode != modeRequest {
		s.tokens.add(v.token, &callback{waiter: last, machine: v.exec.machine.arn, clock: s.Clock, heartbeat: time.Duration(limits.heartbeat) * time.Second})
		defer s.tokens.remove(v.token)
	}
	hold := s.Clock.Hold()
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		defer hold.Release()
		call.wake(v.call(where, arguments))
	}()
	result, err := call.wait(ctx)
	if err != nil || where.mode == modeRequest {
		return result, err
	}
	if err := v.record(events.submitted(ordered.Encode(result))); err != nil {
		return nil, err
	}
	if where.mode == modeToken {
		return last.release(ctx)
	}
	return v.awaitChild(ctx, result, where.mode, last)
}

// taskEvents builds the history events of one task.
type taskEvents interface {
	scheduled(region string, arguments any, limits taskLimits) types.HistoryEvent
	started() types.HistoryEvent
	submitted(output string) types.HistoryEvent
	succeeded(output string) types.HistoryEvent
	failed(f *failure) types.HistoryEvent
	timedOut(f *failure) types.HistoryEvent
}

func (r resource) events() taskEvents {
	if r.kind == "" {
		return functionEvents{r}
	}
	return serviceEvents{r}
}

// serviceEvents are of arn:aws:states:::... resources.
type serviceEvents struct{ resource }

func positive(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func (t serviceEvents) scheduled(region string, arguments any, limits taskLimits) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeTaskScheduled, TaskScheduledEventDetails: &types.TaskScheduledEventDetails{
		ResourceType: aws.String(t.kind), Resource: aws.String(t.action), Region: aws.String(region),
		Parameters: aws.String(ordered.Encode(arguments)), TimeoutInSeconds: positive(limits.timeout), HeartbeatInSeconds: positive(limits.heartbeat),
	}}
}

func (t serviceEvents) started() types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeTaskStarted, TaskStartedEventDetails: &types.TaskStartedEventDetails{
		ResourceType: aws.String(t.kind), Resource: aws.String(t.action),
	}}
}

func (t serviceEvents) submitted(output string) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeTaskSubmitted, TaskSubmittedEventDetails: &types.TaskSubmittedEventDetails{
		ResourceType: aws.String(t.kind), Resource: aws.String(t.action), Output: &output, OutputDetails: untruncated(),
	}}
}

func (t serviceEvents) succeeded(output string) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeTaskSucceeded, TaskSucceededEventDetails: &types.TaskSucceededEventDetails{
		ResourceType: aws.String(t.kind), Resource: aws.String(t.action), Output: &output, OutputDetails: untruncated(),
	}}
}

func (t serviceEvents) failed(f *failure) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeTaskFailed, TaskFailedEventDetails: &types.TaskFailedEventDetails{
		ResourceType: aws.String(t.kind), Resource: aws.String(t.action), Error: optional(f.name), Cause: optional(f.cause),
	}}
}

func (t serviceEvents) timedOut(f *failure) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeTaskTimedOut, TaskTimedOutEventDetails: &types.TaskTimedOutEventDetails{
		ResourceType: aws.String(t.kind), Resource: aws.String(t.action), Error: optional(f.name), Cause: optional(f.cause),
	}}
}

// functionEvents are of resources that are a function's ARN.
type functionEvents struct{ resource }

func (t functionEvents) scheduled(_ string, arguments any, limits taskLimits) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeLambdaFunctionScheduled, LambdaFunctionScheduledEventDetails: &types.LambdaFunctionScheduledEventDetails{
		Resource: aws.String(t.arn), Input: aws.String(ordered.Encode(arguments)), InputDetails: untruncated(), TimeoutInSeconds: positive(limits.timeout),
	}}
}

func (t functionEvents) started() types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeLambdaFunctionStarted}
}

func (t functionEvents) submitted(string) types.HistoryEvent { return types.HistoryEvent{} }

func (t functionEvents) succeeded(output string) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeLambdaFunctionSucceeded, LambdaFunctionSucceededEventDetails: &types.LambdaFunctionSucceededEventDetails{
		Output: &output, OutputDetails: untruncated(),
	}}
}

func (t functionEvents) failed(f *failure) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeLambdaFunctionFailed, LambdaFunctionFailedEventDetails: &types.LambdaFunctionFailedEventDetails{
		Error: optional(f.name), Cause: optional(f.cause),
	}}
}

func (t functionEvents) timedOut(f *failure) types.HistoryEvent {
	return types.HistoryEvent{Type: types.HistoryEventTypeLambdaFunctionTimedOut, LambdaFunctionTimedOutEventDetails: &types.LambdaFunctionTimedOutEventDetails{
		Error: optional(f.name), Cause: optional(f.cause),
	}}
}
