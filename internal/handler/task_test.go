package handler_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"weir/internal/handler"
	"weir/internal/release"
)

func TestTaskThatTheWorkflowNeverSendsIsRefused(t *testing.T) {
	sound := func() handler.Task {
		return handler.Task{Action: handler.ActionShift, Plan: release.Plan{
			Targets: []release.PlannedTarget{{Function: "orders", Alias: "prod"}}, Steps: []release.Step{{Weight: 10}, {Weight: 50}}},
			Progress: release.NotStarted()}
	}
	if task := sound(); task.Check() != nil {
		t.Fatal(task.Check())
	}
	for says, change := range map[string]func(*handler.Task){
		"plan.targets":              func(task *handler.Task) { task.Plan.Targets = nil },
		"plan.steps[1].weight":      func(task *handler.Task) { task.Plan.Steps[1].Weight = 100 },
		"plan.steps[0].bakeSeconds": func(task *handler.Task) { task.Plan.Steps[0].BakeSeconds = -1 },
		"progress.step is 9":        func(task *handler.Task) { task.Progress.Step = 9 },
		"progress.step is -2":       func(task *handler.Task) { task.Progress.Step = -2 },
		"before the last step":      func(task *handler.Task) { task.Progress.Step = 1 },
		"progress.weight":           func(task *handler.Task) { task.Progress.Weight = 101 },
		"watching":                  func(task *handler.Task) { task.Action, task.Progress.Step = handler.ActionJudge, 2 },
	} {
		task := sound()
		change(&task)
		if err := task.Check(); !release.IsError(err, release.InvalidRequest) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

// Whatever comes, a task that passes the check is carried through the release's
// decisions without a panic.
func FuzzTask(f *testing.F) {
	f.Add([]byte(`{"action": "shift", "plan": {"targets": [{"function": "f", "alias": "a"}], "steps": [{"weight": 10, "bakeSeconds": 60}]}, "progress": {"step": -1}}`))
	f.Add([]byte(`{"action": "judge", "plan": {"targets": [{}], "steps": [{"weight": 10}], "judge": {"intervalSeconds": 60}}, "progress": {"step": 1, "phase": "watching", "weight": 100}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var task handler.Task
		if json.Unmarshal(text, &task) != nil || task.Check() != nil {
			return
		}
		now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
		switch task.Action {
		case handler.ActionShift:
			task.Progress.Shifted(task.Plan, now)
		case handler.ActionPromote:
			task.Progress.PromotedAt(task.Plan, now)
		case handler.ActionJudge:
			release.Next(task.Plan, task.Progress, release.Observation{Outcome: "inconclusive"}, now)
		}
		task.Progress.MayHaveSet(task.Plan, now)
	})
}
