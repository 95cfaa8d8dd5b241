package main

import (
	"context"
	"slices"
	"strconv"

	"weir/internal/handler"
	"weir/internal/probe/predicate"
	"weir/internal/release"
	"weir/internal/requests"
)

type versions interface {
	Version(ctx context.Context, function, number string) (release.Version, error)
	Publish(ctx context.Context, function string) (release.Version, error)
	Provisioned(ctx context.Context, target release.Target) (bool, error)
}

type executions interface {
	Ended(ctx context.Context, executionARN string) (bool, error)
}

type alarms interface {
	Firing(ctx context.Context, names []string) (map[string]bool, error)
}

// plan resolves the request. It moves nothing: at most it publishes $LATEST
// when the request says to release that.
func (s *Shift) plan(ctx context.Context, task handler.Task) (handler.Result, error) {
	request, err := requests.Parse(task.Request)
	if err != nil {
		return handler.Result{}, err
	}
	if _, err := request.Strategy.Resolve(); err != nil {
		return handler.Result{}, err
	}
	switch {
	case request.Ask != "":
		return s.command(ctx, task, request)
	case request.Freeze != nil:
		return s.freeze(ctx, task, request)
	case request.RollBack != nil:
		return s.planRollBack(ctx, task, request)
	}
	if err := predicate.Validate(request.Probes); err != nil {
		return handler.Result{}, err
	}
	if err := s.checkHooks(ctx, request.Hooks); err != nil {
		return handler.Result{}, err
	}
	facts, err := s.allFacts(ctx, task, request)
	if err != nil {
		return handler.Result{}, err
	}
	alarms, err := s.plannedAlarms(ctx, append(slices.Clone(s.standing), request.Alarms...))
	if err != nil {
		return handler.Result{}, err
	}
	plan, err := release.NewPlan(request, task.Execution, task.Now, facts, alarms)
	if err != nil {
		return handler.Result{}, err
	}
	if err := s.measured(ctx, plan, task.Now); err != nil {
		return handler.Result{}, err
	}
	plan = s.expect(ctx, plan, task.Now)
	progress := release.NotStarted()
	return handler.Result{Plan: &plan, Progress: &progress}, nil
}

// checkHooks finds a hook that does not exist, or may not be called, while
// nothing has moved.
func (s *Shift) checkHooks(ctx context.Context, hooks []release.Hook) error {
	seen := map[string]bool{}
	for _, hook := range hooks {
		if seen[hook.Function] {
			continue
		}
		seen[hook.Function] = true
		if err := s.hooks.MayInvoke(ctx, hook.Function); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shift) allFacts(ctx context.Context, task handler.Task, request release.Request) ([]release.Facts, error) {
	functions := functionsOf(request.Targets)
	frozen, err := s.frozen(ctx, task, functions)
	if err != nil {
		return nil, err
	}
	facts := make([]release.Facts, 0, len(request.Targets))
	for _, target := range request.Targets {
		found, err := s.facts(ctx, target, request.DryRun)
		if err != nil {
			return nil, err
		}
		found.Frozen = frozen[slices.Index(functions, target.Function)]
		facts = append(facts, found)
	}
	return facts, nil
}

// facts reads what the plan needs to know about one target, but for freezes.
func (s *Shift) facts(ctx context.Context, target release.Target, dryRun bool) (release.Facts, error) {
	alias, err := s.aliases.Alias(ctx, target)
	if err != nil {
		return release.Facts{}, err
	}
	facts := release.Facts{Alias: alias}
	if facts.Stable, err = s.versions.Version(ctx, target.Function, alias.Version); err != nil {
		return release.Facts{}, err
	}
	if facts.Candidate, err = s.candidate(ctx, target, dryRun); err != nil {
		return release.Facts{}, err
	}
	if facts.Provisioned, err = s.versions.Provisioned(ctx, target); err != nil {
		return release.Facts{}, err
	}
	if !alias.Mark.Lock.IsZero() {
		if facts.HolderEnded, err = s.holderEnded(ctx, alias); err != nil {
			return release.Facts{}, err
		}
	}
	return facts, nil
}

// candidate finds the version asked for: a number, $LATEST, or what an alias
// serves.
func (s *Shift) candidate(ctx context.Context, target release.Target, dryRun bool) (release.Version, error) {
	asked := target.Version
	if asked == "" {
		asked = s.version
	}
	if asked == "$LATEST" {
		if dryRun {
			return s.versions.Version(ctx, target.Function, asked)
		}
		return s.versions.Publish(ctx, target.Function)
	}
	if _, err := strconv.Atoi(asked); err == nil {
		return s.versions.Version(ctx, target.Function, asked)
	}
	from, err := s.aliases.Alias(ctx, release.Target{Function: target.Function, Alias: asked})
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
	return s.versions.Version(ctx, target.Function, from.Version)
}

func (s *Shift) plannedAlarms(ctx context.Context, names []string) ([]release.PlannedAlarm, error) {
	if len(names) == 0 {
		return nil, nil
	}
	firing, err := s.alarms.Firing(ctx, names)
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
