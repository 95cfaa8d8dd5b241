package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

const (
	executionARN = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"
	tuesdayARN   = "arn:aws:states:eu-west-1:111122223333:execution:weir:tuesday"
	aliasARN     = "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod"
)

var (
	noon   = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	us     = release.Holder{StateMachine: "weir", Execution: "monday"}
	them   = release.Holder{StateMachine: "weir", Execution: "tuesday"}
	orders = release.Target{Function: "orders", Alias: "prod"}
	stock  = release.Target{Function: "stock", Alias: "prod"}
)

// fake is an account with aliases and executions.
type fake struct {
	aliases map[string]release.Alias
	ended   map[string]bool
	plan    *release.Plan    // of every execution
	refuses map[string]error // writes, by target
	// between happens once, after a read and before the write that follows it.
	between func()
	// after is what Lambda makes of an alias that was written.
	after  func(release.Route) release.Route
	writes []release.Write
	events []events.Detail
}

func account() *fake {
	return &fake{aliases: map[string]release.Alias{}, ended: map[string]bool{}, refuses: map[string]error{}}
}

func (f *fake) set(target release.Target, route release.Route, mark release.Description) {
	alias := release.Alias{Target: target, ARN: aliasARN, Version: route.Version, Description: mark,
		RevisionID: f.aliases[target.String()].RevisionID + "r", Weights: map[string]float64{}}
	if route.Other != "" {
		alias.Weights[route.Other] = route.Percent
	}
	f.aliases[target.String()] = alias
}

func (f *fake) Alias(_ context.Context, target release.Target) (release.Alias, error) {
	alias, ok := f.aliases[target.String()]
	if !ok {
		return release.Alias{}, &release.Error{Name: release.TargetNotFound, Message: "no " + target.String(), Err: release.ErrGone}
	}
	return alias, nil
}

func (f *fake) Write(_ context.Context, write release.Write) (release.Alias, error) {
	if happens := f.between; happens != nil {
		f.between = nil
		happens()
	}
	alias := f.aliases[write.Target.String()]
	if err := f.refuses[write.Target.String()]; err != nil {
		return release.Alias{}, err
	}
	if alias.RevisionID != write.RevisionID {
		return release.Alias{}, release.ErrConflict
	}
	f.writes = append(f.writes, write)
	route := alias.Route()
	if write.Moves() {
		if route = write.Route; f.after != nil {
			route = f.after(route)
		}
	}
	f.set(write.Target, route, write.Description)
	return f.aliases[write.Target.String()], nil
}

func (f *fake) Ended(_ context.Context, arn string) (bool, error) { return f.ended[arn], nil }

func (f *fake) Plan(context.Context, string) (*release.Plan, error) { return f.plan, nil }

func (f *fake) Put(_ context.Context, _ string, detail events.Detail) {
	f.events = append(f.events, detail)
}

func (f *fake) rollback() *Rollback {
	return &Rollback{aliases: f, executions: f, events: f, targets: []release.Target{orders, stock}, machine: "weir"}
}

// heldAt is the description of this release at a weight.
func heldAt(percent int) release.Description {
	return release.Description{Stable: "6", Candidate: "7", At: percent, Lock: us}
}

// do rolls this release of both targets back.
func (f *fake) do(t *testing.T, change func(*handler.Task)) (handler.Result, error) {
	t.Helper()
	task := handler.Task{Action: "rollBack", Now: noon, Execution: release.Execution{ARN: executionARN},
		Plan: release.Plan{Kind: release.KindRelease, Targets: []release.PlannedTarget{
			{Function: "orders", Alias: "prod", Stable: "6", Candidate: "7"}, {Function: "stock", Alias: "prod", Stable: "6", Candidate: "7"}}},
		Progress: release.Progress{Step: 0, Weight: 10, Next: release.MoveRollBack,
			Ended: &release.Ended{Error: release.VerdictFailed, Cause: "Errors.", FailedVersion: true}}}
	change(&task)
	return f.rollback().Handle(t.Context(), task)
}

