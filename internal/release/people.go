package release

import (
	"cmp"
	"encoding/json"
	"strings"
)

// Ask is what a person asks of a running release. It travels in the alias's
// mark, so that only who may start executions can ask, and each is on record.
type Ask string

// What a person may ask. Approve, reject and expired answer an approval and
// come by its task token; the others come as a request of their own.
const (
	AskPause   Ask = "pause"
	AskResume  Ask = "resume"
	AskSkip    Ask = "skip"    // end the present bake now
	AskPromote Ask = "promote" // promote without the remaining steps or evidence
	AskAbort   Ask = "abort"
	AskApprove Ask = "approve"
	AskReject  Ask = "reject"
	AskExpired Ask = "expired" // nobody answered in time
	AskUnclear Ask = "unclear" // an answer that is neither yes nor no; By holds it
	// AskWaiting is nobody's command: the release notes by it that it waits for
	// an approval.
	AskWaiting Ask = "waiting"
)

// Answered reads what an approval's task token was answered with: a decision, or
// the error that ended the waiting. by says who gave it. Anything but a clear yes
// is a no; an answer of another shape is told as it came.
func Answered(answer json.RawMessage) (decision Ask, by string) {
	var said struct {
		Decision any
		By       any
		Failure  *struct{ Error, Cause any }
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		return AskUnclear, briefly(answer)
	}
	by, _ = said.By.(string)
	if said.Failure != nil {
		name, _ := said.Failure.Error.(string)
		cause, _ := said.Failure.Cause.(string)
		switch {
		case name == stateTimeout:
			return AskExpired, ""
		case strings.HasPrefix(name, "EventBridge.") || strings.HasPrefix(name, "States."):
			return AskUnclear, name // nobody could be asked
		}
		return AskReject, cmp.Or(cause, name)
	}
	switch said.Decision {
	case string(AskApprove):
		return AskApprove, by
	case string(AskReject):
		return AskReject, by
	}
	return AskUnclear, briefly(answer)
}

// briefly is an answer as far as an alias's mark has room for it.
func briefly(answer json.RawMessage) string {
	const most = 60
	return cut(strings.Join(strings.Fields(string(answer)), " "), most)
}

// Approval makes a step wait for a person.
type Approval struct {
	// Before is the weight of the step to hold before; 100 or absent means
	// promotion.
	Before    int       `json:"before,omitempty"`
	Limit     *Duration `json:"limit,omitempty"`
	Otherwise Policy    `json:"otherwise,omitempty"` // when nobody answers: rollBack or advance
}

// PlannedApproval is an approval with its step resolved.
type PlannedApproval struct {
	Step         int    `json:"step"` // index; len(plan.Steps) is promotion
	LimitSeconds int    `json:"limitSeconds"`
	Otherwise    Policy `json:"otherwise"`
}

func (p Plan) approvalBefore(step int) *PlannedApproval {
	for i := range p.Approvals {
		if p.Approvals[i].Step == step {
			return &p.Approvals[i]
		}
	}
	return nil
}

// planApprovals finds the step of each approval.
func planApprovals(approvals []Approval, steps []Step) ([]PlannedApproval, error) {
	planned := []PlannedApproval{}
	for i, approval := range approvals {
		step := len(steps)
		if approval.Before != 0 && approval.Before != 100 {
			step = -1
			for j, s := range steps {
				if s.Weight == approval.Before {
					step = j
				}
			}
			if step < 0 {
				return nil, Errorf(InvalidRequest, "approvals[%d].before is %d, which is no step of the strategy; name a step's weight, or 100 for promotion.", i, approval.Before)
			}
		}
		planned = append(planned, PlannedApproval{Step: step, LimitSeconds: approval.Limit.Seconds(), Otherwise: approval.Otherwise})
	}
	return planned, nil
}

// Stage is a point of a release at which hooks are called.
type Stage string

// The stages.
const (
	BeforeTraffic   Stage = "beforeTraffic"
	AtStep          Stage = "step" // after each shift
	BeforePromotion Stage = "beforePromotion"
	AfterPromotion  Stage = "afterPromotion"
)

// Hook is a Lambda function that is asked at a stage. It answers at once or by
// task token; refusing, failing and silence fail the release.
type Hook struct {
	At       Stage     `json:"at"`
	Function string    `json:"function"`
	Limit    *Duration `json:"limit,omitempty"`
}

// PlannedHook is a hook with its default filled in.
type PlannedHook struct {
	At           Stage  `json:"at"`
	Function     string `json:"function"`
	LimitSeconds int    `json:"limitSeconds"`
}

func planHooks(hooks []Hook) []PlannedHook {
	planned := []PlannedHook{}
	for _, hook := range hooks {
		planned = append(planned, PlannedHook{At: hook.At, Function: hook.Function, LimitSeconds: hook.Limit.Seconds()})
	}
	return planned
}

// hooksBefore are the stages passed before a move, made at the step in force.
func hooksBefore(move Move, step int) []Stage {
	var stages []Stage
	if step < 0 {
		stages = append(stages, BeforeTraffic)
	}
	if move == MovePromote {
		stages = append(stages, BeforePromotion)
	}
	return stages
}
