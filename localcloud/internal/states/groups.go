package states

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/states/asl"
)

// group runs the children of a Parallel or Map state. The parent lets go of the
// clock while they run; the last child to finish takes the parent's hold again
// before it lets go of its own.
type group struct {
	parent *visit
	ctx    context.Context
	cancel context.CancelFunc
	limit  int // how many run at once; 0 is all
	enough func(failed int) bool

	mu      sync.Mutex
	wake    *waiter
	left    int
	running int
	next    int
	failed  int
	first   *failure
	broken  int           // the child whose failure ended the group
	stopped []int         // the children that were cut short by it
	kept    []*clock.Hold // of failed children, until all siblings are gone
	// open records that a child starts, in the order of the children; nil for
	// nothing. start runs it.
	open, start func(i int, b *branch) error
	resumes     []*childResume
	last        int64 // the latest event of any child that finished
}

// run starts count children and waits for all of them. It returns errEnded, the
// failure that ended the group, or nil.
func (g *group) run(count int) error {
	g.ctx, g.cancel = context.WithCancel(g.parent.ctx)
	defer g.cancel()
	if g.resumes == nil {
		g.resumes = make([]*childResume, count)
	}
	g.left = count
	g.wake = newWaiter(g.parent.hold)
	if count == 0 {
		return nil
	}
	g.mu.Lock()
	g.fillUp(g.parent.previous)
	g.mu.Unlock()
	// The children watch the execution's end themselves; the parent waits for
	// them in any case.
	if _, err := g.wake.release(context.Background()); err != nil {
		return err
	}
	for _, hold := range g.kept {
		hold.Release()
	}
	if g.parent.ctx.Err() != nil {
		return errEnded
	}
	if g.first != nil {
		return g.first
	}
	return nil
}

// fillUp starts children while the limit allows; their first events follow the
// one with the id previous. The caller holds the lock.
func (g *group) fillUp(previous int64) {
	var opened []func()
	for g.next < len(g.resumes) && (g.limit == 0 || g.running < g.limit) {
		i := g.next
		g.next++
		if done := g.resumes[i]; done != nil && done.done {
			g.finished()
			continue
		}
		g.running++
		b := &branch{
			exec: g.parent.exec, ctx: g.ctx, hold: g.parent.exec.service.Clock.Hold(),
			previous: previous, last: previous, vars: g.parent.vars, item: g.parent.item,
		}
		if was := g.resumes[i]; was != nil {
			b.resume = was.at
		}
		g.parent.exec.service.running.Add(1)
		var err error
		if g.open != nil {
			err = g.open(i, b)
		}
		opened = append(opened, func() {
			defer g.parent.exec.service.running.Done()
			if err == nil {
				err = g.start(i, b)
			}
			g.ended(i, b, err)
		})
	}
	for _, run := range opened {
		go run()
	}
}

// ended takes note of a child's end and starts the next.
func (g *group) ended(i int, b *branch, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if err != nil {
		g.resumes[i] = &childResume{at: b.lostAt}
	}
	f, failed := err.(*failure)
	if g.first == nil && (err == nil || failed) {
		g.last = max(g.last, b.last)
	}
	if failed {
		g.failed++
		if g.first == nil && g.enough(g.failed) {
			g.first, g.broken = f, i
			g.last = b.previous
			g.cancel()
			g.kept = append(g.kept, b.hold)
			b.hold = nil
		}
	} else if err != nil && b.lostAt != nil {
		g.stopped = append(g.stopped, i)
	}
	if g.ctx.Err() != nil {
		// No more are started; those never started count as gone.
		g.left -= len(g.resumes) - g.next
		g.next = len(g.resumes)
	} else {
		g.fillUp(b.previous)
	}
	g.finished()
	if b.hold != nil {
		b.hold.Release()
	}
}

// cutShort records what a failed child cut short: the state that it failed in,
// and then its siblings' states, after the iterations that they are of. All
// these events follow the failure, which it returns.
func (v *visit) cutShort(g *group, f *failure) error {
	slices.Sort(g.stopped)
	for _, i := range append([]int{g.broken}, g.stopped...) {
		container := v.state.Processor
		if v.state.Type == asl.Parallel {
			container = v.state.Branches[i]
		} else if i != g.broken {
			if err := v.aside(types.HistoryEvent{Type: types.HistoryEventTypeMapIterationAborted, MapIterationAbortedEventDetails: v.iteration(i)}); err != nil {
				return err
			}
		}
		kind := container.States[g.resumes[i].at.state].Type
		if !slices.Contains([]string{asl.Task, asl.Wait, asl.Parallel, asl.Map}, kind) {
			continue // states that take no time are not aborted
		}
		if err := v.aside(types.HistoryEvent{Type: types.HistoryEventType(kind + "StateAborted")}); err != nil {
			return err
		}
	}
	return f
}

// finished counts a child as gone and wakes the parent after the last one.
func (g *group) finished() {
	g.left--
	if g.left == 0 {
		g.wake.wake(nil, nil)
	}
}