func TestRollbackReturnsWhatTheReleaseWrote(t *testing.T) {
	for _, percent := range []int{0, 10, 100} {
		t.Run(fmt.Sprint(percent), func(t *testing.T) {
			f := account()
			f.set(orders, release.Split("6", "7", percent), heldAt(percent))
			f.set(stock, release.Split("6", "7", percent), heldAt(percent))
			result, err := f.do(t, func(*handler.Task) {})
			if err != nil || result.Ended.Error != release.VerdictFailed || !strings.Contains(result.Ended.Cause, "stock:prod serves version 6 whole") {
				t.Fatalf("ended %+v, %v", result.Ended, err)
			}
			for _, alias := range f.aliases {
				if want := (release.Description{Stable: "6", Failed: "7", Returned: us}); alias.Route() != release.Whole("6") || alias.Description != want {
					t.Errorf("%s has %s, %s", alias.Target, alias.Route(), alias.Description)
				}
			}
		})
	}
}

// What somebody else set stays, and the cause says what the alias does.
func TestRollbackLeavesWhatSomebodyElseWrote(t *testing.T) {
	for _, test := range []struct {
		route release.Route
		says  string
	}{
		{release.Whole("7"), "left as found, with 100 % on version 7."},
		{release.Split("6", "7", 50), "left as found, with 50 % on version 6 and 50 % on version 7."},
		{release.Route{Version: "6", Other: "7", Percent: 10.4}, "left as found, with 89.6 % on version 6 and 10.4 % on version 7."},
		{release.Whole("9"), "left as found, with 100 % on version 9."},
	} {
		f := account()
		f.set(orders, test.route, heldAt(10))
		f.set(stock, release.Split("6", "7", 10), heldAt(10))
		result, err := f.do(t, func(*handler.Task) {})
		if err != nil || !strings.Contains(result.Ended.Cause, "orders:prod was moved by somebody else and is "+test.says) {
			t.Errorf("%s: ended %+v, %v; want %q", test.route, result.Ended, err, test.says)
		}
		if got := f.aliases["orders:prod"]; got.Route() != test.route || !got.Description.Lock.IsZero() {
			t.Errorf("%s became %s with %s", test.route, got.Route(), got.Description)
		}
		if f.aliases["stock:prod"].Route() != release.Whole("6") {
			t.Error("the other target was not restored")
		}
	}
}

func TestRollbackDecidesAgainAfterALostRace(t *testing.T) {
	f := account()
	f.set(orders, release.Split("6", "7", 10), heldAt(10))
	f.set(stock, release.Whole("6"), heldAt(0))
	f.between = func() { f.set(orders, release.Whole("7"), heldAt(10)) }
	result, err := f.do(t, func(*handler.Task) {})
	if err != nil || !strings.Contains(result.Ended.Cause, "orders:prod was moved by somebody else") || f.aliases["orders:prod"].Route() != release.Whole("7") {
		t.Errorf("ended %+v, %v; the alias has %s", result.Ended, err, f.aliases["orders:prod"].Route())
	}
}

func TestOneTargetThatCannotBeRestoredDoesNotHoldUpTheOthers(t *testing.T) {
	f := account()
	f.set(orders, release.Split("6", "7", 10), heldAt(10))
	f.set(stock, release.Split("6", "7", 10), heldAt(10))
	f.refuses["orders:prod"] = errors.New("denied")
	if _, err := f.do(t, func(*handler.Task) {}); err == nil || !strings.Contains(err.Error(), "denied") {
		t.Errorf("err = %v", err)
	}
	if got := f.aliases["stock:prod"]; got.Route() != release.Whole("6") || got.Description.Lock != us {
		t.Errorf("stock:prod has %s, %s; want it back, and held until the other is", got.Route(), got.Description)
	}
	delete(f.refuses, "orders:prod")
	if _, err := f.do(t, func(*handler.Task) {}); err != nil || !f.aliases["stock:prod"].Description.Lock.IsZero() || f.aliases["orders:prod"].Route() != release.Whole("6") {
		t.Errorf("the retry: %v", err)
	}
}

