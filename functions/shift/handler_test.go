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

func TestShiftMovesEveryTargetOnce(t *testing.T) {
	f := account()
	f.heldAt(10)
	at10 := func(task *handler.Task) { task.Progress.Step, task.Progress.Weight = 0, 10 }
	result, err := f.do(t, handler.ActionShift, at10)
	if err != nil || result.Progress.Weight != 50 || len(f.writes) != 2 {
		t.Fatalf("progress %+v, %d writes, %v", result.Progress, len(f.writes), err)
	}
	if _, err := f.do(t, handler.ActionShift, at10); err != nil || len(f.writes) != 2 {
		t.Errorf("a retry: %v, %d writes; want it to find its own", err, len(f.writes))
	}
	if mark := f.aliases["stock:prod"].Description; mark.At != 50 {
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
			f.heldAt(10)
			f.set(stock, route, f.aliases["stock:prod"].Description)
			_, err := f.do(t, handler.ActionShift, func(task *handler.Task) { task.Progress.Step, task.Progress.Weight = 0, 10 })
			wantError(t, err, release.Drift, "stock:prod")
			if len(f.writes) != 0 {
				t.Errorf("writes = %+v", f.writes)
			}
		})
	}
}

func TestFinishWaitsForAnAliasOnItsWay(t *testing.T) {
	f := account()
	f.heldAt(100)
	f.set(stock, release.Route{Version: "7", Other: "6", Percent: 100}, f.aliases["stock:prod"].Description)
	promoted := func(task *handler.Task) { task.Progress = task.Progress.PromotedAt(task.Plan, noon) }
	_, err := f.do(t, handler.ActionFinish, promoted)
	wantError(t, err, release.NotYet, "stock:prod", "version 6")
	if len(f.writes) != 0 {
		t.Errorf("writes = %+v", f.writes)
	}
	f.set(stock, release.Whole("7"), f.aliases["stock:prod"].Description)
	result, err := f.do(t, handler.ActionFinish, promoted)
	if err != nil || result.Record.Outcome != release.Succeeded || result.Record.EndedAt.Sub(noon) != 0*time.Second {
		t.Fatalf("record %+v, %v", result.Record, err)
	}
	if mark := f.aliases["stock:prod"].Description; mark != (release.Description{Stable: "7", Previous: "6", Released: us}) {
		t.Errorf("mark = %s", mark)
	}
}

// Both aliases say that they are finishing before either gives its lock back.
func TestFinishRecordsItsIntentFirst(t *testing.T) {
	f := account()
	f.heldAt(100)
	promoted := func(task *handler.Task) { task.Progress = task.Progress.PromotedAt(task.Plan, noon) }
	if _, err := f.do(t, handler.ActionFinish, promoted); err != nil {
		t.Fatal(err)
	}
	if len(f.writes) != 4 || !f.writes[0].Description.Finishing || !f.writes[1].Description.Finishing || !f.writes[2].Description.Lock.IsZero() {
		t.Errorf("writes = %+v", f.writes)
	}
	if _, err := f.do(t, handler.ActionFinish, promoted); err != nil || len(f.writes) != 4 {
		t.Errorf("a retry: %v, %d writes", err, len(f.writes))
	}
}

func TestLockTakesOverOnlyWhatADeadReleaseLeftWhole(t *testing.T) {
	f := account()
	dead := release.Description{Stable: "6", Candidate: "5", Lock: them}
	f.set(orders, release.Whole("6"), dead)
	_, err := f.do(t, handler.ActionLock, func(*handler.Task) {})
	wantError(t, err, release.AliasLocked)
	f.ended["arn:aws:states:eu-west-1:111122223333:execution:weir:tuesday"] = true
	if _, err := f.do(t, handler.ActionLock, func(*handler.Task) {}); err != nil {
		t.Fatal(err)
	}
	if mark := f.aliases["orders:prod"].Description; mark.Lock != us || mark.Candidate != "7" {
		t.Errorf("mark = %s", mark)
	}
}

func TestAnUnknownActionIsRefused(t *testing.T) {
	_, err := account().do(t, "judge", func(*handler.Task) {})
	wantError(t, err, release.InvalidRequest, `"judge"`)
}
