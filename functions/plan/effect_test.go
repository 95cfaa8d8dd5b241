package main

import (
	"testing"
	"time"

	"weir/internal/handler"
	"weir/internal/release"
)

const tuesdayARN = "arn:aws:states:eu-west-1:111122223333:execution:weir:tuesday"

// effect asks what became of a pause, minutes after it was given to tuesday's release.
func (f *fake) effect(t *testing.T, minutes int) (handler.Result, error) {
	t.Helper()
	return f.planner().Handle(t.Context(), handler.Task{Action: handler.ActionEffect, Now: noon.Add(time.Duration(minutes) * time.Minute),
		Execution: release.Execution{ARN: executionARN, StartedAt: noon},
		Plan: release.Plan{Kind: release.KindCommand, Command: release.CommandPause, Done: "asked",
			Given: []release.GivenTo{{Execution: tuesdayARN, ID: "p", Function: "orders", Alias: "prod"}}}})
}

func TestEffectIsAwaitedAndTold(t *testing.T) {
	f := account()
	f.set(orders, release.Split("6", "7", 10), release.Description{Stable: "6", Candidate: "7", At: 10, Lock: them, Commands: "pause/p/ada"})
	for minutes, wait := range map[int]int{0: 5, 2: 30, 600: 300} {
		result, err := f.effect(t, minutes)
		if err != nil || result.Progress.Next != release.MoveAwait || result.Progress.Wait != wait {
			t.Errorf("after %d minutes: %+v, %v; want to wait %d s", minutes, result.Progress, err, wait)
		}
	}
	f.progress = &release.Progress{Commands: []release.GivenCommand{{ID: "p"}}}
	if result, err := f.effect(t, 1); err != nil || result.Progress.Next == release.MoveAwait || result.Plan.Done != "asked; the release acted on it" {
		t.Errorf("acted on: %+v, %v", result.Plan, err)
	}
	f.progress = nil
	f.ended[tuesdayARN] = true
	if _, err := f.effect(t, 1); !release.IsError(err, release.NoEffect) {
		t.Errorf("too late: %v", err)
	}
}
