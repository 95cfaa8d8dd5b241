// Package follow reads a running release's execution history and turns it into
// what a person wants to see: which step, what the judge said, how it ended. It
// works on any execution of the workflow, on AWS or on the local cloud.
package follow

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/release"
)

// Event is one thing that happened in the release.
type Event struct {
	At       time.Time
	State    string            // the state machine's state
	Plan     *release.Plan     // set when the release was planned
	Progress *release.Progress // set when a step was taken or judged
	Retry    string            // set when a task failed and may be retried: its error
}

// Outcome is how the execution ended.
type Outcome struct {
	Status      string // SUCCEEDED, FAILED, TIMED_OUT or ABORTED
	Error       string
	Cause       string
	Output      string
	StartedAt   time.Time
	EndedAt     time.Time
	Transitions int // states entered
}

// API is the part of Step Functions that following needs.
type API interface {
	GetExecutionHistory(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

// Follow calls on for each event, in order, until the execution ends. It looks
// every interval of wall time.
func Follow(ctx context.Context, api API, execution string, interval time.Duration, on func(Event)) (Outcome, error) {
	f := follower{api: api, execution: execution, on: on}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		status, err := api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		if err != nil {
			return Outcome{}, fmt.Errorf("describe %s: %w", execution, err)
		}
		if err := f.read(ctx); err != nil {
			return Outcome{}, err
		}
		if status.Status != types.ExecutionStatusRunning {
			return Outcome{
				Status: string(status.Status), Error: aws.ToString(status.Error), Cause: aws.ToString(status.Cause),
				Output: aws.ToString(status.Output), StartedAt: aws.ToTime(status.StartDate), EndedAt: aws.ToTime(status.StopDate),
				Transitions: f.transitions,
			}, nil
		}
		select {
		case <-ctx.Done():
			return Outcome{}, ctx.Err()
		case <-ticker.C:
		}
	}
}

type follower struct {
	api         API
	execution   string
	on          func(Event)
	seen        int64 // id of the last event told
	state       string
	transitions int
}

// read tells what is new in the history. The history is read from its end, so
// that a long release is not read whole at every look.
func (f *follower) read(ctx context.Context) error {
	var fresh []types.HistoryEvent
	input := &sfn.GetExecutionHistoryInput{ExecutionArn: &f.execution, ReverseOrder: true, MaxResults: 100}
	pages := sfn.NewGetExecutionHistoryPaginator(f.api, input)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the history of %s: %w", f.execution, err)
		}
		known := false
		for _, event := range page.Events {
			if event.Id <= f.seen {
				known = true
				break
			}
			fresh = append(fresh, event)
		}
		if known {
			break
		}
	}
	for i := len(fresh) - 1; i >= 0; i-- {
		if err := f.tell(fresh[i]); err != nil {
			return err
		}
		f.seen = fresh[i].Id
	}
	return nil
}

func (f *follower) tell(event types.HistoryEvent) error {
	at := aws.ToTime(event.Timestamp)
	switch {
	case event.StateEnteredEventDetails != nil:
		f.state = aws.ToString(event.StateEnteredEventDetails.Name)
		f.transitions++
		f.on(Event{At: at, State: f.state})
	case event.TaskFailedEventDetails != nil:
		f.on(Event{At: at, State: f.state, Retry: aws.ToString(event.TaskFailedEventDetails.Error)})
	case event.TaskSucceededEventDetails != nil:
		var output struct {
			Payload struct {
				Plan     *release.Plan     `json:"plan"`
				Progress *release.Progress `json:"progress"`
			}
		}
		if err := json.Unmarshal([]byte(aws.ToString(event.TaskSucceededEventDetails.Output)), &output); err != nil {
			return fmt.Errorf("read the output of %q: %w", f.state, err)
		}
		if output.Payload.Plan != nil || output.Payload.Progress != nil {
			f.on(Event{At: at, State: f.state, Plan: output.Payload.Plan, Progress: output.Payload.Progress})
		}
	}
	return nil
}
