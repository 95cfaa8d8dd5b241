package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"weir/internal/handler"
	"weir/internal/release"
)

type aliases interface {
	Alias(ctx context.Context, target release.Target) (release.Alias, error)
}

type versions interface {
	Version(ctx context.Context, function, number string) (release.Version, error)
	Publish(ctx context.Context, function string) (release.Version, error)
	Provisioned(ctx context.Context, target release.Target) (bool, error)
}

type executions interface {
	Ended(ctx context.Context, executionARN string) (bool, error)
	Progress(ctx context.Context, executionARN string) (*release.Progress, error)
}

type alarms interface {
	Firing(ctx context.Context, names []string) (map[string]bool, error)
}

type hooks interface {
	MayInvoke(ctx context.Context, function string) error
}

// facts is what AWS says before a release is decided on.
type facts struct {
	targets []release.Facts // one for each target of the request, in order
	alarms  []release.PlannedAlarm
}

// facts gathers all that the decision needs.
func (p *Planner) facts(ctx context.Context, task handler.Task, request release.Request) (facts, error) {
	if err := p.checkHooks(ctx, request.Hooks); err != nil {
		return facts{}, err
	}
	targets, err := p.targets(ctx, task, request)
	if err != nil {
		return facts{}, err
	}
	alarms, err := p.plannedAlarms(ctx, append(slices.Clone(p.pipelineAlarms), request.Alarms...))
	return facts{targets: targets, alarms: alarms}, err
}

// checkHooks finds a hook that does not exist, or may not be called, while
// nothing has moved.
func (p *Planner) checkHooks(ctx context.Context, hooks []release.Hook) error {
	seen := map[string]bool{}
	for _, hook := range hooks {
		if seen[hook.Function] {
			continue
		}
		seen[hook.Function] = true
		if err := p.hooks.MayInvoke(ctx, hook.Function); err != nil {
			return err
		}
	}
	return nil
}

func (p *Planner) targets(ctx context.Context, task handler.Task, request release.Request) ([]release.Facts, error) {
	functions := functionsOf(request.Targets)
	frozen, err := p.frozen(ctx, task, functions)
	if err != nil {
		return nil, err
	}
	facts := make([]release.Facts, 0, len(request.Targets))
	for _, target := range request.Targets {
		found, err := p.target(ctx, target, request.DryRun)
		if err != nil {
			return nil, err
		}
		found.Frozen = frozen[slices.Index(functions, target.Function)]
		facts = append(facts, found)
	}
	return facts, nil
}

// target reads what the plan needs to know about one target, but for freezes.
func (p *Planner) target(ctx context.Context, target release.Target, dryRun bool) (release.Facts, error) {
	alias, err := p.aliases.Alias(ctx, target)
	if err != nil {
		return release.Facts{}, err
	}
	facts := release.Facts{Alias: alias}
	if facts.Stable, err = p.versions.Version(ctx, target.Function, alias.Version); err != nil {
		return release.Facts{}, err
	}
	if facts.Candidate, err = p.candidate(ctx, target, dryRun); err != nil {
		return release.Facts{}, err
	}
	if facts.Provisioned, err = p.versions.Provisioned(ctx, target); err != nil {
		return release.Facts{}, err
	}
	if !alias.Description.Lock.IsZero() {
		if facts.HolderEnded, err = p.holderEnded(ctx, alias); err != nil {
			return release.Facts{}, err
		}
	}
	return facts, nil
}

// candidate finds the version asked for: a number, $LATEST, or what an alias
// serves.
func (p *Planner) candidate(ctx context.Context, target release.Target, dryRun bool) (release.Version, error) {
	asked := target.Version
	if asked == "" {
		asked = p.version
	}
	if asked == "$LATEST" {
		if dryRun {
			return p.versions.Version(ctx, target.Function, asked)
		}
		return p.versions.Publish(ctx, target.Function)
	}
	if _, err := strconv.Atoi(asked); err == nil {
		return p.versions.Version(ctx, target.Function, asked)
	}
	from, err := p.aliases.Alias(ctx, release.Target{Function: target.Function, Alias: asked})
	if release.IsError(err, release.TargetNotFound) {
		return release.Version{}, release.Errorf(release.VersionNotFound,
			"version is %q and %s has no alias of that name to take it from; give a version number, an alias, or $LATEST.", asked, target.Function)
	}
	if err != nil {
		return release.Version{}, err
	}
	if !from.Whole() {
		return release.Version{}, release.Errorf(release.VersionNotFound,
			"version is %q, an alias that has %s; name one of the two.", asked, from.Route())
	}
	return p.versions.Version(ctx, target.Function, from.Version)
}

func (p *Planner) plannedAlarms(ctx context.Context, names []string) ([]release.PlannedAlarm, error) {
	if len(names) == 0 {
		return nil, nil
	}
	firing, err := p.alarms.Firing(ctx, names)
	if err != nil {
		return nil, err
	}
	planned := make([]release.PlannedAlarm, 0, len(names))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		fires, exists := firing[name]
		if !exists {
			return nil, release.Errorf(release.AlarmNotFound,
				"alarms names %q, which is no metric alarm and no composite alarm; an alarm that is not there is no assurance. Check its name, put a composite alarm around a log alarm, or leave it out.", name)
		}
		planned = append(planned, release.PlannedAlarm{Name: name, FiredBefore: fires})
	}
	return planned, nil
}

// holderEnded tells whether the execution that holds an alias's lock has ended.
func (p *Planner) holderEnded(ctx context.Context, alias release.Alias) (bool, error) {
	holder, err := alias.Description.Lock.ExecutionARN(alias.ARN)
	if err != nil {
		return false, fmt.Errorf("find the holder of %s: %w", alias.Target, err)
	}
	return p.executions.Ended(ctx, holder)
}
