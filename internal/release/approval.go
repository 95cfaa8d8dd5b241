package release

import (
	"cmp"
	"encoding/json"
	"strings"
)

// Approval makes a step wait for a person.
type Approval struct {
	// Before is the weight of the step to hold before; 100 or absent means
	// promotion.
	Before    int      `json:"before,omitempty"`
	Limit     Duration `json:"limit,omitempty"`
	Otherwise Policy   `json:"otherwise,omitempty"` // when nobody answers: rollBack or advance
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

// ParseAnswer reads what an approval's task token was answered with: a decision, or
// the error that ended the waiting. by says who gave it. Anything but a clear yes
// is a no; an answer of another shape is told as it came.
func ParseAnswer(answer json.RawMessage) (decision Command, by string) {
	var said struct {
		Decision any
		By       any
		Failure  *struct{ Error, Cause any }
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		return CommandUnclear, briefly(answer)
	}
	by, _ = said.By.(string)
	if said.Failure != nil {
		name, _ := said.Failure.Error.(string)
		cause, _ := said.Failure.Cause.(string)
		switch {
		case name == stateTimeout:
			return CommandExpired, ""
		case strings.HasPrefix(name, "EventBridge.") || strings.HasPrefix(name, "States."):
			return CommandUnclear, name // nobody could be asked
		}
		return CommandReject, cmp.Or(cause, name)
	}
	switch said.Decision {
	case string(CommandApprove):
		return CommandApprove, by
	case string(CommandReject):
		return CommandReject, by
	}
	return CommandUnclear, briefly(answer)
}

// briefly is an answer as far as an alias's description has room for it.
func briefly(answer json.RawMessage) string {
	const most = 60
	return cut(strings.Join(strings.Fields(string(answer)), " "), most)
}
