package release

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// MaxRecord bounds the record in the execution's output or cause, in bytes: the
// Cause of a Fail state may hold 32 KiB.
const MaxRecord = 32 * 1024

// Record is the whole story of a release, as the execution's output or cause
// holds it.
type Record struct {
	Outcome      string          `json:"outcome"` // succeeded, rolledBack
	Error        string          `json:"error,omitempty"`
	Why          string          `json:"why"`
	Targets      []PlannedTarget `json:"targets"`
	Planned      Planned         `json:"planned"`
	Steps        []SetWeight     `json:"steps"` // every weight that was set
	StartedAt    time.Time       `json:"startedAt"`
	EndedAt      time.Time       `json:"endedAt"`
	Observations int             `json:"observations"`
	Commands     []GivenCommand  `json:"commands,omitempty"`
	Reason       string          `json:"reason,omitempty"`
	By           string          `json:"by,omitempty"`
}

// Planned is what a release was to do, as far as its record tells.
type Planned struct {
	Steps        []Step            `json:"steps"`
	WatchSeconds int               `json:"watchSeconds"`
	Judge        PlannedJudge      `json:"judge"`
	Alarms       []PlannedAlarm    `json:"alarms,omitempty"`
	Approvals    []PlannedApproval `json:"approvals,omitempty"`
	Hooks        []PlannedHook     `json:"hooks,omitempty"`
}

// Outcomes of a release.
const (
	Succeeded  = "succeeded"
	RolledBack = "rolledBack"
)

// NewRecord tells the story of a plan and its progress.
func NewRecord(plan Plan, progress Progress, outcome string, now time.Time) Record {
	return Record{
		Planned: Planned{Steps: plan.Steps, WatchSeconds: plan.Watch, Judge: plan.Judge, Alarms: plan.Alarms,
			Approvals: plan.Approvals, Hooks: plan.Hooks},
		Outcome: outcome, Why: progress.why(), Targets: plan.Targets, Steps: orEmpty(progress.Weights),
		StartedAt: plan.StartedAt, EndedAt: now, Observations: progress.Observations, Commands: progress.Commands, Reason: plan.Reason, By: plan.By,
	}
}

// why is the last verdict, behind what was seen of a candidate that was promoted
// without proof.
func (p Progress) why() string {
	if p.Seen == "" || p.Seen == p.Verdict {
		return p.Verdict
	}
	return strings.TrimSpace(p.Seen + " " + p.Verdict)
}

// Within sheds what explains least until the record's JSON has at most size
// bytes: first the earliest steps, then what was planned beside the steps.
func (r Record) Within(size int) (Record, error) {
	for {
		story, err := json.Marshal(r)
		switch {
		case err != nil:
			return Record{}, fmt.Errorf("write the record: %w", err)
		case len(story) <= size:
			return r, nil
		case len(r.Steps) > 1:
			r.Steps = r.Steps[(len(r.Steps)+1)/2:]
		case len(r.Planned.Alarms)+len(r.Planned.Hooks)+len(r.Planned.Approvals) > 0:
			r.Planned.Alarms, r.Planned.Hooks, r.Planned.Approvals = nil, nil, nil
		default:
			return r, nil
		}
	}
}

// Cause is the text of a Fail state: sentences for the reader, then the record,
// at most MaxRecord bytes.
func (r Record) Cause(sentences ...string) (string, error) {
	text := strings.Join(sentences, " ") + "\n\n"
	record, err := r.Within(MaxRecord - len(text))
	if err != nil {
		return "", err
	}
	story, err := json.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("write the record: %w", err)
	}
	return cut(text+string(story), MaxRecord), nil
}
