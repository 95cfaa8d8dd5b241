package main

import (
	"context"
	"fmt"
	"strings"

	"weir/internal/emf"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

// Rollback returns aliases to their stable versions.
type Rollback struct {
	aliases    release.Aliases
	executions executions
	events     recorder
	targets    []release.Target // what repair looks after
	machine    string           // the state machine whose releases repair looks after
}

type executions interface {
	Ended(ctx context.Context, executionARN string) (bool, error)
	Plan(ctx context.Context, executionARN string) (*release.Plan, error)
}

type recorder interface {
	Put(ctx context.Context, detailType string, detail events.Detail)
}

// Handle rolls one release back, or repairs after those that could not.
func (r *Rollback) Handle(ctx context.Context, task handler.Task) (handler.Result, error) {
	switch task.Action {
	case handler.ActionRollBack:
		if err := task.Check(); err != nil {
			return handler.Result{}, err
		}
		return r.rollBack(ctx, task)
	case handler.ActionRepair:
		return handler.Result{}, r.repair(ctx, task.Execution.ARN, task.Now)
	}
	return handler.Result{}, release.Errorf(release.InvalidRequest,
		"action is %q; this function knows rollBack and repair.", task.Action)
}

func (r *Rollback) rollBack(ctx context.Context, task handler.Task) (handler.Result, error) {
	if task.Plan.Kind == release.KindRollBack {
		return r.asRequested(ctx, task)
	}
	us, err := release.HolderOf(task.Execution.ARN)
	if err != nil {
		return handler.Result{}, err
	}
	ended := why(task)
	progress := task.Progress
	if gradual(task, ended) {
		progress = task.Progress.Return(task.Plan, task.Now)
	}
	if progress.Next == release.MoveReturn {
		if done, err := r.stepBack(ctx, task, us, progress); err != nil || done {
			return handler.Result{Progress: &progress, Ended: &ended}, err
		}
	}
	rollback := release.Return{Us: us, Targets: task.Plan.Targets, FailedVersion: ended.FailedVersion, Weights: task.Progress.MayHaveSet(task.Plan, task.Now)}
	found, err := release.ApplyAll(ctx, r.aliases, release.Targets(task.Plan.Targets), rollback.Writes)
	if err != nil {
		return handler.Result{}, err
	}
	sentences := []string{opening(task) + ended.Cause}
	onTheWay, finished := false, false
	for i, alias := range found {
		how := rollback.Found(alias, task.Plan.Targets[i].Stable)
		finished = finished || how == release.FoundFinished
		onTheWay = onTheWay || how != release.FoundLeft && alias.StillMoving()
		sentences = append(sentences, outcome(task.Plan.Targets[i], alias, how == release.FoundLeft))
	}
	if finished {
		return r.succeeded(ctx, task, sentences[1:])
	}
	return r.settle(ctx, task, ended, progress, onTheWay, sentences)
}

// succeeded is the end of a release that had settled to end well when something
// failed: it has been finished here, and its record says so.
func (r *Rollback) succeeded(ctx context.Context, task handler.Task, sentences []string) (handler.Result, error) {
	progress := task.Progress
	progress.Next = release.MoveSucceed
	progress.Verdict = strings.Join(append([]string{progress.Verdict}, sentences...), " ")
	record, err := release.NewRecord(task.Plan, progress, release.Succeeded, task.Now).Within(release.MaxRecord)
	if err != nil {
		return handler.Result{}, err
	}
	emf.Put(ctx, task.Execution.ARN, record)
	r.events.Put(ctx, events.ReleaseSucceeded, events.Detail{
		Execution: task.Execution.ARN, Targets: task.Plan.Targets, Weight: progress.Weight, Phase: progress.Phase, Why: progress.Verdict,
	})
	return handler.Result{Progress: &progress, Record: &record}, nil
}

// settle waits for aliases that Lambda is still moving, then ends the release.
func (r *Rollback) settle(ctx context.Context, task handler.Task, ended release.Ended, progress release.Progress, onTheWay bool, sentences []string) (handler.Result, error) {
	if onTheWay {
		if settling, done := progress.Settle(task.Now); !done {
			return handler.Result{Progress: &settling, Ended: &ended}, nil
		}
	}
	return r.conclude(ctx, task, ended, sentences)
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

// outcome says in a sentence how an alias ended, from what was read or written last.
func outcome(planned release.PlannedTarget, after release.Alias, left bool) string {
	switch {
	case after.Version == "":
		return fmt.Sprintf("%s does not exist any more.", planned.Target())
	case left:
		return fmt.Sprintf("%s was moved by somebody else and is left as found, with %s.", planned.Target(), after.Route())
	case after.StillMoving() && after.Destination() == release.Whole(planned.Stable):
		return fmt.Sprintf("%s goes back to version %s and has %s.", planned.Target(), planned.Stable, after.Route())
	case after.Route() == release.Whole(planned.Stable):
		return fmt.Sprintf("%s serves version %s whole.", planned.Target(), planned.Stable)
	}
	return fmt.Sprintf("%s has %s.", planned.Target(), after.Route())
}
