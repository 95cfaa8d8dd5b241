package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"time"

	"weir/internal/handler"
	"weir/internal/probe"
	"weir/internal/release"
)

// probe invokes each candidate by version with every probe of the plan.
func (v *Verify) probe(ctx context.Context, task handler.Task) (handler.Result, error) {
	for _, planned := range task.Plan.Targets {
		for i, p := range task.Plan.Probes {
			if err := v.probeOne(ctx, planned, i, p); err != nil {
				return handler.Result{}, err
			}
		}
	}
	progress := task.Progress
	var err error
	if progress.SlowAfter, err = v.slowAfter(ctx, task.Plan); err != nil {
		return handler.Result{}, err
	}
	progress = release.Begin(task.Plan, progress, task.Now)
	return handler.Result{Progress: &progress}, nil
}

func (v *Verify) probeOne(ctx context.Context, planned release.PlannedTarget, i int, p release.Probe) error {
	name := p.Name
	if name == "" {
		name = fmt.Sprint(i + 1)
	}
	payload := p.Payload
	if len(payload) == 0 {
		payload = json.RawMessage(`{}`)
	}
	for n := range max(1, p.Times) {
		answer, err := v.functions.Invoke(ctx, planned.Function, planned.Candidate, payload)
		if err != nil {
			return err
		}
		warm := i > 0 || n > 0
		if err := probe.Check(name, p, probe.Answer(answer), warm); err != nil {
			return err
		}
	}
	slog.InfoContext(ctx, "probe passed", "target", planned.Target().String(), "version", planned.Candidate, "probe", name)
	return nil
}

// slowAfter finds, for each target whose signal slow has no threshold, the 99th
// percentile of stable's durations in the hour before the release, rounded up to
// a whole millisecond.
func (v *Verify) slowAfter(ctx context.Context, plan release.Plan) (map[string]int, error) {
	needed := false
	for _, signal := range plan.Judge.Signals {
		needed = needed || signal.NeedsThreshold()
	}
	if !needed {
		return nil, nil
	}
	thresholds := map[string]int{}
	for _, planned := range plan.Targets {
		p99, served, err := v.recentP99(ctx, plan, planned)
		if err != nil {
			return nil, err
		}
		if !served {
			return nil, release.Errorf(release.InvalidRequest,
				"judge.signals: slow has no thresholdMilliseconds, and %s served nothing in the last hour to take one from; set it.", planned.Target())
		}
		thresholds[planned.Target().String()] = int(math.Ceil(p99))
	}
	return thresholds, nil
}

// recentP99 is stable's, or the alias's where nothing is counted by version, as
// may be while it has no weights.
func (v *Verify) recentP99(ctx context.Context, plan release.Plan, planned release.PlannedTarget) (milliseconds float64, served bool, err error) {
	from, to := plan.StartedAt.Add(-past).Truncate(time.Minute), plan.StartedAt.Truncate(time.Minute)
	for _, version := range []string{planned.Stable, ""} {
		milliseconds, served, err = v.metrics.Percentile(ctx, planned.Target(), version, "p99", from, to)
		if err != nil || served {
			break
		}
	}
	return milliseconds, served, err
}
