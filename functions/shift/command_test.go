package main

import (
	"strings"
	"testing"

	"weir/internal/handler"
	"weir/internal/release"
)

// command has the handler give a command to the release on orders:prod.
func (f *fake) command(t *testing.T, command release.Command) (handler.Result, error) {
	t.Helper()
	return f.do(t, handler.ActionCommand, func(task *handler.Task) {
		task.Plan = release.Plan{Kind: release.KindCommand, Command: command, By: "ada", Targets: []release.PlannedTarget{{Function: "orders", Alias: "prod"}}}
	})
}

func TestCommands(t *testing.T) {
	f := account()
	_, err := f.command(t, release.CommandPromote)
	wantError(t, err, release.NoReleaseRunning)

	f.held(10)
	result, err := f.command(t, release.CommandPromote)
	if err != nil {
		t.Fatal(err)
	}
	if alias := f.aliases["orders:prod"]; alias.Description.Command != release.CommandPromote || alias.Description.By != "ada" || alias.Route() != release.Split("6", "7", 10) {
		t.Errorf("alias = %+v", alias)
	}
	if result.Plan.Done != "asked the release on orders:prod to promote, by ada" {
		t.Errorf("done = %q", result.Plan.Done)
	}

	f.held(10)
	if _, err := f.do(t, handler.ActionAwait, func(*handler.Task) {}); err != nil {
		t.Fatal(err)
	}
	_, err = f.command(t, release.CommandPromote)
	wantError(t, err, release.NoEffect, "weir approve "+executionARN)

	f.ended[executionARN] = true
	_, err = f.command(t, release.CommandPromote)
	wantError(t, err, release.NoReleaseRunning)
}

func TestAnswerIsNotedOnEveryTarget(t *testing.T) {
	f := account()
	f.held(50)
	if _, err := f.do(t, handler.ActionAnswer, func(task *handler.Task) { task.Answer = []byte(`{"decision": "approve", "by": "grace"}`) }); err != nil {
		t.Fatal(err)
	}
	for name, alias := range f.aliases {
		if strings.HasSuffix(name, ":prod") && (alias.Description.Command != release.CommandApprove || alias.Description.By != "grace") {
			t.Errorf("%s: %s", name, alias.Description)
		}
	}
}
