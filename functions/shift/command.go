package main

import (
	"context"
	"fmt"

	"weir/internal/handler"
	"weir/internal/release"
)

// command leaves a person's command on an alias of every release that runs on the
// targets, where the release observes it.
func (s *Shift) command(ctx context.Context, task handler.Task) (handler.Result, error) {
	plan := task.Plan
	plan.Given = nil
	command := release.PendingCommand{ID: release.CommandID(task.Execution.ARN, ""), Command: plan.Command, By: plan.By}
	reached := map[string]bool{}
	for _, planned := range plan.Targets {
		alias, err := s.free().Alias(ctx, planned.Target())
		if err != nil {
			return handler.Result{}, err
		}
		if holder := alias.Description.Lock.String(); reached[holder] {
			continue // a release of several targets observes them all
		}
		after, err := s.give(ctx, s.free(), planned.Target(), command)
		if err != nil {
			return handler.Result{}, err
		}
		reached[after.Description.Lock.String()] = true
		execution, err := after.Description.Lock.ExecutionARN(after.ARN)
		if err != nil {
			return handler.Result{}, err
		}
		plan.Given = append(plan.Given, release.GivenTo{Execution: execution, ID: command.ID, Function: planned.Function, Alias: planned.Alias})
	}
	plan.Done = fmt.Sprintf("asked the release on %s to %s, by %s", plan.Targets[0].Target(), plan.Command, plan.By)
	return handler.Result{Plan: &plan, Progress: release.AwaitEffect(task.Execution.StartedAt, task.Now)}, nil
}

// answer leaves the answer to an approval on the first target's alias.
func (s *Shift) answer(ctx context.Context, task handler.Task) (handler.Result, error) {
	decision, by := release.ParseAnswer(task.Answer)
	command := release.PendingCommand{Command: decision, By: by,
		ID: release.CommandID(task.Execution.ARN, fmt.Sprint("answer ", task.Progress.AwaitUntil.Unix()))}
	_, err := s.give(ctx, s.aliases, task.Plan.Targets[0].Target(), command)
	return handler.Result{}, err
}

// give leaves a command on one alias and returns the alias.
func (s *Shift) give(ctx context.Context, aliases release.Aliases, target release.Target, command release.PendingCommand) (release.Alias, error) {
	found, err := release.Apply(ctx, aliases, []release.Target{target}, func(aliases []release.Alias) ([]release.Write, error) {
		write, err := release.GiveCommand(aliases[0], command)
		if err != nil || write == nil {
			return nil, err
		}
		return []release.Write{*write}, nil
	})
	if err != nil {
		return release.Alias{}, err
	}
	return found[0], nil
}
