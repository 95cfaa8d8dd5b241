package main

import (
	"context"
	"log/slog"

	"weir/internal/emf"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

// Shift handles the tasks that write to aliases, but for rollbacks.
type Shift struct {
	aliases    aliases
	executions executions
	events     recorder
}

type executions interface {
	Ended(ctx context.Context, executionARN string) (bool, error)
}

type aliases interface {
	Alias(ctx context.Context, target release.Target) (release.Alias, error)
	Write(ctx context.Context, write release.Write) (release.Alias, error)
}

type recorder interface {
	Put(ctx context.Context, detailType string, detail events.Detail)
}

// Handle carries out one task of the workflow.
func (s *Shift) Handle(ctx context.Context, task handler.Task) (handler.Result, error) {
	action, known := map[string]func(context.Context, handler.Task) (handler.Result, error){
		handler.ActionLock:    s.lock,
		handler.ActionCommand: s.command,
		handler.ActionAwait:   s.await,
		handler.ActionAnswer:  s.answer,
		handler.ActionShift:   s.shift,
		handler.ActionPromote: s.promote,
		handler.ActionFinish:  s.finish,
	}[task.Action]
	if !known {
		return handler.Result{}, release.Errorf(release.InvalidRequest, "action is %q, which this function does not know.", task.Action)
	}
	return action(ctx, task)
}

func (s *Shift) lock(ctx context.Context, task handler.Task) (handler.Result, error) {
	err := s.eachTarget(ctx, task, func(alias release.Alias, us release.Holder, planned release.PlannedTarget) (*release.Write, error) {
		// A lock whose execution has ended protects nothing; the plan checked
		// that, and that its alias is whole.
		if alias.Description.Lock != us {
			var err error
			if alias, err = s.withoutEndedLock(ctx, alias); err != nil {
				return nil, err
			}
		}
		return release.TakeLock(alias, us, planned.Stable, planned.Candidate)
	})
	if err != nil {
		return handler.Result{}, err
	}
	s.record(ctx, task, events.ReleaseStarted, task.Progress)
	return handler.Result{Progress: &task.Progress}, nil
}

func (s *Shift) shift(ctx context.Context, task handler.Task) (handler.Result, error) {
	before, after := task.Progress, task.Progress.Shifted(task.Plan, task.Now)
	if err := s.move(ctx, task, before.Weight, after.Weight); err != nil {
		return handler.Result{}, err
	}
	s.record(ctx, task, events.StepShifted, after)
	return handler.Result{Progress: &after}, nil
}

func (s *Shift) promote(ctx context.Context, task handler.Task) (handler.Result, error) {
	after := task.Progress.PromotedAt(task.Plan, task.Now)
	if err := s.move(ctx, task, task.Progress.Weight, after.Weight); err != nil {
		return handler.Result{}, err
	}
	s.record(ctx, task, events.Promoted, after)
	return handler.Result{Progress: &after}, nil
}

// move brings every target's alias from one weight to the next, in percent of
// traffic to the candidate.
func (s *Shift) move(ctx context.Context, task handler.Task, from, to int) error {
	return s.eachTarget(ctx, task, func(alias release.Alias, us release.Holder, planned release.PlannedTarget) (*release.Write, error) {
		return release.Transition(alias, us,
			release.Split(planned.Stable, planned.Candidate, from),
			release.Split(planned.Stable, planned.Candidate, to))
	})
}

func (s *Shift) finish(ctx context.Context, task handler.Task) (handler.Result, error) {
	err := s.eachTarget(ctx, task, func(alias release.Alias, us release.Holder, planned release.PlannedTarget) (*release.Write, error) {
		return release.Finish(alias, us, planned.Stable, planned.Candidate)
	})
	if err != nil {
		return handler.Result{}, err
	}
	record, err := release.NewRecord(task.Plan, task.Progress, release.Succeeded, task.Now).Within(release.MaxRecord)
	if err != nil {
		return handler.Result{}, err
	}
	emf.Put(ctx, task.Execution.ARN, record)
	s.record(ctx, task, events.ReleaseSucceeded, task.Progress)
	return handler.Result{Record: &record}, nil
}

// decision is a pure choice of the write, if any, that an alias needs.
type decision func(alias release.Alias, us release.Holder, planned release.PlannedTarget) (*release.Write, error)

// eachTarget loads every alias and asks for the write it needs before it applies
// the first: one that must not be moved is found while none has been. A write
// that fails ends it, and the workflow rolls all targets back.
func (s *Shift) eachTarget(ctx context.Context, task handler.Task, decide decision) error {
	us, err := release.HolderOf(task.Execution.ARN)
	if err != nil {
		return err
	}
	var writes []release.Write
	for _, planned := range task.Plan.Targets {
		alias, err := s.aliases.Alias(ctx, planned.Target())
		if err != nil {
			return err
		}
		write, err := decide(alias, us, planned)
		if err != nil {
			return err
		}
		if write != nil {
			writes = append(writes, *write)
		}
	}
	for _, write := range writes {
		if _, err := s.aliases.Write(ctx, write); err != nil {
			return err
		}
		slog.InfoContext(ctx, "alias written", "execution", task.Execution.ARN, "target", write.Target.String(),
			"route", write.Route.String(), "mark", write.Description.String())
	}
	return nil
}

func (s *Shift) record(ctx context.Context, task handler.Task, detailType string, progress release.Progress) {
	s.events.Put(ctx, detailType, events.Detail{
		Execution: task.Execution.ARN, Targets: task.Plan.Targets,
		Weight: progress.Weight, Phase: progress.Phase, Why: progress.Verdict,
	})
}
