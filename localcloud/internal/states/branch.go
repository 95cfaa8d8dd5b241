package states

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
)

// branch is one thread of control: the execution itself, a branch of a Parallel
// state or an iteration of a Map state.
type branch struct {
	exec *execution
	ctx  context.Context
	hold *clock.Hold
	// given is the text of the execution's input, which the first state's event
	// shows as it came.
	given string
	// previous is the event that the next one follows; last is the latest event
	// of this branch, which is another one after an aside.
	previous, last int64
	// vars are never changed in place: branches share them.
	vars *ordered.Object
	item *mapItem
	// resume is where a redrive goes on; lostAt is where this run was lost.
	resume, lostAt *resumePoint
}

// mapItem is the context of an iteration ($states.context.Map.Item).
type mapItem struct {
	index int
	value any
}

// run goes from state to state until one ends the container.
func (b *branch) run(c *asl.Container, start string, input any) (any, error) {
	name := start
	for {
		s := c.States[name]
		output, next, err := b.step(s, input)
		if err != nil {
			return nil, err
		}
		if next == "" {
			return output, nil
		}
		name, input = next, output
	}
}

// visit is one stay in a state, through all its attempts.
type visit struct {
	*branch
	state *asl.State
	raw   any // the state's input
	// enteredAt and enteredID are of the StateEntered event; before is the id
	// of the one that it follows.
	enteredAt time.Time
	enteredID int64
	before    int64
	// begun says of a Wait state, whose work has no events, that it waits.
	begun    bool
	retries  int
	token    string
	children []*childResume
	// broken says that the work of a Map or Parallel state failed, which its
	// history tells once no retry is left.
	broken bool
}

// step runs one state to its exit and returns its output and successor.
func (b *branch) step(s *asl.State, input any) (output any, next string, err error) {
	v := &visit{branch: b, state: s, raw: input, before: b.previous}
	vars := b.vars
	if b.resume != nil {
		v.children, b.resume = b.resume.children, nil
	}
	if err := b.entered(s.Type, s.Name, b.shown(input)); err != nil {
		return nil, "", b.lost(err, v, vars)
	}
	v.enteredAt, v.enteredID = b.exec.service.now(), b.last
	done, err := v.attempts()
	if err == nil {
		err = v.leave(done)
	}
	if err != nil {
		return nil, "", b.lost(err, v, vars)
	}
	return done.output, done.next, nil
}

// shown is the text of a state's input.
func (b *branch) shown(input any) string {
	text := b.given
	b.given = ""
	if text == "" {
		text = ordered.Encode(input)
	}
	return text
}

// lost notes where a redrive would go on.
func (b *branch) lost(err error, v *visit, vars *ordered.Object) error {
	b.lostAt = &resumePoint{state: v.state.Name, input: v.raw, vars: vars, children: v.children}
	return err
}

// outcome is how a state leaves.
type outcome struct {
	output   any
	assigned *ordered.Object
	next     string
}

// leave records the exit and makes the assigned variables visible.
func (v *visit) leave(done *outcome) error {
	text := ordered.Encode(done.output)
	if len(text) > maxPayload {
		return failf(errDataLimit, "The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", v.state.Name)
	}
	if done.assigned.Len() > 0 {
		v.branch.vars = v.vars.Clone().Merge(done.assigned)
	}
	return v.exited(v.state.Type, v.state.Name, text, done.assigned)
}

// attempts runs the state, retries it as its Retry says, and lets its Catch
// take over what remains.
func (v *visit) attempts() (*outcome, error) {
	tried := make([]int, len(v.state.Retry))
	for {
		done, err := v.attempt()
		f, ok := err.(*failure)
		if !ok {
			return done, err
		}
		again, err := v.retry(f, tried)
		if err != nil {
			return nil, err
		}
		if again {
			continue
		}
		if v.broken {
			if err := v.record(types.HistoryEvent{Type: types.HistoryEventType(v.state.Type + "StateFailed")}); err != nil {
				return nil, err
			}
		}
		return v.catch(f)
	}
}

func (v *visit) attempt() (*outcome, error) {
	v.broken = false
	switch v.state.Type {
	case asl.Pass:
		return v.pass()
	case asl.Task:
		return v.task()
	case asl.Choice:
		return v.choice()
	case asl.Wait:
		return v.wait()
	case asl.Succeed:
		return v.succeed()
	case asl.Fail:
		return nil, v.fail()
	case asl.Parallel:
		return v.parallel()
	case asl.Map:
		return v.mapItems()
	}
	return nil, failf(errRuntime, "unknown state type %q", v.state.Type)
}
