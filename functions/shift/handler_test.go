package main

import (
	"strings"
	"testing"
	"time"

	"weir/internal/handler"
	"weir/internal/release"
)

func wantError(t *testing.T, err error, name string, says ...string) {
	t.Helper()
	if !release.IsError(err, name) {
		t.Fatalf("err = %v, want %s", err, name)
	}
	for _, part := range says {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
}

func TestPlanFindsAHookThatCannotBeCalled(t *testing.T) {
	f := account()
	f.hooks["b-hook"] = release.HookNotCallable
	_, err := f.ask(t, `{"target": {"function": "orders"}, "hooks": [{"at": "step", "function": "a-hook"}, {"at": "beforeTraffic", "function": "a-hook"}, {"at": "step", "function": "b-hook"}]}`)
	wantError(t, err, release.HookNotCallable, "b-hook")
	if len(f.asked) != 2 || len(f.writes) != 0 {
		t.Errorf("asked about %v, wrote %v; want each hook once and no write", f.asked, f.writes)
	}
}

func TestFreezeIsAParameter(t *testing.T) {
	for _, test := range []struct{ name, freeze, parameter string }{
		{"of one function", `{"target": {"function": "orders"}, "freeze": {"for": "1h"}, "by": "ada", "reason": "sale"}`, "/weir/weir/freeze/orders"},
		{"of everything", `{"target": {"function": "stock"}, "freeze": {"for": "1h", "everything": true}, "by": "ada", "reason": "sale"}`, "/weir/weir/freeze"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := account()
			if _, err := f.ask(t, `{"target": {"function": "orders"}}`); err != nil {
				t.Fatalf("before the freeze: %v", err)
			}
			if _, err := f.ask(t, test.freeze); err != nil {
				t.Fatal(err)
			}
			if len(f.parameters) != 1 || !strings.Contains(f.parameters[test.parameter], "by ada: sale") {
				t.Errorf("parameters = %v", f.parameters)
			}
			_, err := f.ask(t, `{"target": {"function": "orders"}}`)
			wantError(t, err, release.Frozen, "2026-03-04T13:00:00Z", "sale")
			if _, err := f.ask(t, strings.Replace(test.freeze, "1h", "0m", 1)); err != nil || len(f.parameters) != 0 {
				t.Errorf("ended: %v, parameters %v", err, f.parameters)
			}
		})
	}
	f := account()
	_, err := f.ask(t, `{"target": {"function": "nothing"}, "freeze": {"for": "1h"}}`)
	wantError(t, err, release.TargetNotFound)
	if _, err := f.ask(t, `{"target": {"function": "orders"}, "freeze": {"for": "1h"}}`); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ask(t, `{"target": {"function": "stock"}}`); err != nil {
		t.Errorf("a freeze of another function: %v", err)
	}
}

func TestCommands(t *testing.T) {
	const promote = `{"target": {"function": "orders"}, "ask": "promote", "by": "ada"}`
	f := account()
	_, err := f.ask(t, promote)
	wantError(t, err, release.NoReleaseRunning)

	f.held(10)
	if _, err := f.ask(t, promote); err != nil {
		t.Fatal(err)
	}
	if alias := f.aliases["orders:prod"]; alias.Mark.Ask != release.AskPromote || alias.Mark.By != "ada" || alias.Route() != release.Split("6", "7", 10) {
		t.Errorf("alias = %+v", alias)
	}

	f.held(10)
	if _, err := f.do(t, "await", func(*handler.Task) {}); err != nil {
		t.Fatal(err)
	}
	_, err = f.ask(t, promote)
	wantError(t, err, release.NoEffect, "weir approve "+executionARN)

	f.ended[executionARN] = true
	_, err = f.ask(t, promote)
	wantError(t, err, release.NoReleaseRunning)
}

func TestAnswerIsNotedOnEveryTarget(t *testing.T) {
	f := account()
	f.held(50)
	if _, err := f.do(t, "answer", func(task *handler.Task) { task.Answer = []byte(`{"decision": "approve", "by": "grace"}`) }); err != nil {
		t.Fatal(err)
	}
	for name, alias := range f.aliases {
		if strings.HasSuffix(name, ":prod") && (alias.Mark.Ask != release.AskApprove || alias.Mark.By != "grace") {
			t.Errorf("%s: %s", name, alias.Mark)
		}
	}
}