// A release that had settled to end well is finished, whatever failed after that.
func TestRollbackFinishesWhatHadSettled(t *testing.T) {
	finished := release.Description{Stable: "7", Previous: "6", Released: us}
	marked := heldAt(100)
	marked.Finishing = true
	for name, descriptions := range map[string][2]release.Description{
		"one finished, one marked": {finished, marked}, "both marked": {marked, marked}, "both finished": {finished, finished},
	} {
		t.Run(name, func(t *testing.T) {
			f := account()
			f.set(orders, release.Whole("7"), descriptions[0])
			f.set(stock, release.Whole("7"), descriptions[1])
			result, err := f.do(t, func(task *handler.Task) {
				task.Progress.Weight, task.Progress.Next, task.Progress.Ended = 100, release.MoveFinish, nil
				task.Failure = &handler.Failure{Error: "Lambda.Unknown", Cause: "no answer"}
			})
			if err != nil || result.Record == nil || result.Record.Outcome != release.Succeeded || result.Progress.Next != release.MoveSucceed || result.Ended != nil {
				t.Fatalf("record %+v, progress %+v, %v", result.Record, result.Progress, err)
			}
			for _, alias := range f.aliases {
				if alias.Route() != release.Whole("7") || alias.Description != finished {
					t.Errorf("%s has %s, %s", alias.Target, alias.Route(), alias.Description)
				}
			}
		})
	}
}

// One alias that does not say that it is finishing keeps the way back open.
func TestRollbackGoesBackBeforeTheReleaseHasSettled(t *testing.T) {
	f := account()
	marked := heldAt(100)
	marked.Finishing = true
	f.set(orders, release.Whole("7"), marked)
	f.set(stock, release.Whole("7"), heldAt(100))
	if _, err := f.do(t, func(task *handler.Task) { task.Progress.Weight = 100 }); err != nil {
		t.Fatal(err)
	}
	if f.writes[0].Target != stock {
		t.Errorf("the first write is to %s; want the alias that is not finishing", f.writes[0].Target)
	}
	for _, alias := range f.aliases {
		if alias.Route() != release.Whole("6") || alias.Description.Returned != us {
			t.Errorf("%s has %s, %s", alias.Target, alias.Route(), alias.Description)
		}
	}
}

// Somebody edited the description and took the lock off with it.
func TestRollbackReturnsItsOwnSplitWithoutItsDescription(t *testing.T) {
	f := account()
	f.set(orders, release.Split("6", "7", 10), release.Description{Note: "the orders team"})
	f.set(stock, release.Split("6", "7", 10), heldAt(10))
	result, err := f.do(t, func(*handler.Task) {})
	if err != nil || !strings.Contains(result.Ended.Cause, "orders:prod serves version 6 whole") {
		t.Fatalf("ended %+v, %v", result.Ended, err)
	}
	if got := f.aliases["orders:prod"].Description; got.Note != "the orders team" || got.Failed != "7" {
		t.Errorf("description = %s", got)
	}
}

func TestRollbackOfAnAliasThatIsGone(t *testing.T) {
	f := account()
	f.set(stock, release.Split("6", "7", 10), heldAt(10))
	result, err := f.do(t, func(*handler.Task) {})
	if err != nil || !strings.Contains(result.Ended.Cause, "orders:prod does not exist any more") || f.aliases["stock:prod"].Route() != release.Whole("6") {
		t.Errorf("ended %+v, %v", result.Ended, err)
	}
}

