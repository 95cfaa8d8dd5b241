package main

import (
	"context"
	"errors"

	"weir/internal/handler"
	"weir/internal/release"
)

// asRequested returns every target to the version that a person asked for. An alias
// that somebody moved or locked since the plan is left, and the cause says so: trying
// again would not change that.
func (r *Rollback) asRequested(ctx context.Context, task handler.Task) (handler.Result, error) {
	ended := why(task)
	refusals := map[release.Target]*release.Error{}
	found, err := release.ApplyAll(ctx, r.aliases, release.Targets(task.Plan.Targets), func(aliases []release.Alias) ([]release.Write, error) {
		var writes []release.Write
		for i, alias := range aliases {
			if alias.Unread || refusals[alias.Target] != nil {
				continue
			}
			write, err := r.takeBack(ctx, alias, task.Plan.Targets[i])
			refusal, ok := errors.AsType[*release.Error](err)
			switch {
			case ok && (refusal.Name == release.Drift || refusal.Name == release.AliasLocked):
				refusals[alias.Target] = refusal
			case err != nil:
				return nil, err
			case write != nil:
				writes = append(writes, *write)
			}
		}
		return writes, nil
	})
	if err != nil {
		return handler.Result{}, err
	}
	sentences := []string{ended.Cause}
	onTheWay := false
	for i, alias := range found {
		if refusal := refusals[alias.Target]; refusal != nil {
			ended.Error = refusal.Name
			sentences = append(sentences, refusal.Message)
			continue
		}
		onTheWay = onTheWay || alias.StillMoving()
		sentences = append(sentences, outcome(task.Plan.Targets[i], alias, false))
	}
	return r.settle(ctx, task, ended, task.Progress, onTheWay, sentences)
}

// takeBack decides the write of a requested rollback. A lock whose execution has
// ended protects nothing.
func (r *Rollback) takeBack(ctx context.Context, alias release.Alias, planned release.PlannedTarget) (*release.Write, error) {
	ended := false
	if !alias.Description.Lock.IsZero() {
		holder, err := alias.Description.Lock.ExecutionARN(alias.ARN)
		if err != nil {
			return nil, err
		}
		if ended, err = r.executions.Ended(ctx, holder); err != nil {
			return nil, err
		}
	}
	return release.RollBackTo(alias, planned.Found, planned.Stable, ended)
}
