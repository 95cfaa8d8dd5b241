package main

import (
	"strings"
	"testing"

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
	_, err := f.plan(t, `{"target": {"function": "orders"}, "hooks": [{"at": "step", "function": "a-hook"}, {"at": "beforeTraffic", "function": "a-hook"}, {"at": "step", "function": "b-hook"}]}`)
	wantError(t, err, release.HookNotCallable, "b-hook")
	if len(f.asked) != 2 {
		t.Errorf("asked about %v; want each hook once", f.asked)
	}
}

func TestFreezeIsAParameter(t *testing.T) {
	for _, test := range []struct{ name, freeze, parameter string }{
		{"of one function", `{"target": {"function": "orders"}, "freeze": {"for": "1h"}, "by": "ada", "reason": "sale"}`, "/weir/weir/freeze/orders"},
		{"of everything", `{"target": {"function": "stock"}, "freeze": {"for": "1h", "everything": true}, "by": "ada", "reason": "sale"}`, "/weir/weir/freeze"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := account()
			if _, err := f.plan(t, `{"target": {"function": "orders"}}`); err != nil {
				t.Fatalf("before the freeze: %v", err)
			}
			if _, err := f.plan(t, test.freeze); err != nil {
				t.Fatal(err)
			}
			if len(f.parameters) != 1 || !strings.Contains(f.parameters[test.parameter], "by ada: sale") {
				t.Errorf("parameters = %v", f.parameters)
			}
			_, err := f.plan(t, `{"target": {"function": "orders"}}`)
			wantError(t, err, release.Frozen, "2026-03-04T13:00:00Z", "sale")
			if _, err := f.plan(t, strings.Replace(test.freeze, "1h", "0m", 1)); err != nil || len(f.parameters) != 0 {
				t.Errorf("ended: %v, parameters %v", err, f.parameters)
			}
		})
	}
	f := account()
	_, err := f.plan(t, `{"target": {"function": "nothing"}, "freeze": {"for": "1h"}}`)
	wantError(t, err, release.TargetNotFound)
	if _, err := f.plan(t, `{"target": {"function": "orders"}, "freeze": {"for": "1h"}}`); err != nil {
		t.Fatal(err)
	}
	if _, err := f.plan(t, `{"target": {"function": "stock"}}`); err != nil {
		t.Errorf("a freeze of another function: %v", err)
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
		{"of a split made by hand", back, func(f *fake) { f.set(orders, split, release.Description{Stable: "6", Previous: "5"}) }, "6", ""},
		{"of an alias without a mark", back, func(f *fake) { f.set(orders, split, release.Description{}) }, "", release.NothingToRollBack},
		{"while a release runs", back, func(f *fake) {
			f.set(orders, split, release.Description{Stable: "6", Candidate: "7", At: 20, Lock: them})
		}, "", release.AliasLocked},
		{"after a release that has ended", back, func(f *fake) {
			f.set(orders, split, release.Description{Stable: "6", Candidate: "7", At: 20, Lock: them})
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
			result, err := f.plan(t, test.request)
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
		})
	}
}

func TestACommandIsPlannedForShift(t *testing.T) {
	result, err := account().plan(t, `{"target": {"function": "orders"}, "command": "promote", "by": "ada"}`)
	if err != nil {
		t.Fatal(err)
	}
	plan := result.Plan
	if plan.Kind != release.KindCommand || plan.Command != release.CommandPromote || plan.By != "ada" || len(plan.Targets) != 1 || plan.Targets[0].Target() != orders {
		t.Errorf("plan = %+v", plan)
	}
}

func TestAnotherActionIsRefused(t *testing.T) {
	_, err := account().planner().Handle(t.Context(), handler.Task{Action: handler.ActionShift})
	wantError(t, err, release.InvalidRequest, `"shift"`)
}
