package main

import (
	"context"

	"weir/internal/handler"
	"weir/internal/release"
)

// effect finds out what became of a command that this execution gave. Until every
// release that it was given to has observed it, the progress says to wait.
func (p *Planner) effect(ctx context.Context, task handler.Task) (handler.Result, error) {
	plan := task.Plan
	for _, given := range plan.Given {
		done, err := p.effectOn(ctx, given, plan.Command)
		if err != nil {
			return handler.Result{}, err
		}
		if !done {
			return handler.Result{Plan: &plan, Progress: release.AwaitEffect(task.Execution.StartedAt, task.Now)}, nil
		}
	}
	plan.Done += "; the release acted on it"
	return planned(plan), nil
}

// effectOn reads the alias before the execution: a command is taken off the alias only
// after the execution's progress says what became of it.
func (p *Planner) effectOn(ctx context.Context, given release.GivenTo, command release.Command) (done bool, err error) {
	alias, err := p.aliases.Alias(ctx, release.Target{Function: given.Function, Alias: given.Alias})
	if err != nil {
		return false, err
	}
	ended, err := p.executions.Ended(ctx, given.Execution)
	if err != nil {
		return false, err
	}
	progress, err := p.executions.Progress(ctx, given.Execution)
	if err != nil {
		return false, err
	}
	return release.Effect(given, command, alias.Description.Commands.Has(given.ID), ended, progress)
}
