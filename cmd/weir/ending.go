package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"weir/internal/follow"
	"weir/internal/release"
)

// ending says what an execution did, in a sentence for the person who started
// it. Only a finished promotion is called a success: a dry run, a command, a
// freeze and a requested rollback end well too, and promote nothing. An
// execution that failed gives an error.
func ending(outcome follow.Outcome) (string, error) {
	if outcome.Status != "SUCCEEDED" {
		cause, _, _ := strings.Cut(outcome.Cause, "\n\n")
		return "", fmt.Errorf("the execution ended %s: %s: %s", outcome.Status, outcome.Error, cause)
	}
	var output struct {
		release.Plan

		Outcome string                  `json:"outcome"`
		Targets []release.PlannedTarget `json:"targets"`
		Error   string                  `json:"error"`
		Cause   string                  `json:"cause"`
	}
	if err := json.Unmarshal([]byte(outcome.Output), &output); err != nil {
		return "", fmt.Errorf("read the output of the execution: %w", err)
	}
	switch {
	case output.Outcome == release.Succeeded:
		return "the release succeeded: " + promoted(output.Targets), nil
	case output.Error != "":
		cause, _, _ := strings.Cut(output.Cause, "\n\n")
		return "rolled back as asked: " + cause, nil
	case output.Done != "":
		return "done: " + output.Done, nil
	case output.DryRun:
		plan := output.Plan
		plan.Targets = output.Targets
		return planTable(plan) + "\ndry run: nothing was moved", nil
	}
	return "", errors.New("the execution ended without saying what it did; see its output in the Step Functions console")
}

// promoted says what each target serves now.
func promoted(targets []release.PlannedTarget) string {
	parts := make([]string, len(targets))
	for i, target := range targets {
		parts[i] = fmt.Sprintf("%s serves version %s (before: %s)", target.Target(), target.Candidate, target.Stable)
	}
	return strings.Join(parts, ", ")
}