func TestWhyARollbackHappens(t *testing.T) {
	for _, test := range []struct {
		name    string
		next    release.Move
		failure handler.Failure
		error   string
		says    string
		failed  release.Versions
	}{
		{"a task that timed out", release.MoveAdvance, handler.Failure{Error: "States.Timeout"}, release.TimedOut, "States.Timeout", ""},
		{"an error of Lambda's", release.MoveAdvance, handler.Failure{Error: "Lambda.Unknown", Cause: "no answer"}, release.Internal, "Lambda.Unknown: no answer", ""},
		{"an error of ours", release.MoveAdvance, handler.Failure{Error: release.ProbeFailed, Cause: `{"errorMessage": "Probe 1: no", "errorType": "x"}`}, release.ProbeFailed, "Probe 1: no", "7"},
		{"a hook that is silent", release.MoveCallHooks, handler.Failure{Error: "States.Timeout"}, release.HookFailed, "limit", "7"},
		{"a hook with an error of its own", release.MoveCallHooks, handler.Failure{Error: "Custom.No", Cause: "stock is low"}, release.HookFailed, "Custom.No: stock is low", "7"},
		{"a hook without one", release.MoveCallHooks, handler.Failure{}, release.HookFailed, "says nothing", "7"},
		{"no reason", release.MoveRollBack, handler.Failure{}, release.Internal, "neither", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := account()
			f.set(orders, release.Split("6", "7", 10), heldAt(10))
			f.set(stock, release.Split("6", "7", 10), heldAt(10))
			result, err := f.do(t, func(task *handler.Task) { task.Progress.Next, task.Failure = test.next, &test.failure })
			if err != nil || result.Ended.Error != test.error || !strings.Contains(result.Ended.Cause, test.says) {
				t.Errorf("ended %+v, %v; want %s that says %q", result.Ended, err, test.error, test.says)
			}
			if got := f.aliases["orders:prod"].Description.Failed; got != test.failed {
				t.Errorf("failed versions %q, want %q", got, test.failed)
			}
		})
	}
}

// Lambda keeps traffic on the version that is left until the other has its
// provisioned concurrency: the rollback waits, and says how it stands.
func TestRollbackWaitsUntilTheAliasIsThere(t *testing.T) {
	f := account()
	f.set(orders, release.Whole("7"), heldAt(100))
	f.set(stock, release.Whole("7"), heldAt(100))
	f.after = func(route release.Route) release.Route {
		return release.Route{Version: route.Version, Other: "7", Percent: 100}
	}
	waiting, err := f.do(t, func(task *handler.Task) { task.Progress.Weight = 100 })
	if err != nil || waiting.Progress.Next != release.MoveReturn || len(f.writes) != 4 {
		t.Fatalf("progress %+v, %v, %d writes", waiting.Progress, err, len(f.writes))
	}
	again := func(at time.Time) handler.Result {
		result, err := f.do(t, func(task *handler.Task) {
			ended := task.Progress.Ended
			task.Progress, task.Now = *waiting.Progress, at
			task.Progress.Ended = ended
		})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	if result := again(noon.Add(time.Minute)); result.Progress.Next != release.MoveReturn {
		t.Errorf("after a minute: %s", result.Progress.Next)
	}
	late := again(noon.Add(time.Hour))
	if late.Progress.Next != release.MoveRollBack || !strings.Contains(late.Ended.Cause, "goes back to version 6 and has 100 % on version 7") {
		t.Errorf("after an hour: %s, %s", late.Progress.Next, late.Ended.Cause)
	}
	if len(f.writes) != 4 {
		t.Errorf("%d writes; what is on its way is written once", len(f.writes))
	}
	f.set(orders, release.Whole("6"), f.aliases["orders:prod"].Description)
	f.set(stock, release.Whole("6"), f.aliases["stock:prod"].Description)
	if there := again(noon.Add(2 * time.Minute)); there.Progress.Next != release.MoveRollBack || !strings.Contains(there.Ended.Cause, "orders:prod serves version 6 whole") {
		t.Errorf("once it is there: %s, %s", there.Progress.Next, there.Ended.Cause)
	}
}

func TestRequestedRollback(t *testing.T) {
	split := release.Split("6", "7", 20)
	asked := func(found release.Route) func(*handler.Task) {
		return func(task *handler.Task) {
			task.Plan.Kind = release.KindRollBack
			task.Plan.Targets = []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: "6", Candidate: "6", Found: found}}
		}
	}
	f := account()
	f.set(orders, split, release.Description{Stable: "6"})
	result, err := f.do(t, asked(split))
	if result.Ended == nil || result.Ended.Error != release.VerdictFailed { // as the plan says
		t.Errorf("ended %+v", result.Ended)
	}
	if err != nil || f.aliases["orders:prod"].Route() != release.Whole("6") || !strings.Contains(result.Ended.Cause, "orders:prod serves version 6 whole") {
		t.Errorf("a split made by hand: %+v, %v", result.Ended, err)
	}

	f.set(orders, release.Whole("9"), release.Description{})
	result, err = f.do(t, asked(split))
	if err != nil || result.Ended.Error != release.Drift || !strings.Contains(result.Ended.Cause, "left as found") {
		t.Errorf("moved since the plan: %+v, %v", result.Ended, err)
	}

	f.set(orders, split, release.Description{Stable: "6", Candidate: "7", At: 20, Lock: them})
	if result, err = f.do(t, asked(split)); err != nil || result.Ended.Error != release.AliasLocked || f.aliases["orders:prod"].Route() != split {
		t.Errorf("a release has begun since the plan: %+v, %v", result.Ended, err)
	}
	f.ended[tuesdayARN] = true
	if _, err = f.do(t, asked(split)); err != nil || f.aliases["orders:prod"].Route() != release.Whole("6") {
		t.Errorf("and has ended: %v", err)
	}
}

