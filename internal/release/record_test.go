package release_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/internal/release"
)

// longest is a release as long as a request may make one.
func longest() (release.Plan, release.Progress) {
	plan := release.Plan{Judge: release.PlannedJudge{Alpha: 0.05}}
	progress := release.NotStarted()
	for i := range 50 {
		plan.Targets = append(plan.Targets, release.PlannedTarget{Function: fmt.Sprintf("%064d", i), Alias: "prod", Stable: "1", Candidate: "2"})
	}
	for i := range 99 {
		plan.Steps = append(plan.Steps, release.Step{Weight: i + 1, BakeSeconds: 60})
		progress = progress.Shifted(plan, noon.Add(time.Duration(i)*time.Minute))
		evidence := make([]release.Evidence, 0, 150)
		for signal := range 150 {
			evidence = append(evidence, release.Evidence{Signal: fmt.Sprintf("errors of %064d:prod", signal), Value: float64(signal), Limit: 20})
		}
		progress = release.Next(plan, progress, release.Observation{Outcome: "pass", Exposed: true,
			Why: strings.Repeat("Enough evidence. ", 400), Evidence: evidence}, noon.Add(time.Duration(i)*time.Minute))
	}
	for i := range 100 {
		plan.Alarms = append(plan.Alarms, release.PlannedAlarm{Name: fmt.Sprintf("%0255d", i)})
	}
	return plan, progress
}

func TestRecordOfTheLongestReleaseFits(t *testing.T) {
	plan, progress := longest()
	if passed, err := json.Marshal(map[string]any{"plan": plan, "progress": progress}); err != nil || len(passed) > 240*1024 {
		t.Errorf("plan and progress are %d bytes, %v; Step Functions passes on 256 KiB", len(passed), err)
	}
	record, err := release.NewRecord(plan, progress, release.Succeeded, noon).Within(release.MaxRecord)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(record)
	if err != nil || len(text) > release.MaxRecord {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if last := record.Steps[len(record.Steps)-1]; last.Weight != 99 || len(last.Evidence) != 3 || last.Evidence[0].Value != 149 {
		t.Errorf("the last step tells %+v", last)
	}
	cause, err := release.NewRecord(plan, progress, release.RolledBack, noon).Cause("It ended.", strings.Repeat("prod serves version 1 whole. ", 50))
	if err != nil || len(cause) > release.MaxRecord {
		t.Errorf("%d bytes, %v", len(cause), err)
	}
	_, story, _ := strings.Cut(cause, "\n\n")
	if err := json.Unmarshal([]byte(story), &record); err != nil {
		t.Errorf("the record in the cause is cut: %v", err)
	}
}

func TestShortRecordKeepsEverything(t *testing.T) {
	plan, progress := longest()
	plan.Targets, plan.Alarms, plan.Steps, progress.Weights = plan.Targets[:1], plan.Alarms[:1], plan.Steps[:1], progress.Weights[:2]
	record, err := release.NewRecord(plan, progress, release.Succeeded, noon).Within(release.MaxRecord)
	if err != nil || len(record.Steps) != 2 || len(record.Planned.Alarms) != 1 {
		t.Errorf("%d steps and %d alarms, %v", len(record.Steps), len(record.Planned.Alarms), err)
	}
}
