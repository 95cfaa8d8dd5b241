package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// scenario is a release whose cost is counted: so many steps in so many minutes,
// judged each minute on errors, and the default watch of five minutes after.
type scenario struct{ steps, minutes, targets int }

func (s scenario) String() string {
	return fmt.Sprintf("release, %d steps in %d minutes, %d targets", s.steps, s.minutes, s.targets)
}

// usual is the release with a target to meet; grown shows how the cost grows
// from there, with one thing changed at a time.
var (
	usual = scenario{3, 15, 1}
	grown = []scenario{
		{1, 15, 1}, {10, 15, 1},
		{3, 5, 1}, {3, 60, 1},
		{3, 15, 2}, {3, 15, 10}, {3, 15, 50},
	}
)

// releaseRows runs releases on the local cloud and counts what they would be
// charged for.
func releaseRows(ctx context.Context, in inputs) (rows []row, err error) {
	folder, err := os.MkdirTemp("", "weir-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	assembly := filepath.Join(folder, "fleet")
	if err := synthesise(ctx, in, assembly); err != nil {
		return nil, err
	}
	for _, each := range append([]scenario{usual}, grown...) {
		t, err := each.run(ctx, in, assembly)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", each, err)
		}
		compared := "the first with one thing changed"
		if each == usual {
			compared = "target under USD 0.01"
		}
		rows = append(rows, row{each.String(),
			fmt.Sprintf("USD %.4f, %d transitions, %d API calls (%d of handlers)", t.usd, t.transitions, t.calls, t.invocations), compared})
	}
	return rows, nil
}

// perMinute is how many requests each target gets a minute, so that there is
// something to judge in every one.
func (s scenario) perMinute() int { return max(6, 60/s.targets) }

// run runs the release on a cloud of its own.
func (s scenario) run(ctx context.Context, in inputs, assembly string) (result tally, err error) {
	var calls counter
	stage, err := newStage(ctx, assembly, calls.gate)
	if err != nil {
		return tally{}, err
	}
	defer func() { err = errors.Join(err, stage.cloud.Close()) }()
	targets, err := stage.fleet(ctx, in.apps, s.targets)
	if err != nil {
		return tally{}, err
	}
	request, err := s.request(targets)
	if err != nil {
		return tally{}, err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 1)
	stage.traffic(serving, targets, s.perMinute(), failed)
	transitions, err := stage.release(ctx, request)
	if err != nil {
		return tally{}, err
	}
	select {
	case err := <-failed:
		return tally{}, err
	default:
		return calls.tally(transitions), nil
	}
}

// request asks for version 2 in equal steps. So few requests prove little, and
// the release is told to advance then: what is looked at, and how often, is the
// same with many.
func (s scenario) request(functions []string) (string, error) {
	var steps, targets []map[string]any
	for i := range s.steps {
		steps = append(steps, map[string]any{"weight": (i + 1) * 100 / (s.steps + 1), "bake": fmt.Sprintf("%ds", s.minutes*60/s.steps)})
	}
	for _, function := range functions {
		targets = append(targets, map[string]any{"function": function})
	}
	text, err := json.Marshal(map[string]any{
		"targets": targets, "version": "2", "strategy": map[string]any{"steps": steps}, "judge": map[string]any{"inconclusive": "advance"},
	})
	if err != nil {
		return "", fmt.Errorf("write a request: %w", err)
	}
	return string(text), nil
}
