package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/internal/emf"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/judge"
	"weir/internal/release"
)

// judge takes one observation at a running release and decides what follows. It is a
// function of the plan, the progress, the time of the observation and what CloudWatch
// and Lambda say: run twice, it answers the same.
func (v *Verify) judge(ctx context.Context, task handler.Task) (handler.Result, error) {
	observation, err := v.observe(ctx, task)
	if err != nil {
		return handler.Result{}, err
	}
	progress := release.Next(task.Plan, task.Progress, observation, task.Now)
	// A freeze holds back a step and nothing else, so it is looked up only where
	// one is about to be taken.
	if progress.MovesOn() {
		if observation.Frozen, err = v.frozen(ctx, task); err != nil {
			return handler.Result{}, err
		}
		progress = release.Next(task.Plan, task.Progress, observation, task.Now)
	}
	slog.InfoContext(ctx, "judged", "execution", task.Execution.ARN, "targets", task.Plan.Targets,
		"weight", progress.Weight, "outcome", observation.Outcome, "why", observation.Why, "next", progress.Next)
	detail := events.Detail{
		Execution: task.Execution.ARN, Targets: task.Plan.Targets, Weight: progress.Weight, Phase: progress.Phase,
		Outcome: observation.Outcome, Why: progress.Verdict,
	}
	v.events.Put(ctx, events.Judged, detail)
	if progress.Phase == release.Holding || progress.Phase == release.Awaiting {
		emf.Count(ctx, task.Execution.ARN, emf.Held, task.Now)
	}
	if progress.Phase == release.Holding && task.Progress.Phase != release.Holding {
		v.events.Put(ctx, events.Held, detail)
	}
	return handler.Result{Progress: &progress}, nil
}

func (v *Verify) observe(ctx context.Context, task handler.Task) (release.Observation, error) {
	observation, err := v.aliasesOf(ctx, task)
	if err != nil {
		return release.Observation{}, err
	}
	firing, err := v.firing(ctx, task.Plan)
	if err != nil {
		return blind(observation, err), nil
	}
	observation.Outcome = string(judge.Inconclusive)
	switch {
	case len(firing) > 0: // that decides; what was counted before stays on record
		observation.Firing, observation.Blind, observation.Why = firing, true, "Alarm "+strings.Join(firing, ", ")+" fires."
		return observation, nil
	case task.Progress.FirstAt.IsZero():
		observation.Why = "No traffic has been shifted yet."
		return observation, nil
	}
	seen, err := v.gather(ctx, task.Plan, task.Progress, task.Now)
	if err != nil {
		return blind(observation, err), nil
	}
	verdict, err := judged(task.Plan, task.Progress, seen.signals, task.Now)
	if err != nil {
		return release.Observation{}, err
	}
	if early, fails, err := failsEarly(task.Plan, seen.early); err != nil {
		return release.Observation{}, err
	} else if fails && verdict.Outcome != judge.Fail {
		verdict = early
	}
	observation.Outcome, observation.Why = string(verdict.Outcome), verdict.Reason+unmeasured(seen.unmeasured)
	observation.Exposed, observation.Stable, observation.Candidate = seen.exposed, seen.stable, seen.candidate
	observation.Starved, observation.Doubt = seen.starved, doubt(verdict, seen.unmeasured)
	observation.InReach = inReach(task.Plan, verdict)
	observation.Seen = sawNoHarm(task.Plan, verdict)
	for _, e := range verdict.Evidence {
		observation.Evidence = append(observation.Evidence, evidenceOf(e))
	}
	return observation, nil
}

// evidenceOf puts the judge's evidence into the words of the record.
func evidenceOf(e judge.Evidence) release.Evidence {
	return release.Evidence{
		Signal: e.Signal, Phase: e.Phase, Verdict: string(e.Outcome), Value: e.EValue, Limit: e.Limit,
		Stable:    judge.Counts{Requests: e.Stable.Requests, Events: e.Stable.Events},
		Candidate: judge.Counts{Requests: e.Candidate.Requests, Events: e.Candidate.Events},
		Ratio:     e.Ratio, RatioLow: e.Interval.Low, RatioHigh: e.Interval.High,
	}
}

// blind is an observation that could not read the metrics: inconclusive, never a
// failure. It decides nothing but the waiting.
func blind(observation release.Observation, err error) release.Observation {
	observation.Blind, observation.Outcome = true, string(judge.Inconclusive)
	observation.Why = "The metrics could not be read: " + err.Error()
	return observation
}

// aliasesOf checks that every alias still is as this release left it, and finds
// what people asked.
func (v *Verify) aliasesOf(ctx context.Context, task handler.Task) (release.Observation, error) {
	us, err := release.HolderOf(task.Execution.ARN)
	if err != nil {
		return release.Observation{}, err
	}
	var observation release.Observation
	for _, planned := range task.Plan.Targets {
		alias, err := v.functions.Alias(ctx, planned.Target())
		if err != nil {
			return release.Observation{}, err
		}
		route := release.Split(planned.Stable, planned.Candidate, task.Progress.Weight)
		if _, err := release.Transition(alias, us, route, route, nil); err != nil {
			return release.Observation{}, err
		}
		if alias.StillMoving() {
			observation.StillMoving = fmt.Sprintf("%s has %s.", planned.Target(), alias.Route())
		}
		observation.Commands = append(observation.Commands, alias.Description.Commands.List()...)
	}
	return observation, nil
}

// frozen says why the next shift is frozen: by the parameter for the whole
// pipeline, or by a target's.
func (v *Verify) frozen(ctx context.Context, task handler.Task) (string, error) {
	var functions []string
	for _, planned := range task.Plan.Targets {
		functions = append(functions, planned.Function)
	}
	names, err := release.FreezeParameters(task.Execution.ARN, functions...)
	if err != nil {
		return "", err
	}
	values, err := v.freezes.Parameters(ctx, names)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if why := release.FrozenBy(name, values[name], task.Now); why != "" {
			return why, nil
		}
	}
	return "", nil
}

// firing lists the alarms of the plan that fire now and did not when the release
// was planned. An alarm that has gone is not an alarm that is quiet.
func (v *Verify) firing(ctx context.Context, plan release.Plan) ([]string, error) {
	wanted := map[string]bool{}
	for _, alarm := range plan.Alarms {
		if !alarm.FiredBefore {
			wanted[alarm.Name] = true
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	states, err := v.metrics.Firing(ctx, slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return nil, err
	}
	var firing []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		fires, exists := states[name]
		if !exists {
			return nil, release.Errorf(release.AlarmNotFound, "alarm %s has been deleted during the release", name)
		}
		if fires {
			firing = append(firing, name)
		}
	}
	return firing, nil
}

// past is how far back the baseline of the watch reaches before the release.
const past = time.Hour