func TestRepairActsOnDeadLocksAlone(t *testing.T) {
	f := account()
	f.set(orders, release.Split("6", "7", 10), heldAt(10))
	running := heldAt(10)
	running.Lock = them
	f.set(stock, release.Split("6", "7", 10), running)
	f.ended[executionARN] = true
	if _, err := f.rollback().Handle(t.Context(), handler.Task{Action: "repair"}); err != nil {
		t.Fatal(err)
	}
	if f.aliases["orders:prod"].Route() != release.Whole("6") || f.aliases["stock:prod"].Route() != release.Split("6", "7", 10) || len(f.events) != 1 {
		t.Errorf("orders %s, stock %s, %d events", f.aliases["orders:prod"].Route(), f.aliases["stock:prod"].Route(), len(f.events))
	}
	f.set(orders, release.Whole("7"), heldAt(10)) // moved by hand before the release was stopped
	if _, err := f.rollback().Handle(t.Context(), handler.Task{Action: "repair"}); err != nil {
		t.Fatal(err)
	}
	if got := f.aliases["orders:prod"]; got.Route() != release.Whole("7") || !got.Description.Lock.IsZero() {
		t.Errorf("a move by hand became %s with %s", got.Route(), got.Description)
	}
}

// repair sweeps, or repairs after an execution that an event named.
func (f *fake) repair(t *testing.T, execution string) error {
	t.Helper()
	_, err := f.rollback().Handle(t.Context(), handler.Task{Action: "repair", Now: noon, Execution: release.Execution{ARN: execution}})
	return err
}

