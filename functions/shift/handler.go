package main

import (
	"context"
	"errors"
	"log/slog"

	"weir/internal/emf"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

// Shift handles the tasks that write to aliases, but for rollbacks.
type Shift struct {
	aliases    release.Aliases
	executions executions
	events     recorder
}

type executions interface {
	Ended(ctx context.Context, executionARN string) (bool, error)
}

type recorder interface {
	Put(ctx context.Context, detailType string, detail events.Detail)
}

// Handle carries out one task of the workflow.
func (s *Shift) Handle(ctx context.Context, task handler.Task) (handler.Result, error) {
	action, known := map[string]func(context.Context, handler.Task) (handler.Result, error){
		handler.ActionLock:    s.lock,
		handler.ActionCommand: s.command,
		handler.ActionAnswer:  s.answer,
		handler.ActionShift:   s.shift,
		handler.ActionPromote: s.promote,
		handler.ActionFinish:  s.finish,
	}[task.Action]
	if !known {
		return handler.Result{}, release.Errorf(release.InvalidRequest, "action is %q, which this function does not know.", task.Action)
	}
	if err := task.Check(); err != nil {
		return handler.Result{}, err
	}
	return action(ctx, task)
}

// lock takes the lock of every target. The plan checked that a lock whose execution
// has ended is on an alias that has all its traffic on one version.
func (s *Shift) lock(ctx context.Context, task handler.Task) (handler.Result, error) {
	us, err := release.HolderOf(task.Execution.ARN)
	if err != nil {
		return handler.Result{}, err
	}
	if err := s.apply(ctx, s.free(), task, release.TakeLock(us, task.Plan.Targets)); err != nil {
		return handler.Result{}, err
	}
	s.record(ctx, task, events.ReleaseStarted, task.Progress)
	return handler.Result{Progress: &task.Progress}, nil
}

func (s *Shift) shift(ctx context.Context, task handler.Task) (handler.Result, error) {
	return s.move(ctx, task, task.Progress.Shifted(task.Plan, task.Now), events.StepShifted)
}

func (s *Shift) promote(ctx context.Context, task handler.Task) (handler.Result, error) {
	return s.move(ctx, task, task.Progress.PromotedAt(task.Plan, task.Now), events.Promoted)
}

// move brings every target's alias to the weight of the progress that follows. An
// abort that waits there is acted on instead.
func (s *Shift) move(ctx context.Context, task handler.Task, after release.Progress, detailType string) (handler.Result, error) {
	us, err := release.HolderOf(task.Execution.ARN)
	if err != nil {
		return handler.Result{}, err
	}
	before := task.Progress
	err = s.apply(ctx, s.aliases, task, release.ShiftTraffic(us, task.Plan.Targets, before.Weight, after.Weight, before.Commands))
	if interrupted, ok := errors.AsType[*release.InterruptedError](err); ok {
		return aborted(task, interrupted), nil
	}
	if err != nil {
		return handler.Result{}, err
	}
	s.record(ctx, task, detailType, after)
	return handler.Result{Progress: &after}, nil
}

// aborted is the result of a move that met an abort: the workflow rolls back.
func aborted(task handler.Task, interrupted *release.InterruptedError) handler.Result {
	progress := task.Progress.Aborted(interrupted.Abort, task.Now)
	return handler.Result{Progress: &progress}
}

func (s *Shift) finish(ctx context.Context, task handler.Task) (handler.Result, error) {
	us, err := release.HolderOf(task.Execution.ARN)
	if err != nil {
		return handler.Result{}, err
	}
	err = s.apply(ctx, s.aliases, task, release.Finish(us, task.Plan.Targets, task.Progress.Commands))
	if interrupted, ok := errors.AsType[*release.InterruptedError](err); ok {
		return aborted(task, interrupted), nil
	}
	if err != nil {
		return handler.Result{}, err
	}
	record, err := release.NewRecord(task.Plan, task.Progress, release.Succeeded, task.Now).Within(release.MaxRecord)
	if err != nil {
		return handler.Result{}, err
	}
	emf.Put(ctx, task.Execution.ARN, record)
	s.record(ctx, task, events.ReleaseSucceeded, task.Progress)
	task.Progress.Next = release.MoveSucceed
	return handler.Result{Progress: &task.Progress, Record: &record}, nil
}

// apply makes the writes that the targets' aliases need. A write that fails ends it,
// and the workflow rolls all targets back.
func (s *Shift) apply(ctx context.Context, aliases release.Aliases, task handler.Task, decide release.Decide) error {
	found, err := release.Apply(ctx, aliases, release.Targets(task.Plan.Targets), decide)
	if err != nil {
		return err
	}
	for _, alias := range found {
		slog.InfoContext(ctx, "alias", "execution", task.Execution.ARN, "target", alias.Target.String(),
			"route", alias.Route().String(), "description", alias.Description.String())
	}
	return nil
}

func (s *Shift) record(ctx context.Context, task handler.Task, detailType string, progress release.Progress) {
	s.events.Put(ctx, detailType, events.Detail{
		Execution: task.Execution.ARN, Targets: task.Plan.Targets,
		Weight: progress.Weight, Phase: progress.Phase, Why: progress.Verdict,
	})
}
