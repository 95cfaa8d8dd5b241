package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

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
	progress := release.Begin(task.Plan, task.Progress, task.Now)
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
