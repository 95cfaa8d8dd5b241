package main

import (
	"context"
	"log/slog"
	"slices"

	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

// gradual tells whether traffic returns by steps. An alias that somebody else
// moved, or a release without traffic, has nothing to return slowly.
func gradual(task handler.Task, ended release.Ended) bool {
	return task.Plan.RollBackOver > 0 && task.Progress.Weight > 0 && ended.Error != release.Drift
}

// stepBack takes one step of a gradual rollback on every alias. It is not done,
// and nothing is lost, when an alias is not where the release left it or is
// finishing: that calls for the rollback in one write.
func (r *Rollback) stepBack(ctx context.Context, task handler.Task, us release.Holder, progress release.Progress) (done bool, err error) {
	shift := release.ShiftTraffic(us, task.Plan.Targets, task.Progress.Weight, progress.Weight, nil)
	_, err = release.Apply(ctx, r.aliases, release.Targets(task.Plan.Targets), func(aliases []release.Alias) ([]release.Write, error) {
		if slices.ContainsFunc(aliases, func(a release.Alias) bool { return a.Description.Finishing }) {
			return nil, release.Errorf(release.Drift, "The release is finishing.")
		}
		return shift(aliases)
	})
	if release.IsError(err, release.Drift) {
		slog.WarnContext(ctx, "no gradual rollback", "why", err.Error())
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.events.Put(ctx, events.StepShifted, events.Detail{
		Execution: task.Execution.ARN, Targets: task.Plan.Targets, Weight: progress.Weight, Phase: progress.Phase,
		Why: "Rolling back gradually.",
	})
	return true, nil
}
