package handler

import (
	"encoding/json"
	"time"

	"weir/internal/release"
)

// Actions of the handlers, as the workflow's definition names them.
const (
	ActionPlan     = "plan" // functions/plan, and effect
	ActionEffect   = "effect"
	ActionLock     = "lock" // functions/shift, down to finish
	ActionCommand  = "command"
	ActionAnswer   = "answer"
	ActionShift    = "shift"
	ActionPromote  = "promote"
	ActionFinish   = "finish"
	ActionProbe    = "probe" // functions/verify
	ActionJudge    = "judge"
	ActionHook     = "hook"
	ActionRollBack = "rollBack" // functions/rollback
	ActionRepair   = "repair"   // of the rules and the schedule, not of the workflow
)

// Task is what the workflow sends to a handler. Plan and Progress are absent
// only when the plan itself is asked for.
type Task struct {
	Action    string            `json:"action"`
	Execution release.Execution `json:"execution"`
	// Now is when the state was entered: the same in every retry, so that a
	// handler can be replayed. No handler reads the process clock.
	Now      time.Time        `json:"now"`
	Request  json.RawMessage  `json:"request,omitempty"`
	Plan     release.Plan     `json:"plan,omitzero"`
	Progress release.Progress `json:"progress,omitzero"`
	Failure  *Failure         `json:"failure,omitempty"`
	// Hook and Token come with a hook to call, Answer with a person's answer.
	// Whoever has the token may answer anything, so an answer is read with care.
	Hook   release.PlannedHook `json:"hook,omitzero"`
	Token  string              `json:"token,omitempty"`
	Answer json.RawMessage     `json:"answer,omitempty"`
}

// Failure is the error that a Catch of the workflow caught. Either may be empty:
// a task that timed out has no cause, and whoever answers a task token may leave
// out both.
type Failure struct {
	Error string `json:"Error"`
	Cause string `json:"Cause"`
}

// Message returns the message inside the cause: Lambda wraps a function's error in
// JSON.
func (f Failure) Message() string {
	var wrapped struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(f.Cause), &wrapped) == nil && wrapped.Message != "" {
		return wrapped.Message
	}
	return f.Cause
}

// Result is what a handler gives back to the workflow.
type Result struct {
	Plan     *release.Plan     `json:"plan,omitempty"`
	Progress *release.Progress `json:"progress,omitempty"`
	Record   *release.Record   `json:"record,omitempty"`
	Ended    *release.Ended    `json:"ended,omitempty"`
}
