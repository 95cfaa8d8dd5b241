// Package doctor looks at an AWS account and region and tells whether Weir can run
// there. It reads, simulates and validates: it moves no traffic, creates nothing
// and leaves nothing behind. What an account may contradict is listed, with its
// sources, in docs/aws.md.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/smithy-go"
)

// Status is what a check came to.
type Status string

// The statuses. NotChecked is for what could not be asked: it is never OK.
const (
	OK         Status = "ok"
	Warning    Status = "warning"
	Failed     Status = "failed"
	NotChecked Status = "not checked"
)

// Finding is one line of the report.
type Finding struct {
	// Check names what was looked at, such as "target orders:prod".
	Check  string `json:"check"`
	Status Status `json:"status"`
	// Found is what was there, in a sentence.
	Found string `json:"found"`
	// Remedy is what to do next; empty where nothing is wrong.
	Remedy string `json:"remedy,omitempty"`
}

// Check is one look at the account.
type Check struct {
	Name string
	Look func(ctx context.Context) []Finding
}

// limit bounds one check, so that the whole takes less than a minute.
const limit = 10 * time.Second

// Run carries out the checks in order and returns their findings.
func Run(ctx context.Context, checks []Check) []Finding {
	var findings []Finding
	for _, check := range checks {
		within, cancel := context.WithTimeout(ctx, limit)
		found := check.Look(within)
		cancel()
		for _, finding := range found {
			if finding.Check == "" {
				finding.Check = check.Name
			}
			findings = append(findings, finding)
		}
	}
	return findings
}

// AnyFailed tells whether a finding failed.
func AnyFailed(findings []Finding) bool {
	for _, finding := range findings {
		if finding.Status == Failed {
			return true
		}
	}
	return false
}

func one(status Status, found, remedy string) []Finding {
	return []Finding{{Status: status, Found: found, Remedy: remedy}}
}

// unasked is the finding for a call that got no answer. permission is what the
// caller needs for it.
func unasked(err error, permission string) []Finding {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
			return one(NotChecked, "You may not ask: "+api.ErrorMessage(), "Allow yourself "+permission+", and run it again.")
		}
		return one(NotChecked, fmt.Sprintf("AWS answered %s: %s", api.ErrorCode(), api.ErrorMessage()), "Run it again; it needs "+permission+".")
	}
	return one(NotChecked, fmt.Sprintf("There was no answer: %v", err), "Check the network and the endpoint; with a local cloud, that weir local up runs.")
}
