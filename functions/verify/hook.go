package main

import (
	"context"
	"encoding/json"
	"fmt"

	"weir/internal/handler"
	"weir/internal/release"
)

// hookEvent is what a hook is called with.
type hookEvent struct {
	Token     string           `json:"token"` // answers later, by SendTaskSuccess or SendTaskFailure
	At        release.Stage    `json:"at"`
	Execution string           `json:"execution"`
	Plan      release.Plan     `json:"plan"`
	Progress  release.Progress `json:"progress"`
}

// hookAnswer is what a hook answers at once: pass or fail. Anything else means
// that it will answer by the token.
type hookAnswer struct {
	Answer string `json:"answer"`
	Why    string `json:"why"`
}

// hook calls one hook. The workflow waits for the task token, so a hook that
// answers at once has its answer passed on here.
func (v *Verify) hook(ctx context.Context, task handler.Task) (handler.Result, error) {
	event, err := json.Marshal(hookEvent{Token: task.Token, At: task.Hook.At, Execution: task.Execution.ARN,
		Plan: task.Plan, Progress: task.Progress})
	if err != nil {
		return handler.Result{}, fmt.Errorf("write the hook's event: %w", err)
	}
	answer, err := v.functions.Invoke(ctx, task.Hook.Function, "", event)
	if err != nil {
		return handler.Result{}, err
	}
	if answer.Failed {
		return handler.Result{}, release.Errorf(release.HookFailed, "Hook %s failed at %s: %s", task.Hook.Function, task.Hook.At, answer.Payload)
	}
	var said hookAnswer
	if json.Unmarshal(answer.Payload, &said) != nil {
		return handler.Result{}, nil //nolint:nilerr // not an answer: it comes by the token
	}
	switch said.Answer {
	case "pass":
		return handler.Result{}, v.tasks.Succeed(ctx, task.Token, answer.Payload)
	case "fail":
		return handler.Result{}, release.Errorf(release.HookFailed, "Hook %s refused at %s: %s", task.Hook.Function, task.Hook.At, said.Why)
	}
	return handler.Result{}, nil
}
