package demo

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// Report is what build/demo/report.json holds.
type Report struct {
	Releases         []ReleaseReport `json:"releases"`
	ClientErrors     int             `json:"clientErrors"`     // errors that the app answered with
	UnservedRequests int             `json:"unservedRequests"` // requests that the cloud did not route
	WallSeconds      float64         `json:"wallSeconds"`
}

// ReleaseReport is one release of the demo.
type ReleaseReport struct {
	From             string         `json:"from"`
	To               string         `json:"to"`
	Outcome          string         `json:"outcome"` // succeeded or rolledBack
	Error            string         `json:"error,omitempty"`
	Cause            string         `json:"cause,omitempty"`
	Weights          []int          `json:"weights"`
	Splits           []Split        `json:"splits"`
	CloudSeconds     float64        `json:"cloudSeconds"`
	WallSeconds      float64        `json:"wallSeconds"`
	Requests         map[string]int `json:"requests"`
	Errors           map[string]int `json:"errors"`
	StateTransitions int            `json:"stateTransitions"`
	AliasAfter       AliasAfter     `json:"aliasAfter"`
}

// AliasAfter is the alias once the release has ended.
type AliasAfter struct {
	Version string         `json:"version"`
	Weights map[string]int `json:"weights"` // percent of traffic per additional version
}

// Split is the traffic observed while one weight was in force.
type Split struct {
	Weight    int `json:"weight"` // percent asked for
	Requests  int `json:"requests"`
	Candidate int `json:"candidate"` // of these, answered by the candidate
}

// deviation is how many standard deviations of a binomial the observed split
// lies from the weight.
func (s Split) deviation() float64 {
	p := float64(s.Weight) / 100
	spread := math.Sqrt(float64(s.Requests) * p * (1 - p))
	if spread == 0 {
		return 0
	}
	return math.Abs(float64(s.Candidate)-float64(s.Requests)*p) / spread
}

// maxDeviation is what chance alone passes about once in 15,000 splits.
const maxDeviation = 4

// faults lists in what the report departs from the story the demo tells.
func (r Report) faults() []string {
	var faults []string
	expect := func(holds bool, format string, args ...any) {
		if !holds {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	if len(r.Releases) != 2 {
		return []string{fmt.Sprintf("%d releases were made, not 2", len(r.Releases))}
	}
	good, bad := r.Releases[0], r.Releases[1]
	expect(good.Outcome == "succeeded", "version %s did not succeed: %s %s", good.To, good.Outcome, good.Cause)
	expect(good.AliasAfter.Version == good.To && len(good.AliasAfter.Weights) == 0, "prod is not whole on version %s: %+v", good.To, good.AliasAfter)
	expect(len(good.Weights) >= 4, "version %s took %d weights, not three steps and 100", good.To, len(good.Weights))
	expect(bad.Outcome == "rolledBack", "version %s was not rolled back: %s", bad.To, bad.Outcome)
	expect(bad.AliasAfter.Version == bad.From && len(bad.AliasAfter.Weights) == 0, "prod is not whole on version %s: %+v", bad.From, bad.AliasAfter)
	expect(r.UnservedRequests == 0, "%d requests were not served", r.UnservedRequests)
	for _, release := range r.Releases {
		for _, split := range release.Splits {
			expect(split.Requests > 0, "no traffic at %d %%", split.Weight)
			expect(split.deviation() < maxDeviation, "at %d %% the candidate answered %d of %d requests, %.1f standard deviations off",
				split.Weight, split.Candidate, split.Requests, split.deviation())
		}
	}
	return faults
}

func (r Report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the report's folder: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
