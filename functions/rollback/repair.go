package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"weir/internal/emf"
	"weir/internal/events"
	"weir/internal/release"
)

// repair sweeps the aliases in its care and ends the releases that a stopped
// execution left on them, each on all its aliases together. It touches no alias whose
// lock is another pipeline's, because it cannot tell what that lock is for.
//
// execution is the one that has just ended, where an event told of it. What it planned
// is known then, so that its own split is found even without its description.
func (r *Rollback) repair(ctx context.Context, execution string, now time.Time) error {
	var failures []error
	if execution != "" {
		if err := r.repairPlanned(ctx, execution, now); err != nil {
			failures = append(failures, fmt.Errorf("repair after %s: %w", execution, err))
		}
	}
	held, unread := r.held(ctx)
	failures = append(failures, unread...)
	for _, group := range held {
		if err := r.repairRelease(ctx, group, now); err != nil {
			failures = append(failures, fmt.Errorf("repair after %s: %w", group.holder, err))
		}
	}
	return errors.Join(failures...)
}

// held is the aliases that one execution holds.
type held struct {
	holder  release.Holder
	arn     string // of one of the aliases
	targets []release.Target
}

// held returns the releases of this pipeline that hold an alias, in the order of the
// targets. An alias that cannot be read does not keep the others from repair.
func (r *Rollback) held(ctx context.Context) ([]*held, []error) {
	var all []*held
	var failures []error
	for _, target := range r.targets {
		alias, err := r.aliases.Alias(ctx, target)
		lock := alias.Description.Lock
		switch {
		case errors.Is(err, release.ErrGone):
			slog.WarnContext(ctx, "alias to look after does not exist", "target", target.String())
		case err != nil:
			failures = append(failures, err)
		case lock.IsZero():
		case lock.StateMachine != r.machine:
			slog.WarnContext(ctx, "alias is held by another pipeline", "target", target.String(), "holder", lock.String())
		default:
			i := slices.IndexFunc(all, func(h *held) bool { return h.holder == lock })
			if i < 0 {
				i = len(all)
				all = append(all, &held{holder: lock, arn: alias.ARN})
			}
			all[i].targets = append(all[i].targets, target)
		}
	}
	return all, failures
}

// repairRelease repairs after the execution that holds a group of aliases, if it has
// ended.
func (r *Rollback) repairRelease(ctx context.Context, group *held, now time.Time) error {
	execution, err := group.holder.ExecutionARN(group.arn)
	if err != nil {
		return err
	}
	if ended, err := r.executions.Ended(ctx, execution); err != nil || !ended {
		return err
	}
	guard := &guard{executions: r.executions, execution: execution, holder: group.holder}
	return r.end(ctx, guard, release.Return{Us: group.holder}, group.targets, now)
}

// repairPlanned repairs after an execution that has ended, by its own plan.
func (r *Rollback) repairPlanned(ctx context.Context, execution string, now time.Time) error {
	us, err := release.HolderOf(execution)
	if err != nil || us.StateMachine != r.machine {
		return err
	}
	if ended, err := r.executions.Ended(ctx, execution); err != nil || !ended {
		return err
	}
	plan, err := r.executions.Plan(ctx, execution)
	if err != nil || plan == nil || plan.Kind != release.KindRelease || plan.DryRun {
		return err
	}
	rollback := release.Return{Us: us, Targets: plan.Targets}
	for _, step := range plan.Steps {
		rollback.Weights = append(rollback.Weights, step.Weight)
	}
	guard := &guard{executions: r.executions, execution: execution, holder: us, asked: true, plan: plan}
	return r.end(ctx, guard, rollback, release.Targets(plan.Targets), now)
}

// end makes the writes that end a release, and tells of each alias that it gave back.
func (r *Rollback) end(ctx context.Context, guard *guard, rollback release.Return, targets []release.Target, now time.Time) error {
	var before []release.Alias
	found, err := release.ApplyAll(ctx, r.aliases, targets, func(aliases []release.Alias) ([]release.Write, error) {
		if before == nil {
			before = slices.Clone(aliases)
		}
		writes, err := rollback.Writes(aliases)
		if err != nil {
			return nil, err
		}
		return guard.allowed(ctx, aliases, writes)
	})
	for i, alias := range found {
		if alias.RevisionID != before[i].RevisionID && alias.Description.Lock.IsZero() {
			r.repaired(ctx, guard.execution, before[i], alias, rollback.Found(alias, before[i].Description.Stable), now)
		}
	}
	return err
}

// repaired tells of one alias that the repair gave back.
func (r *Rollback) repaired(ctx context.Context, execution string, before, after release.Alias, how release.Found, now time.Time) {
	planned := release.PlannedTarget{Function: before.Target.Function, Alias: before.Target.Alias,
		Stable: before.Description.Stable, Candidate: before.Description.Candidate}
	outcomeOf, why := release.RolledBack, "The execution ended without rolling back. "
	if how == release.FoundFinished {
		outcomeOf, why = release.Succeeded, "The execution ended while its release was finishing, so the repair finished it. "
	}
	emf.Count(ctx, execution, emf.Repaired, now)
	r.events.Put(ctx, events.AliasRepaired, events.Detail{
		Execution: execution, Targets: []release.PlannedTarget{planned}, Outcome: outcomeOf,
		Why: why + outcome(planned, after, how == release.FoundLeft),
	})
}

// guard lets the repair move an alias only to a version that the alias serves, or that
// the release's own execution planned: whoever can edit a description shall not choose
// where production goes.
type guard struct {
	executions executions
	execution  string
	holder     release.Holder
	asked      bool
	plan       *release.Plan
}

func (g *guard) allowed(ctx context.Context, aliases []release.Alias, writes []release.Write) ([]release.Write, error) {
	for i, write := range writes {
		j := slices.IndexFunc(aliases, func(a release.Alias) bool { return a.Target == write.Target })
		route := aliases[j].Route()
		if !write.Moves() || write.Route.Version == route.Version || write.Route.Version == route.Other {
			continue
		}
		planned, err := g.planned(ctx, write)
		if err != nil {
			return nil, err
		}
		if !planned {
			slog.ErrorContext(ctx, "the description names a version that the release did not plan; the alias is left",
				"target", write.Target.String(), "execution", g.execution, "version", write.Route.Version)
			writes[i] = release.Leave(aliases[j], g.holder)
		}
	}
	return writes, nil
}

// planned tells whether the release planned the version that a write names.
func (g *guard) planned(ctx context.Context, write release.Write) (bool, error) {
	if !g.asked {
		plan, err := g.executions.Plan(ctx, g.execution)
		if err != nil {
			return false, err
		}
		g.plan, g.asked = plan, true
	}
	return g.plan != nil && slices.ContainsFunc(g.plan.Targets, func(p release.PlannedTarget) bool {
		return p.Target() == write.Target && (p.Stable == write.Route.Version || p.Candidate == write.Route.Version)
	}), nil
}
