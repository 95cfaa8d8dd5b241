package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/release"
)

const machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:weir-release"

// monday is when the releases of these tests begin.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// fake is a Step Functions and a Lambda that hold what a test gives them.
type fake struct {
	definition string
	runs       []*run // the newest first
	aliases    map[string]release.Alias
	broken     error // answers every call, if set
	calls      map[string]int
	served     int // events of histories handed out
}

// run is an execution.
type run struct {
	name          string
	input, output string
	failure       string
	cause         string
	status        types.ExecutionStatus
	started       time.Time
	stopped       time.Time
	events        []types.HistoryEvent
	t             *testing.T
}

func (f *fake) called(what string) error {
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[what]++
	return f.broken
}

func (f *fake) find(arn *string) (*run, error) {
	for _, r := range f.runs {
		if aws.ToString(arn) == "arn:aws:states:eu-west-1:123456789012:execution:weir-release:"+r.name {
			return r, nil
		}
	}
	return nil, &types.ExecutionDoesNotExist{Message: aws.String("Execution Does Not Exist: '" + aws.ToString(arn) + "'")}
}

func pointer(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ListExecutions gives eight executions a page, so that pages are turned.
func (f *fake) ListExecutions(_ context.Context, in *sfn.ListExecutionsInput, _ ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error) {
	if err := f.called("ListExecutions"); err != nil {
		return nil, err
	}
	const size = 8
	from := 0
	if in.NextToken != nil {
		n, err := strconv.Atoi(*in.NextToken)
		if err != nil {
			return nil, &types.InvalidToken{Message: aws.String("Invalid Token: '" + *in.NextToken + "'")}
		}
		from = n
	}
	out := &sfn.ListExecutionsOutput{}
	for _, r := range f.runs[from:min(from+size, len(f.runs))] {
		out.Executions = append(out.Executions, types.ExecutionListItem{Name: &r.name, Status: r.status, StartDate: &r.started, StopDate: pointer(r.stopped)})
	}
	if from+size < len(f.runs) {
		out.NextToken = aws.String(strconv.Itoa(from + size))
	}
	return out, nil
}

// DescribeExecution gives an execution.
func (f *fake) DescribeExecution(_ context.Context, in *sfn.DescribeExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	if err := f.called("DescribeExecution"); err != nil {
		return nil, err
	}
	r, err := f.find(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	out := &sfn.DescribeExecutionOutput{Name: &r.name, Status: r.status, Input: &r.input, StartDate: &r.started, StopDate: pointer(r.stopped)}
	if r.output != "" {
		out.Output = &r.output
	}
	if r.failure != "" {
		out.Error, out.Cause = &r.failure, &r.cause
	}
	return out, nil
}

// DescribeStateMachineForExecution gives the definition.
func (f *fake) DescribeStateMachineForExecution(context.Context, *sfn.DescribeStateMachineForExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeStateMachineForExecutionOutput, error) {
	return &sfn.DescribeStateMachineForExecutionOutput{Definition: &f.definition}, f.called("DescribeStateMachineForExecution")
}

// GetExecutionHistory gives the history from its end, a few events a page.
func (f *fake) GetExecutionHistory(_ context.Context, in *sfn.GetExecutionHistoryInput, _ ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error) {
	if err := f.called("GetExecutionHistory"); err != nil {
		return nil, err
	}
	r, err := f.find(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	if !in.ReverseOrder {
		return nil, errors.New("the history is to be read from its end")
	}
	const size = 7
	from := 0
	if in.NextToken != nil {
		if from, err = strconv.Atoi(*in.NextToken); err != nil {
			return nil, err
		}
	}
	reversed := slices.Clone(r.events)
	slices.Reverse(reversed)
	out := &sfn.GetExecutionHistoryOutput{Events: reversed[from:min(from+size, len(reversed))]}
	if from+size < len(reversed) {
		out.NextToken = aws.String(strconv.Itoa(from + size))
	}
	f.served += len(out.Events)
	return out, nil
}

// Alias gives an alias.
func (f *fake) Alias(_ context.Context, target release.Target) (release.Alias, error) {
	if err := f.called("Alias"); err != nil {
		return release.Alias{}, err
	}
	alias, ok := f.aliases[target.String()]
	if !ok {
		return release.Alias{}, release.Errorf(release.TargetNotFound, "target %s does not exist.", target)
	}
	return alias, nil
}

// start begins an execution.
func (f *fake) start(t *testing.T, name, input string, at time.Time) *run {
	r := &run{name: name, input: input, status: types.ExecutionStatusRunning, started: at, t: t}
	f.runs = append([]*run{r}, f.runs...)
	r.add(at, types.HistoryEvent{Type: types.HistoryEventTypeExecutionStarted})
	return r
}

func (r *run) add(at time.Time, event types.HistoryEvent) {
	event.Id = int64(len(r.events) + 1)
	if event.PreviousEventId == 0 {
		event.PreviousEventId = event.Id - 1
	}
	event.Timestamp = &at
	r.events = append(r.events, event)
}

// enter and leave record a state; kind is Task, Choice, Wait, Succeed or Fail.
func (r *run) enter(at time.Time, kind, name string) {
	r.add(at, types.HistoryEvent{Type: types.HistoryEventType(kind + "StateEntered"), StateEnteredEventDetails: &types.StateEnteredEventDetails{Name: &name}})
}

func (r *run) leave(at time.Time, kind, name string) {
	r.add(at, types.HistoryEvent{Type: types.HistoryEventType(kind + "StateExited"), StateExitedEventDetails: &types.StateExitedEventDetails{Name: &name}})
}

func (r *run) pass(at time.Time, kind, name string) {
	r.enter(at, kind, name)
	r.leave(at, kind, name)
}

func (r *run) schedule(at time.Time) {
	r.add(at, types.HistoryEvent{Type: types.HistoryEventTypeTaskScheduled, TaskScheduledEventDetails: &types.TaskScheduledEventDetails{}})
}

func (r *run) fail(at time.Time, failure, cause string) {
	r.add(at, types.HistoryEvent{Type: types.HistoryEventTypeTaskFailed, TaskFailedEventDetails: &types.TaskFailedEventDetails{Error: &failure, Cause: &cause}})
}

// answer is a task that succeeds with a handler's payload.
func (r *run) answer(at time.Time, state string, payload map[string]any) {
	output, err := json.Marshal(map[string]any{"Payload": payload})
	if err != nil {
		r.t.Fatal(err)
	}
	r.enter(at, "Task", state)
	r.schedule(at)
	r.add(at, types.HistoryEvent{Type: types.HistoryEventTypeTaskSucceeded, TaskSucceededEventDetails: &types.TaskSucceededEventDetails{Output: aws.String(string(output))}})
	r.leave(at, "Task", state)
}

// succeed and failWith end an execution.
func (r *run) succeed(at time.Time, output any) {
	raw, err := json.Marshal(output)
	if err != nil {
		r.t.Fatal(err)
	}
	r.output, r.status, r.stopped = string(raw), types.ExecutionStatusSucceeded, at
	r.add(at, types.HistoryEvent{Type: types.HistoryEventTypeExecutionSucceeded})
}

func (r *run) failWith(at time.Time, state, failure, cause string) {
	r.enter(at, "Fail", state)
	r.failure, r.cause, r.status, r.stopped = failure, cause, types.ExecutionStatusFailed, at
	r.add(at, types.HistoryEvent{Type: types.HistoryEventTypeExecutionFailed})
}

func (r *run) stop(at time.Time) {
	r.status, r.stopped = types.ExecutionStatusAborted, at
	r.add(at, types.HistoryEvent{Type: types.HistoryEventTypeExecutionAborted})
}
