package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"weir/internal/emf"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

// Rollback returns aliases to whole.
type Rollback struct {
	aliases    aliases
	executions executions
	events     recorder
	targets    []release.Target // what repair looks after
}

type aliases interface {
	Alias(ctx context.Context, target release.Target) (release.Alias, error)
	Write(ctx context.Context, write release.Write) (release.Alias, error)
}

type executions interface {
	Ended(ctx context.Context, executionARN string) (bool, error)
}

type recorder interface {
	Put(ctx context.Context, detailType string, detail events.Detail)
}

// Handle rolls one release back, or repairs after those that could not.
func (r *Rollback) Handle(ctx context.Context, task handler.Task) (handler.Result, error) {
	switch task.Action {
	case handler.ActionRollBack:
		return r.rollBack(ctx, task)
	case handler.ActionRepair:
		return handler.Result{}, r.repair(ctx, task.Now)
	}
	return handler.Result{}, release.Errorf(release.InvalidRequest,
		"action is %q; this function knows rollBack and repair.", task.Action)
}

func (r *Rollback) rollBack(ctx context.Context, task handler.Task) (handler.Result, error) {
	us, err := release.HolderOf(task.Execution.ARN)
	if err != nil {
		return handler.Result{}, err
	}
	ended := why(task)
	returning := task.Progress
	if gradual(task, ended) {
		returning = task.Progress.Return(task.Plan, task.Now)
	}
	if returning.Next == release.MoveReturn {
		if done, err := r.giveBack(ctx, task, us, returning); err != nil || done {
			return handler.Result{Progress: &returning, Ended: &ended}, err
		}
	}
	sentences := []string{opening(task) + ended.Cause}
	var failures []error
	onTheWay := false
	for _, planned := range task.Plan.Targets {
		failed := ""
		if ended.FailedVersion {
			failed = planned.Candidate
		}
		after, left, err := r.restore(ctx, planned.Target(), func(alias release.Alias) (*release.Write, bool, error) {
			if task.Plan.Kind == release.KindRollBack {
				return r.takeBack(ctx, alias, planned)
			}
			write, left := release.Restore(alias, us, failed)
			return write, left, nil
		})
		if refusal, ok := refused(task.Plan, err); ok {
			ended.Error = refusal.Name
			sentences = append(sentences, refusal.Message)
			continue
		}
		if err != nil {
			// The other targets come first: as much traffic as possible is
			// restored before the workflow tries this one again.
			failures = append(failures, err)
			continue
		}
		onTheWay = onTheWay || !left && after.StillMoving()
		sentences = append(sentences, outcome(planned, after, left))
	}
	if err := errors.Join(failures...); err != nil {
		return handler.Result{}, err
	}
	if onTheWay {
		if settling, done := returning.Settle(task.Now); !done {
			return handler.Result{Progress: &settling, Ended: &ended}, nil
		}
	}
	return r.conclude(ctx, task, ended, sentences)
}

// refused tells whether a requested rollback must leave an alias: somebody moved
// or locked it since the plan. Trying again would not change that.
func refused(plan release.Plan, err error) (refusal *release.Error, ok bool) {
	refusal, ok = errors.AsType[*release.Error](err)
	return refusal, ok && plan.Kind == release.KindRollBack && (refusal.Name == release.Drift || refusal.Name == release.AliasLocked)
}

// takeBack decides the write of a requested rollback. A lock whose execution has
// ended protects nothing.
func (r *Rollback) takeBack(ctx context.Context, alias release.Alias, planned release.PlannedTarget) (write *release.Write, left bool, err error) {
	ended := false
	if !alias.Description.Lock.IsZero() {
		holder, err := alias.Description.Lock.ExecutionARN(alias.ARN)
		if err != nil {
			return nil, false, err
		}
		if ended, err = r.executions.Ended(ctx, holder); err != nil {
			return nil, false, err
		}
	}
	write, err = release.RollBackTo(alias, planned.Found, planned.Stable, ended)
	return write, false, err
}

