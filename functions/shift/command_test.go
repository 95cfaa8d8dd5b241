package main

import (
	"testing"

	"weir/internal/handler"
	"weir/internal/release"
)

// command has the handler give a command to the releases on both targets.
func (f *fake) command(t *testing.T, command release.Command) (handler.Result, error) {
	t.Helper()
	return f.do(t, handler.ActionCommand, func(task *handler.Task) {
		task.Execution.ARN = executionARN + "-pause"
		task.Plan = release.Plan{Kind: release.KindCommand, Command: command, By: "ada",
			Targets: []release.PlannedTarget{{Function: "orders", Alias: "prod"}, {Function: "stock", Alias: "prod"}}}
	})
}

func TestCommandReachesTheReleaseOnce(t *testing.T) {
	f := account()
	_, err := f.command(t, release.CommandPromote)
	wantError(t, err, release.NoReleaseRunning)

	f.heldAt(10)
	for range 2 { // a retry finds the command there
		result, err := f.command(t, release.CommandPromote)
		if err != nil {
			t.Fatal(err)
		}
		given := result.Plan.Given
		if len(given) != 1 || given[0].Execution != executionARN || given[0].Function != "orders" || result.Progress.Next != release.MoveAwait || result.Progress.Wait != 5 {
			t.Errorf("given %+v, progress %+v", given, result.Progress)
		}
		if list := f.aliases["orders:prod"].Description.Commands.List(); len(list) != 1 || list[0].ID != given[0].ID || list[0].Command != release.CommandPromote || list[0].By != "ada" {
			t.Errorf("commands = %+v", list)
		}
		if result.Plan.Done != "asked the release on orders:prod to promote, by ada" {
			t.Errorf("done = %q", result.Plan.Done)
		}
	}
	if len(f.writes) != 1 || f.writes[0].Moves() {
		t.Errorf("writes = %+v; want one, of the description", f.writes)
	}

	f.ended[executionARN] = true
	_, err = f.command(t, release.CommandPromote)
	wantError(t, err, release.NoReleaseRunning)
}

func TestCommandsToTwoReleases(t *testing.T) {
	f := account()
	f.heldAt(10)
	theirs := f.aliases["stock:prod"].Description
	theirs.Lock = them
	f.set(stock, release.Split("6", "7", 10), theirs)
	result, err := f.command(t, release.CommandAbort)
	if err != nil || len(result.Plan.Given) != 2 || !f.aliases["stock:prod"].Description.Commands.Has(result.Plan.Given[1].ID) {
		t.Errorf("given %+v, %v", result.Plan.Given, err)
	}
}

// A command that comes between a reading and a write changes the alias's revision, so
// neither is lost.
func TestCommandBetweenReadAndWrite(t *testing.T) {
	for command, want := range map[release.Command]release.Move{release.CommandPause: release.MoveBake, release.CommandAbort: release.MoveRollBack} {
		f := account()
		f.heldAt(10)
		f.between = func() {
			if _, err := f.command(t, command); err != nil {
				t.Fatal(err)
			}
		}
		result, err := f.do(t, handler.ActionShift, func(task *handler.Task) { task.Progress.Step, task.Progress.Weight = 0, 10 })
		if err != nil || result.Progress.Next != want {
			t.Errorf("%s: %+v, %v; want to %s", command, result.Progress, err, want)
		}
		if alias := f.aliases["orders:prod"]; len(alias.Description.Commands.List()) != 1 {
			t.Errorf("%s: the alias says %s; want the command kept", command, alias.Description)
		}
		if command == release.CommandAbort && (f.aliases["stock:prod"].Route() != release.Split("6", "7", 10) || result.Progress.Ended.Error != release.Aborted) {
			t.Errorf("after the abort: stock has %s, %+v", f.aliases["stock:prod"].Route(), result.Progress.Ended)
		}
	}
}

func TestAbortBeforeFinishRollsBack(t *testing.T) {
	f := account()
	f.heldAt(100)
	if _, err := f.command(t, release.CommandAbort); err != nil {
		t.Fatal(err)
	}
	result, err := f.do(t, handler.ActionFinish, func(task *handler.Task) { task.Progress = task.Progress.PromotedAt(task.Plan, noon) })
	if err != nil || result.Progress.Next != release.MoveRollBack || result.Record != nil || len(f.writes) != 1 {
		t.Errorf("%+v, record %v, %d writes, %v", result.Progress, result.Record, len(f.writes), err)
	}
	if len(result.Progress.Commands) != 1 || result.Progress.Commands[0].NoEffect != "" {
		t.Errorf("commands = %+v", result.Progress.Commands)
	}
}

func TestAnswerWaitsOnTheFirstTarget(t *testing.T) {
	f := account()
	f.heldAt(50)
	for range 2 {
		if _, err := f.do(t, handler.ActionAnswer, func(task *handler.Task) { task.Answer = []byte(`{"decision": "approve", "by": "grace"}`) }); err != nil {
			t.Fatal(err)
		}
	}
	list := f.aliases["orders:prod"].Description.Commands.List()
	if len(list) != 1 || list[0].Command != release.CommandApprove || list[0].By != "grace" || len(f.writes) != 1 {
		t.Errorf("commands = %+v, %d writes", list, len(f.writes))
	}
}