func TestRepairEndsAReleaseOnAllItsTargetsInOneDirection(t *testing.T) {
	marked := heldAt(100)
	marked.Finishing = true
	for _, test := range []struct {
		name          string
		orders, stock release.Description
		serves        string
	}{
		{"settled", marked, marked, "7"},
		{"not settled", marked, heldAt(100), "6"},
	} {
		f := account()
		f.ended[executionARN] = true
		f.plan = &release.Plan{Targets: []release.PlannedTarget{
			{Function: "orders", Alias: "prod", Stable: "6", Candidate: "7"}, {Function: "stock", Alias: "prod", Stable: "6", Candidate: "7"}}}
		f.set(orders, release.Whole("7"), test.orders)
		f.set(stock, release.Whole("7"), test.stock)
		if err := f.repair(t, ""); err != nil {
			t.Fatal(err)
		}
		for _, alias := range f.aliases {
			if alias.Route() != release.Whole(test.serves) || !alias.Description.Lock.IsZero() {
				t.Errorf("%s: %s has %s, %s", test.name, alias.Target, alias.Route(), alias.Description)
			}
		}
		if len(f.events) != 2 {
			t.Errorf("%s: %d events", test.name, len(f.events))
		}
	}
}

// Whoever can edit a description cannot choose where production goes.
func TestRepairMovesToNothingThatTheReleaseDidNotPlan(t *testing.T) {
	f := account()
	f.ended[executionARN] = true
	f.plan = &release.Plan{Targets: []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: "6", Candidate: "7"}}}
	forged := heldAt(100)
	forged.Stable = "3"
	f.set(orders, release.Whole("7"), forged)
	f.set(stock, release.Whole("6"), release.Description{})
	if err := f.repair(t, ""); err != nil {
		t.Fatal(err)
	}
	if got := f.aliases["orders:prod"]; got.Route() != release.Whole("7") || !got.Description.Lock.IsZero() {
		t.Errorf("orders has %s, %s; want it left, and free", got.Route(), got.Description)
	}
	for _, text := range []string{"$LATEST", "0", "-1", "06", "x"} {
		if read := release.ParseDescription("weir/1 stable=" + text + " candidate=7 at=100 lock=weir/monday"); read.Stable != "" {
			t.Errorf("stable=%s is read as %q", text, read.Stable)
		}
	}
}

func TestRepairLeavesAnotherPipelinesLock(t *testing.T) {
	f := account()
	theirs := heldAt(10)
	theirs.Lock = release.Holder{StateMachine: "other", Execution: "monday"}
	f.set(orders, release.Split("6", "7", 10), theirs)
	f.set(stock, release.Split("6", "7", 10), heldAt(10))
	f.ended[executionARN] = true
	if err := f.repair(t, ""); err != nil {
		t.Fatal(err)
	}
	if f.aliases["orders:prod"].Route() != release.Split("6", "7", 10) || f.aliases["stock:prod"].Route() != release.Whole("6") {
		t.Errorf("orders has %s, stock %s", f.aliases["orders:prod"].Route(), f.aliases["stock:prod"].Route())
	}
}

// The event that an execution was stopped names it, and its plan tells its own split.
func TestRepairAfterAStopFindsASplitWithoutItsDescription(t *testing.T) {
	f := account()
	f.plan = &release.Plan{Kind: release.KindRelease, Steps: []release.Step{{Weight: 10}, {Weight: 50}},
		Targets: []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: "6", Candidate: "7"}}}
	f.set(orders, release.Split("6", "7", 10), release.Description{Note: "the orders team"})
	f.set(stock, release.Whole("6"), release.Description{})
	if err := f.repair(t, executionARN); err != nil || f.aliases["orders:prod"].Route() != release.Split("6", "7", 10) {
		t.Errorf("while the execution runs: %v, %s", err, f.aliases["orders:prod"].Route())
	}
	f.ended[executionARN] = true
	if err := f.repair(t, executionARN); err != nil || f.aliases["orders:prod"].Route() != release.Whole("6") || len(f.events) != 1 {
		t.Errorf("once it has ended: %v, %s, %d events", err, f.aliases["orders:prod"].Route(), len(f.events))
	}
	f.set(orders, release.Split("6", "7", 30), release.Description{})
	if err := f.repair(t, executionARN); err != nil || f.aliases["orders:prod"].Route() != release.Split("6", "7", 30) {
		t.Errorf("a weight that was not planned: %v, %s", err, f.aliases["orders:prod"].Route())
	}
}