func (r *Rollback) conclude(ctx context.Context, task handler.Task, ended release.Ended, sentences []string) (handler.Result, error) {
	record := release.NewRecord(task.Plan, task.Progress, release.RolledBack, task.Now)
	record.Error, record.Why = ended.Error, ended.Cause
	cause, err := record.Cause(sentences...)
	if err != nil {
		return handler.Result{}, err
	}
	emf.Put(ctx, task.Execution.ARN, record)
	r.events.Put(ctx, events.ReleaseRolledBack, events.Detail{
		Execution: task.Execution.ARN, Targets: task.Plan.Targets, Weight: task.Progress.Weight,
		Phase: task.Progress.Phase, Outcome: release.RolledBack, Error: ended.Error, Why: ended.Cause,
	})
	task.Progress.Next = release.MoveRollBack
	return handler.Result{Progress: &task.Progress,
		Ended: &release.Ended{Error: ended.Error, Cause: cause, FailedVersion: ended.FailedVersion}}, nil
}

// decision is a pure choice of the write that returns an alias to whole; left
// says that somebody else moved it.
type decision func(alias release.Alias) (write *release.Write, left bool, err error)

// restore returns one alias whole and reads it back. A write that lost its race
// is decided again on what the alias has become.
func (r *Rollback) restore(ctx context.Context, target release.Target, decide decision) (after release.Alias, left bool, err error) {
	const attempts = 5
	for range attempts {
		alias, err := r.aliases.Alias(ctx, target)
		if err != nil {
			return release.Alias{}, false, err
		}
		write, left, err := decide(alias)
		if err != nil || write == nil {
			return alias, left, err
		}
		_, err = r.aliases.Write(ctx, *write)
		if release.IsError(err, release.Drift) {
			continue
		}
		if err != nil {
			return release.Alias{}, false, err
		}
		after, err := r.aliases.Alias(ctx, target)
		slog.InfoContext(ctx, "alias restored", "target", target.String(), "route", after.Route().String(), "leftAsFound", left)
		return after, left, err
	}
	return release.Alias{}, false, release.Errorf(release.Unavailable, "%s changed %d times while it was rolled back; trying again.", target, attempts)
}

// why finds the reason for the rollback: an error that the workflow caught, or
// what the judge decided.
func why(task handler.Task) release.Ended {
	if task.Failure != nil {
		caught := release.Caught
		if task.Progress.Next == release.MoveCallHooks {
			caught = release.HookError
		}
		failure := caught(task.Failure.Error, task.Failure.Message())
		return release.Ended{Error: failure.Name, Cause: failure.Message, FailedVersion: foundBad(failure.Name)}
	}
	if task.Progress.Ended != nil {
		return *task.Progress.Ended
	}
	return release.Ended{Error: release.Internal, Cause: "The workflow asked for a rollback and gave no reason."}
}

// opening says what ended, and how far it had come.
func opening(task handler.Task) string {
	if task.Plan.Kind == release.KindRollBack || len(task.Plan.Targets) == 0 {
		return ""
	}
	what := "The release of version " + task.Plan.Targets[0].Candidate
	if n := len(task.Plan.Targets); n > 1 {
		what = fmt.Sprintf("The release of %d functions", n)
	}
	weight := task.Progress.Weight
	if !task.Progress.ReturnSince.IsZero() {
		weight = task.Progress.ReturnFrom
	}
	switch {
	case task.Failure != nil && task.Progress.Next != release.MoveCallHooks && task.Progress.MovesOn():
		return fmt.Sprintf("%s ended on the way from %d %% to %d %%: ", what, weight, task.Progress.Upcoming(task.Plan))
	case weight == 0:
		return what + " ended before any traffic: "
	}
	return fmt.Sprintf("%s ended at %d %%: ", what, weight)
}

// foundBad tells whether an error says that the version itself is bad, and is
// to be remembered as such.
func foundBad(name string) bool {
	return name == release.ProbeFailed || name == release.HookFailed ||
		name == release.VerdictFailed || name == release.AlarmFired
}

// outcome says in a sentence how an alias ended, from what was read back.
func outcome(planned release.PlannedTarget, after release.Alias, left bool) string {
	switch {
	case left:
		return fmt.Sprintf("%s was moved by somebody else and is left as found, with %s.", planned.Target(), after.Route())
	case after.StillMoving() && after.Destination() == release.Whole(planned.Stable):
		return fmt.Sprintf("%s goes back to version %s and has %s.", planned.Target(), planned.Stable, after.Route())
	case after.Route() == release.Whole(planned.Stable):
		return fmt.Sprintf("%s serves version %s whole.", planned.Target(), planned.Stable)
	}
	return fmt.Sprintf("%s has %s.", planned.Target(), after.Route())
}
