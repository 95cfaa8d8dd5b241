package main

import (
	"cmp"
	"context"
	"strings"

	"weir/internal/handler"
	"weir/internal/release"
)

// rollBack finds the version to return each target to, and what its alias
// does now.
func (p *Planner) rollBack(ctx context.Context, task handler.Task, request release.Request) (handler.Result, error) {
	plan := release.Plan{Kind: release.KindRollBack, Execution: task.Execution.ARN, Link: release.ConsoleLink(task.Execution.ARN),
		StartedAt: task.Execution.StartedAt, Reason: request.Reason, By: request.By}
	for _, target := range request.Targets {
		planned, err := p.former(ctx, target, request)
		if err != nil {
			return handler.Result{}, err
		}
		plan.Targets = append(plan.Targets, planned)
	}
	progress := release.NotStarted()
	progress.Next = release.MoveRollBack
	progress.Ended = &release.Ended{Error: release.RolledBackAsAsked, Cause: asked("A rollback was requested", request.Reason)}
	return handler.Result{Plan: &plan, Progress: &progress}, nil
}

// asked is a sentence about what was asked, with the reason where there is one.
func asked(what, reason string) string {
	if reason = strings.TrimRight(reason, " ."); reason != "" {
		what += ": " + reason
	}
	return what + "."
}

func (p *Planner) former(ctx context.Context, target release.Target, request release.Request) (release.PlannedTarget, error) {
	alias, err := p.aliases.Alias(ctx, target)
	if err != nil {
		return release.PlannedTarget{}, err
	}
	ended := true
	if !alias.Description.Lock.IsZero() {
		if ended, err = p.holderEnded(ctx, alias); err != nil {
			return release.PlannedTarget{}, err
		}
	}
	to := cmp.Or(request.RollBack.To, release.FormerVersion(alias))
	if to == "" {
		return release.PlannedTarget{}, release.Errorf(release.NothingToRollBack,
			"%s has %s and no version on record to return to; say which with rollBack.to.", target, alias.Route())
	}
	if _, err := release.RollBackTo(alias, alias.Route(), to, ended); err != nil {
		return release.PlannedTarget{}, err
	}
	version, err := p.versions.Version(ctx, target.Function, to)
	if err != nil {
		return release.PlannedTarget{}, err
	}
	if err := version.ReadyToServe(target.Function, request.Force); err != nil {
		return release.PlannedTarget{}, err
	}
	from := alias.Destination().Version
	if from == to {
		from = cmp.Or(alias.Destination().Other, from)
	}
	return release.PlannedTarget{Function: target.Function, Alias: target.Alias, Stable: to, Candidate: from, Found: alias.Route()}, nil
}
