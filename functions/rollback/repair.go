package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"weir/internal/emf"
	"weir/internal/events"
	"weir/internal/release"
)

// repair sweeps the aliases in its care and restores those whose lock names an
// execution that has ended. It cannot tell what another's lock is for, and
// touches nothing else.
func (r *Rollback) repair(ctx context.Context, now time.Time) error {
	var failures []error
	for _, target := range r.targets {
		if err := r.repairOne(ctx, target, now); err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

func (r *Rollback) repairOne(ctx context.Context, target release.Target, now time.Time) error {
	alias, err := r.aliases.Alias(ctx, target)
	if release.IsError(err, release.TargetNotFound) {
		slog.WarnContext(ctx, "alias to look after does not exist", "target", target.String())
		return nil
	}
	if err != nil || alias.Description.Lock.IsZero() {
		return err
	}
	holder, err := alias.Description.Lock.ExecutionARN(alias.ARN)
	if err != nil {
		return err
	}
	if ended, err := r.executions.Ended(ctx, holder); err != nil || !ended {
		return err
	}
	planned := release.PlannedTarget{Function: target.Function, Alias: target.Alias,
		Stable: alias.Description.Stable, Candidate: alias.Description.Candidate}
	dead := alias.Description.Lock
	after, left, err := r.restore(ctx, target, func(alias release.Alias) (*release.Write, bool, error) {
		write, left := release.Restore(alias, dead, "")
		return write, left, nil
	})
	if err != nil {
		return fmt.Errorf("repair %s after %s: %w", target, holder, err)
	}
	emf.Count(ctx, holder, emf.Repaired, now)
	r.events.Put(ctx, events.AliasRepaired, events.Detail{
		Execution: holder, Targets: []release.PlannedTarget{planned}, Outcome: release.RolledBack,
		Why: "The execution ended without rolling back. " + outcome(planned, after, left),
	})
	return nil
}
