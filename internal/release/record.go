package release

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxRecord bounds the record in the execution's output or cause, in bytes: the
// Cause of a Fail state may hold 32 KiB.
const MaxRecord = 32 * 1024

// Record is the whole story of a release, as the execution's output or cause
// holds it.
type Record struct {
	Outcome   string          `json:"outcome"` // succeeded, rolledBack
	Error     string          `json:"error,omitempty"`
	Why       string          `json:"why"`
	Targets   []PlannedTarget `json:"targets"`
	Steps     []Reached       `json:"steps"`
	StartedAt time.Time       `json:"startedAt"`
	EndedAt   time.Time       `json:"endedAt"`
	Looks     int             `json:"looks"`
	Asked     []Asked         `json:"asked,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	By        string          `json:"by,omitempty"`
}

// Outcomes of a release.
const (
	Succeeded  = "succeeded"
	RolledBack = "rolledBack"
)

// NewRecord tells the story of a plan and its progress.
func NewRecord(plan Plan, progress Progress, outcome string, now time.Time) Record {
	return Record{
		Outcome: outcome, Why: progress.Verdict, Targets: plan.Targets, Steps: orEmpty(progress.Reached),
		StartedAt: plan.StartedAt, EndedAt: now, Looks: progress.Looks, Asked: progress.Asked, Reason: plan.Reason, By: plan.By,
	}
}

// Cause is the text of a Fail state: sentences for the reader, then the record,
// at most MaxRecord bytes.
func (r Record) Cause(sentences ...string) (string, error) {
	text := strings.Join(sentences, " ")
	story, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("write the record: %w", err)
	}
	// Long plans shed their earliest steps first: the end is what explains.
	for len(text)+len(story)+2 > MaxRecord && len(r.Steps) > 1 {
		r.Steps = r.Steps[len(r.Steps)/2:]
		if story, err = json.Marshal(r); err != nil {
			return "", fmt.Errorf("write the record: %w", err)
		}
	}
	cause := text + "\n\n" + string(story)
	if len(cause) > MaxRecord {
		cause = cause[:MaxRecord]
		for !utf8.ValidString(cause) {
			cause = cause[:len(cause)-1]
		}
	}
	return cause, nil
}