func TestRequestedRollbackIsPlanned(t *testing.T) {
	const back = `{"target": {"function": "orders"}, "rollBack": {}}`
	split := release.Split("6", "7", 20)
	for _, test := range []struct {
		name    string
		request string
		change  func(*fake)
		to      string
		refused string
	}{
		{"to the version before", back, func(*fake) {}, "5", ""},
		{"to the one that is named", `{"target": {"function": "orders"}, "rollBack": {"to": "7"}}`, func(*fake) {}, "7", ""},
		{"of a split made by hand", back, func(f *fake) { f.set(orders, split, release.Mark{Stable: "6", Previous: "5"}) }, "6", ""},
		{"of an alias without a mark", back, func(f *fake) { f.set(orders, split, release.Mark{}) }, "", release.NothingToRollBack},
		{"while a release runs", back, func(f *fake) { f.set(orders, split, release.Mark{Stable: "6", Candidate: "7", At: 20, Lock: them}) }, "", release.AliasLocked},
		{"after a release that has ended", back, func(f *fake) {
			f.set(orders, split, release.Mark{Stable: "6", Candidate: "7", At: 20, Lock: them})
			f.ended["arn:aws:states:eu-west-1:111122223333:execution:weir:tuesday"] = true
		}, "6", ""},
		{"to an idle version", back, func(f *fake) { f.versions["5"] = release.Version{Number: "5", State: "Inactive"} }, "", release.VersionNotReady},
		{"to an idle version by force", `{"target": {"function": "orders"}, "rollBack": {}, "force": true}`,
			func(f *fake) { f.versions["5"] = release.Version{Number: "5", State: "Inactive"} }, "5", ""},
		{"to a version that is being prepared", back, func(f *fake) { f.versions["5"] = release.Version{Number: "5", State: "Pending"} }, "", release.NotYet},
		{"to a version that is not there", `{"target": {"function": "orders"}, "rollBack": {"to": "99"}}`, func(*fake) {}, "", release.VersionNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := account()
			test.change(f)
			result, err := f.ask(t, test.request)
			if test.refused != "" {
				wantError(t, err, test.refused)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if result.Progress.Ended.Cause != "A rollback was requested." {
				t.Errorf("cause = %q", result.Progress.Ended.Cause)
			}
			if planned := result.Plan.Targets[0]; planned.Stable != test.to || planned.Found != f.aliases["orders:prod"].Route() {
				t.Errorf("planned = %+v, want to %s", planned, test.to)
			}
			if len(f.writes) != 0 {
				t.Errorf("the plan wrote %+v", f.writes)
			}
		})
	}
}

func TestShiftMovesEveryTargetOnce(t *testing.T) {
	f := account()
	f.held(10)
	at10 := func(task *handler.Task) { task.Progress.Step, task.Progress.Weight = 0, 10 }
	result, err := f.do(t, "shift", at10)
	if err != nil || result.Progress.Weight != 50 || len(f.writes) != 2 {
		t.Fatalf("progress %+v, %d writes, %v", result.Progress, len(f.writes), err)
	}
	if _, err := f.do(t, "shift", at10); err != nil || len(f.writes) != 2 {
		t.Errorf("a retry: %v, %d writes; want it to find its own", err, len(f.writes))
	}
	if mark := f.aliases["stock:prod"].Mark; mark.At != 50 {
		t.Errorf("the mark says %d %%", mark.At)
	}
}

func TestNothingIsMovedWhereOneAliasWasMovedByHand(t *testing.T) {
	for name, route := range map[string]release.Route{
		"to the next step's weight": release.Split("6", "7", 50),
		"wholly to the candidate":   release.Whole("7"),
		"to a weight like ours":     {Version: "6", Other: "7", Percent: 10.4},
		"to another version":        release.Whole("5"),
	} {
		t.Run(name, func(t *testing.T) {
			f := account()
			f.held(10)
			f.set(stock, route, f.aliases["stock:prod"].Mark)
			_, err := f.do(t, "shift", func(task *handler.Task) { task.Progress.Step, task.Progress.Weight = 0, 10 })
			wantError(t, err, release.Drift, "stock:prod")
			if len(f.writes) != 0 {
				t.Errorf("writes = %+v", f.writes)
			}
		})
	}
}

func TestFinishWaitsForAnAliasOnItsWay(t *testing.T) {
	f := account()
	f.held(100)
	f.set(stock, release.Route{Version: "7", Other: "6", Percent: 100}, f.aliases["stock:prod"].Mark)
	promoted := func(task *handler.Task) { task.Progress = task.Progress.PromotedAt(task.Plan, noon) }
	_, err := f.do(t, "finish", promoted)
	wantError(t, err, release.NotYet, "stock:prod", "version 6")
	if len(f.writes) != 0 {
		t.Errorf("writes = %+v", f.writes)
	}
	f.set(stock, release.Whole("7"), f.aliases["stock:prod"].Mark)
	result, err := f.do(t, "finish", promoted)
	if err != nil || result.Record.Outcome != release.Succeeded || result.Record.EndedAt.Sub(noon) != 0*time.Second {
		t.Fatalf("record %+v, %v", result.Record, err)
	}
	if mark := f.aliases["stock:prod"].Mark; mark != (release.Mark{Stable: "7", Previous: "6"}) {
		t.Errorf("mark = %s", mark)
	}
}

func TestLockTakesOverOnlyWhatADeadReleaseLeftWhole(t *testing.T) {
	f := account()
	dead := release.Mark{Stable: "6", Candidate: "5", Lock: them}
	f.set(orders, release.Whole("6"), dead)
	_, err := f.do(t, "lock", func(*handler.Task) {})
	wantError(t, err, release.AliasLocked)
	f.ended["arn:aws:states:eu-west-1:111122223333:execution:weir:tuesday"] = true
	if _, err := f.do(t, "lock", func(*handler.Task) {}); err != nil {
		t.Fatal(err)
	}
	if mark := f.aliases["orders:prod"].Mark; mark.Lock != us || mark.Candidate != "7" {
		t.Errorf("mark = %s", mark)
	}
}
