package main

import (
	"context"
	"fmt"

	"weir/internal/handler"
	"weir/internal/release"
)

// command leaves a person's command on the alias of each target, for the release
// that runs there.
func (s *Shift) command(ctx context.Context, task handler.Task) (handler.Result, error) {
	plan := task.Plan
	for _, planned := range plan.Targets {
		alias, err := s.aliases.Alias(ctx, planned.Target())
		if err != nil {
			return handler.Result{}, err
		}
		if alias, err = s.withoutEndedLock(ctx, alias); err != nil {
			return handler.Result{}, err
		}
		if err := s.give(ctx, alias, plan.Command, plan.By); err != nil {
			return handler.Result{}, err
		}
	}
	plan.Done = fmt.Sprintf("asked the release on %s to %s, by %s", plan.Targets[0].Target(), plan.Command, plan.By)
	return handler.Result{Plan: &plan}, nil
}

// withoutEndedLock returns an alias whose lock is free where the execution that
// holds it has ended.
func (s *Shift) withoutEndedLock(ctx context.Context, alias release.Alias) (release.Alias, error) {
	if alias.Description.Lock.IsZero() {
		return alias, nil
	}
	holder, err := alias.Description.Lock.ExecutionARN(alias.ARN)
	if err != nil {
		return release.Alias{}, fmt.Errorf("find the holder of %s: %w", alias.Target, err)
	}
	ended, err := s.executions.Ended(ctx, holder)
	if ended {
		alias.Description.Lock = release.Holder{}
	}
	return alias, err
}

// answer leaves the answer to an approval on every target's alias.
func (s *Shift) answer(ctx context.Context, task handler.Task) (handler.Result, error) {
	decision, by := release.ParseAnswer(task.Answer)
	return handler.Result{}, s.giveAll(ctx, task, decision, by)
}

// await notes on every target's alias that the release waits for an approval.
func (s *Shift) await(ctx context.Context, task handler.Task) (handler.Result, error) {
	return handler.Result{}, s.giveAll(ctx, task, release.CommandWaiting, "")
}

func (s *Shift) giveAll(ctx context.Context, task handler.Task, command release.Command, by string) error {
	for _, planned := range task.Plan.Targets {
		alias, err := s.aliases.Alias(ctx, planned.Target())
		if err != nil {
			return err
		}
		if err := s.give(ctx, alias, command, by); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shift) give(ctx context.Context, alias release.Alias, command release.Command, by string) error {
	write, err := release.GiveCommand(alias, command, by)
	if err != nil || write == nil {
		return err
	}
	_, err = s.aliases.Write(ctx, *write)
	return err
}
