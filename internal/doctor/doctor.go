// Package doctor looks at an AWS account and region and tells whether Weir can run
// there. It reads, simulates and validates: it moves no traffic, creates nothing
// and leaves nothing behind. What an account may contradict is listed, with its
// sources, in docs/contribute/aws.md.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/aws/smithy-go"

	"weir/internal/awserr"
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
	// After names a check without whose success this one says nothing; it is left
	// out where that one did not succeed.
	After string
}

func (c Check) after(name string) Check {
	c.After = name
	return c
}

// limit bounds one check, and whole all of them: an answer comes within a minute.
const (
	limit = 10 * time.Second
	whole = 50 * time.Second
)

// Run carries out the checks in order and returns their findings. A check that has
// no time left is not checked.
func Run(ctx context.Context, checks []Check) []Finding {
	ctx, cancel := context.WithTimeout(ctx, whole)
	defer cancel()
	var findings []Finding
	ended := map[string]bool{} // by the name of a check: what comes after it is left out
	for _, check := range checks {
		if check.After != "" && ended[check.After] {
			ended[check.Name] = true
			continue
		}
		within, cancel := context.WithTimeout(ctx, limit)
		found := check.Look(within)
		cancel()
		ended[check.Name] = found[0].Status == Failed || found[0].Status == NotChecked
		for _, finding := range found {
			if finding.Check == "" {
				finding.Check = check.Name
			}
			findings = append(findings, finding)
		}
	}
	return findings
}

// Any tells whether a finding has a status.
func Any(findings []Finding, status Status) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Status == status })
}

func one(status Status, found, remedy string) []Finding {
	return []Finding{{Status: status, Found: found, Remedy: remedy}}
}

// unasked is the finding for a call that got no answer. permission is what the
// caller needs for it.
func unasked(err error, permission string) []Finding {
	if denied(err) {
		return one(NotChecked, "You may not ask: "+awserr.Message(err), "Allow yourself "+permission+", and run it again.")
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return one(NotChecked, fmt.Sprintf("AWS answered %s: %s", api.ErrorCode(), api.ErrorMessage()), "Run it again; it needs "+permission+".")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return one(NotChecked, fmt.Sprintf("AWS did not answer in time: a check has %s, and all together %s", limit, whole), "Run it again, with fewer targets or from a network that reaches the service.")
	}
	return one(NotChecked, "There was no answer: "+cause(err), "Check the network and the endpoint; with a local cloud, that weir local up runs.")
}

// denied tells whether AWS refused to answer this caller.
func denied(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && slices.Contains([]string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}, api.ErrorCode())
}

// cause is an error without what the SDK says around a call that did not arrive.
func cause(err error) string {
	if sent, ok := errors.AsType[*url.Error](err); ok {
		return sent.Err.Error()
	}
	return err.Error()
}
