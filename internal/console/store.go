package console

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/release"
)

// store reads executions and keeps what it read: an ended execution is read
// once, a running one from where it was left. Pages that refresh themselves cost
// one or two calls each that way.
type store struct {
	states  States
	machine string // ARN

	mu    sync.Mutex
	known map[string]*execution // by name
	order []string              // of known, the least recently used first
}

// execution is one execution as far as it was read.
type execution struct {
	mu         sync.Mutex
	name, arn  string
	described  *sfn.DescribeExecutionOutput
	story      *story
	readTo     time.Time // when the execution had ended, once its history was read whole
	definition string
}

// remembered bounds the executions kept: a page of the list and those looked at.
const remembered = 100

func newStore(states States, machine string) *store {
	return &store{states: states, machine: machine, known: map[string]*execution{}}
}

func (s *store) execution(name string) *execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.Index(s.order, name); at >= 0 {
		s.order = slices.Delete(s.order, at, at+1)
	} else {
		s.known[name] = &execution{name: name, arn: executionARN(s.machine, name), story: newStory()}
	}
	s.order = append(s.order, name)
	if len(s.order) > remembered {
		delete(s.known, s.order[0])
		s.order = s.order[1:]
	}
	return s.known[name]
}

// list reads a page of executions, the newest first.
func (s *store) list(ctx context.Context, token string) ([]types.ExecutionListItem, string, error) {
	input := &sfn.ListExecutionsInput{StateMachineArn: &s.machine, MaxResults: perPage}
	if token != "" {
		input.NextToken = &token
	}
	page, err := s.states.ListExecutions(ctx, input)
	if err != nil {
		return nil, "", fmt.Errorf("list the executions of %s: %w", s.machine, err)
	}
	return page.Executions, aws.ToString(page.NextToken), nil
}

// facts are what the pages show of one execution.
type facts struct {
	name, arn     string
	status        types.ExecutionStatus
	started       time.Time
	stopped       time.Time // zero while it runs
	input, output string
	cause         string
	ending        ending
	request       release.Request // as far as the input is one
	story         story           // its maps and lists are not to be changed
	definition    string
}

// describe reads an execution; item, where given, tells that what is known is
// still right. The history is read where the page needs it: always for whole,
// and where nothing else tells the versions.
func (s *store) describe(ctx context.Context, name string, item *types.ExecutionListItem, whole bool) (facts, error) {
	e := s.execution(name)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.described == nil || item == nil || item.Status != e.described.Status ||
		!aws.ToTime(item.StopDate).Equal(aws.ToTime(e.described.StopDate)) {
		out, err := s.states.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &e.arn})
		if err != nil {
			return facts{}, fmt.Errorf("describe %s: %w", e.arn, err)
		}
		e.described = out
	}
	f := e.facts()
	if !whole && f.ending.Record != nil {
		return f, nil
	}
	if err := e.read(ctx, s.states); err != nil {
		return facts{}, err
	}
	if whole && e.definition == "" {
		out, err := s.states.DescribeStateMachineForExecution(ctx, &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: &e.arn})
		if err != nil {
			return facts{}, fmt.Errorf("read the definition of %s: %w", e.arn, err)
		}
		e.definition = aws.ToString(out.Definition)
	}
	return e.facts(), nil
}

func (e *execution) facts() facts {
	d := e.described
	f := facts{
		name: e.name, arn: e.arn, status: d.Status, started: aws.ToTime(d.StartDate), stopped: aws.ToTime(d.StopDate),
		input: aws.ToString(d.Input), output: aws.ToString(d.Output), cause: aws.ToString(d.Cause),
		request: requestOf(aws.ToString(d.Input)), story: e.story.copied(), definition: e.definition,
	}
	if d.Status != types.ExecutionStatusRunning {
		f.ending = endingOf(f.output, aws.ToString(d.Error), f.cause)
	}
	return f
}

// read folds what is new in the history. It is read from its end, so that a long
// release is not read whole at every look.
func (e *execution) read(ctx context.Context, states States) error {
	stopped := aws.ToTime(e.described.StopDate)
	if !stopped.IsZero() && e.readTo.Equal(stopped) {
		return nil
	}
	var fresh []types.HistoryEvent
	input := &sfn.GetExecutionHistoryInput{ExecutionArn: &e.arn, ReverseOrder: true, MaxResults: 1000}
	if e.story.seen > 0 {
		input.MaxResults = 50 // what a few seconds bring
	}
	pages := sfn.NewGetExecutionHistoryPaginator(states, input)
	for known := false; pages.HasMorePages() && !known; {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the history of %s: %w", e.arn, err)
		}
		for _, event := range page.Events {
			if known = event.Id <= e.story.seen; known {
				break
			}
			fresh = append(fresh, event)
		}
	}
	for _, event := range slices.Backward(fresh) {
		e.story.fold(event)
	}
	e.readTo = stopped
	return nil
}

// copied is the story as it is now, for a page to read while others go on
// folding.
func (s *story) copied() story {
	c := *s
	c.stateOf = nil
	c.states = make(map[string]*visit, len(s.states))
	for name, v := range s.states {
		seen := *v
		c.states[name] = &seen
	}
	c.taken = maps.Clone(s.taken)
	c.observations, c.troubles = slices.Clone(s.observations), slices.Clone(s.troubles)
	return c
}

// isGone tells whether the execution does not exist, or no longer.
func isGone(err error) bool {
	_, gone := errors.AsType[*types.ExecutionDoesNotExist](err)
	_, invalid := errors.AsType[*types.InvalidArn](err)
	return gone || invalid
}
