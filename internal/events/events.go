// Package events puts the events of a release on the default event bus, for
// notices, dashboards and audit. The alias and the execution are the truth; the
// events tell of it, at least once.
package events

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/internal/release"
)

// Source is the source of every event.
const Source = "weir"

// The detail-types. They are an API.
const (
	ReleaseStarted    = "Release Started"
	StepShifted       = "Release Step Shifted"
	Judged            = "Release Judged"
	Held              = "Release Held"               // at the look that begins a hold
	ApprovalRequested = "Release Approval Requested" // put by the workflow, with a task token
	Promoted          = "Release Promoted"
	ReleaseSucceeded  = "Release Succeeded"
	ReleaseRolledBack = "Release Rolled Back"
	AliasRepaired     = "Release Alias Repaired"
)

// Detail is the detail of every event.
type Detail struct {
	Execution string                  `json:"execution"`
	Targets   []release.PlannedTarget `json:"targets"`
	Weight    int                     `json:"weight"` // percent of traffic to the candidate
	Phase     release.Phase           `json:"phase,omitempty"`
	Outcome   string                  `json:"outcome,omitempty"`
	Error     string                  `json:"error,omitempty"`
	Why       string                  `json:"why,omitempty"`
}

// Bus is the default event bus.
type Bus struct {
	api *eventbridge.Client
}

// New returns the default event bus of the account and region of config.
func New(config aws.Config) *Bus { return &Bus{api: eventbridge.NewFromConfig(config)} }

// putLimit is how long an event may take, repeated attempts included. It is short
// beside the limit of every task that puts one.
const putLimit = 3 * time.Second

// Put records one event. A failure is logged and does not stop the release, and a bus
// that does not answer is given up: nothing that protects traffic waits for an event.
func (b *Bus) Put(ctx context.Context, detailType string, detail Detail) {
	ctx, cancel := context.WithTimeout(ctx, putLimit)
	defer cancel()
	if err := b.put(ctx, detailType, detail); err != nil {
		slog.ErrorContext(ctx, "event not put", "detailType", detailType, "execution", detail.Execution, "error", err.Error())
	}
}

func (b *Bus) put(ctx context.Context, detailType string, detail Detail) error {
	body, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	out, err := b.api.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		Source: aws.String(Source), DetailType: &detailType, Detail: aws.String(string(body)),
		Resources: []string{detail.Execution},
	}}})
	if err != nil {
		return fmt.Errorf("put event: %w", err)
	}
	if out.FailedEntryCount > 0 {
		return fmt.Errorf("put event: %s: %s", aws.ToString(out.Entries[0].ErrorCode), aws.ToString(out.Entries[0].ErrorMessage))
	}
	return nil
}
