package main

import (
	"context"
	"log/slog"

	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

// gradual tells whether traffic returns by steps. An alias that somebody else
// moved, or a release without traffic, has nothing to return slowly.
func gradual(task handler.Task, ended release.Ended) bool {
	return task.Plan.Kind == release.KindRelease && task.Plan.RollBackOver > 0 &&
		task.Progress.Weight > 0 && ended.Error != release.Drift
}

// giveBack takes one step of a gradual rollback on every alias. It is not done,
// and nothing is lost, when an alias is not where the release left it: that
// calls for the rollback in one write.
func (r *Rollback) giveBack(ctx context.Context, task handler.Task, us release.Holder, progress release.Progress) (done bool, err error) {
	for _, planned := range task.Plan.Targets {
		alias, err := r.aliases.Alias(ctx, planned.Target())
		if err != nil {
			return false, err
		}
		write, err := release.Transition(alias, us,
			release.Split(planned.Stable, planned.Candidate, task.Progress.Weight),
			release.Split(planned.Stable, planned.Candidate, progress.Weight))
		if err == nil && write != nil {
			_, err = r.aliases.Write(ctx, *write)
		}
		if release.IsError(err, release.Drift) {
			slog.WarnContext(ctx, "no gradual rollback", "target", planned.Target().String(), "why", err.Error())
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	r.events.Put(ctx, events.StepShifted, events.Detail{
		Execution: task.Execution.ARN, Targets: task.Plan.Targets, Weight: progress.Weight, Phase: progress.Phase,
		Why: "Rolling back gradually.",
	})
	return true, nil
}
