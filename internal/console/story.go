package console

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/release"
)

// story is what an execution's history tells, folded event by event. The same
// events in the same order give the same story, so that new ones are added to
// what was read before.
type story struct {
	seen         int64            // id of the last event folded
	latest       time.Time        // when that event happened
	stateOf      map[int64]string // the state that each event belongs to
	states       map[string]*visit
	taken        map[transition]bool
	plan         *release.Plan
	progress     *release.Progress // the latest
	reached      release.SetWeight // what the latest observation noted
	observations []observation
	troubles     []trouble
}

// visit is what happened to a state; states of a loop are entered many times.
type visit struct {
	status  stateStatus
	entries int
	erred   bool // its task failed and was not tried again since
}

// transition is a way from one state to the next.
type transition struct{ from, to string }

// stateStatus is a state's colour in the graph, as the Step Functions console
// has it.
type stateStatus string

const (
	notEntered  stateStatus = "idle"
	running     stateStatus = "running"
	succeeded   stateStatus = "succeeded"
	caughtError stateStatus = "caught"
	failed      stateStatus = "failed"
	canceled    stateStatus = "canceled"
)

// observation is one observation of the judge.
type observation struct {
	At      time.Time
	Weight  int
	Message string
	// Evidence is empty where the observation had nothing new to weigh: while metrics
	// cannot be read, the workflow keeps what it knew.
	Evidence []weighed
}

// trouble is a task that failed, and may have been tried again.
type trouble struct {
	At           time.Time
	State        string
	Error, Cause string
}

func newStory() *story {
	return &story{stateOf: map[int64]string{}, states: map[string]*visit{}, taken: map[transition]bool{}}
}

// fold adds the next event of the history.
func (s *story) fold(event types.HistoryEvent) {
	s.seen, s.latest = event.Id, aws.ToTime(event.Timestamp)
	name := s.stateOf[event.PreviousEventId]
	if entered := event.StateEnteredEventDetails; entered != nil {
		from := name
		name = aws.ToString(entered.Name)
		s.taken[transition{from, name}] = true
		s.enter(name, event.Type)
	}
	if exited := event.StateExitedEventDetails; exited != nil {
		name = aws.ToString(exited.Name)
		s.exit(name)
	}
	s.stateOf[event.Id] = name
	switch {
	case event.TaskScheduledEventDetails != nil:
		s.visit(name).erred = false
	case event.TaskFailedEventDetails != nil:
		s.fail(name, event.TaskFailedEventDetails.Error, event.TaskFailedEventDetails.Cause)
	case event.TaskTimedOutEventDetails != nil:
		s.fail(name, event.TaskTimedOutEventDetails.Error, event.TaskTimedOutEventDetails.Cause)
	case event.Type == types.HistoryEventTypeParallelStateFailed, event.Type == types.HistoryEventTypeMapStateFailed:
		s.visit(name).erred = true
	case event.TaskSucceededEventDetails != nil:
		s.answer(aws.ToString(event.TaskSucceededEventDetails.Output))
	case event.Type == types.HistoryEventTypeExecutionAborted, event.Type == types.HistoryEventTypeExecutionTimedOut,
		event.Type == types.HistoryEventTypeExecutionFailed:
		s.cancel()
	}
}

func (s *story) visit(name string) *visit {
	if s.states[name] == nil {
		s.states[name] = &visit{status: notEntered}
	}
	return s.states[name]
}

func (s *story) enter(name string, kind types.HistoryEventType) {
	v := s.visit(name)
	v.entries++
	v.status, v.erred = running, false
	if kind == types.HistoryEventTypeFailStateEntered {
		v.status = failed // it has no exit
	}
}

func (s *story) exit(name string) {
	v := s.visit(name)
	v.status = succeeded
	if v.erred {
		v.status = caughtError
	}
}

func (s *story) fail(name string, failure, cause *string) {
	s.visit(name).erred = true
	s.troubles = append(s.troubles, trouble{At: s.latest, State: name, Error: aws.ToString(failure), Cause: messageOf(aws.ToString(cause))})
}

// cancel ends what still ran when the execution ended.
func (s *story) cancel() {
	for _, v := range s.states {
		switch {
		case v.status == running && v.erred:
			v.status = failed
		case v.status == running:
			v.status = canceled
		}
	}
}

// answer reads what a handler of the workflow answered. Other tasks, such as
// hooks, answer what they like: that is nothing to read here.
func (s *story) answer(output string) {
	var answer struct {
		Payload struct {
			Plan     *release.Plan     `json:"plan"`
			Progress *release.Progress `json:"progress"`
		}
	}
	if err := json.Unmarshal([]byte(output), &answer); err != nil {
		return
	}
	if answer.Payload.Plan != nil {
		s.plan = answer.Payload.Plan
	}
	progress := answer.Payload.Progress
	if progress == nil || progress.Phase == "" {
		return
	}
	before := 0
	if s.progress != nil {
		before = s.progress.Observations
	}
	s.progress = progress
	if progress.Observations > before {
		s.observations = append(s.observations, s.observation(*progress))
	}
}

func (s *story) observation(progress release.Progress) observation {
	l := observation{At: s.latest, Weight: progress.Weight, Message: progress.Verdict}
	if progress.Ended != nil {
		l.Message = progress.Ended.Cause
	}
	if n := len(progress.Weights); n > 0 && !reflect.DeepEqual(progress.Weights[n-1], s.reached) {
		s.reached = progress.Weights[n-1]
		l.Evidence = weigh(s.reached.Evidence)
	}
	return l
}

// messageOf is the sentence in a failed Lambda task's cause, which is JSON.
func messageOf(cause string) string {
	var failure struct {
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal([]byte(cause), &failure); err == nil && failure.Message != "" {
		return failure.Message
	}
	return cause
}

// ending is how an execution ended, as its output or its cause tells.
type ending struct {
	Error   string
	Message string
	Record  *release.Record
}

// endingOf reads an output, or an error and its cause. A rolled-back release's
// cause is sentences, an empty line, and the record as JSON.
func endingOf(output, failure, cause string) ending {
	var asked release.Ended // of a rollback that was asked for, which succeeds
	if err := json.Unmarshal([]byte(output), &asked); err == nil && cause == "" {
		cause = asked.Cause
	}
	e := ending{Error: failure}
	sentences, story, found := strings.Cut(cause, "\n\n")
	e.Message = messageOf(sentences)
	if !found {
		story = output
	}
	var record release.Record
	if err := json.Unmarshal([]byte(story), &record); err == nil && record.Outcome != "" {
		e.Record = &record
		if e.Message == "" {
			e.Message = record.Why
			if record.Outcome == release.Succeeded && record.Why != "" {
				e.Message = "Promoted. The last observation: " + record.Why
			}
		}
	}
	if e.Message == "" {
		e.Message = doneOf(output)
	}
	return e
}

// doneOf is the sentence of a command or a freeze, or that of a dry run.
func doneOf(output string) string {
	var plan release.Plan
	if err := json.Unmarshal([]byte(output), &plan); err != nil {
		return ""
	}
	if plan.Done == "" && plan.DryRun {
		return "A dry run: nothing was moved."
	}
	return plan.Done
}
