package handler

import (
	"encoding/json"
	"fmt"
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

// Check refuses a task that the workflow never sends: a plan without targets, steps
// that a strategy cannot have, a progress that is outside its plan. What a handler
// works on is then safe to index.
func (t Task) Check() error {
	plan, progress := t.Plan, t.Progress
	refuse := func(field string, value any, want string) error {
		return release.Errorf(release.InvalidRequest, "%s is %v; it must be %s.", field, value, want)
	}
	if len(plan.Targets) == 0 {
		return refuse("plan.targets", "empty", "at least one target")
	}
	for i, step := range plan.Steps {
		switch {
		case step.Weight < 1 || step.Weight > 99:
			return refuse(fmt.Sprintf("plan.steps[%d].weight", i), step.Weight, "from 1 to 99")
		case step.BakeSeconds < 0:
			return refuse(fmt.Sprintf("plan.steps[%d].bakeSeconds", i), step.BakeSeconds, "0 or more")
		}
	}
	switch {
	case progress.Step < -1 || progress.Step > len(plan.Steps):
		return refuse("progress.step", progress.Step, fmt.Sprintf("from -1 to %d", len(plan.Steps)))
	case progress.Weight < 0 || progress.Weight > 100:
		return refuse("progress.weight", progress.Weight, "from 0 to 100")
	case t.Action == ActionShift && progress.Step >= len(plan.Steps)-1:
		return refuse("progress.step", progress.Step, "before the last step of the plan")
	case t.Action == ActionJudge && progress.Step == len(plan.Steps) && progress.Phase != release.Watching && len(plan.Steps) > 0:
		return refuse("progress.phase", progress.Phase, "watching after the last step")
	}
	return nil
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
