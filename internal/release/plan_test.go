package release_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"weir/internal/release"
)

const executionARN = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"

// factsOf is what AWS says of a target that can be released, as changed.
func factsOf(change func(*release.Facts)) release.Facts {
	active := func(number string) release.Version {
		return release.Version{Number: number, Role: "role", State: "Active", LastUpdateStatus: "Successful"}
	}
	facts := release.Facts{Alias: alias(release.Whole("6"), release.Description{Stable: "6"}), Stable: active("6"), Candidate: active("7")}
	facts.Alias.ARN = "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod"
	change(&facts)
	return facts
}

func planOf(t *testing.T, request string, facts release.Facts) (release.Plan, error) {
	t.Helper()
	asked, err := release.ParseRequest(json.RawMessage(request))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	return release.NewPlan(asked, release.Execution{ARN: executionARN, StartedAt: now}, now, []release.Facts{facts}, nil)
}

func TestPlanRefuses(t *testing.T) {
	const canary, forced = `{"target": {"function": "orders"}}`, `{"target": {"function": "orders"}, "force": true}`
	for _, test := range []struct {
		name, request string
		change        func(*release.Facts)
		want          string // the error's name; empty: a plan
		says          string
	}{
		{"nothing", canary, func(*release.Facts) {}, "", ""},
		{"a running release's lock", canary, func(f *release.Facts) { f.Alias.Description.Lock = them }, release.AliasLocked, "tuesday"},
		{"no lock whose release has ended", canary, func(f *release.Facts) { f.Alias.Description.Lock, f.HolderEnded = them, true }, "", ""},
		{"a promotion that its release, which has ended, did not return", canary, func(f *release.Facts) {
			f.Alias = alias(release.Whole("7"), release.Description{Stable: "6", Candidate: "7", At: 100, Lock: them})
			f.HolderEnded = true
		}, release.NotYet, "five minutes"},
		{"a freeze", canary, func(f *release.Facts) { f.Frozen = "until noon." }, release.Frozen, "until noon"},
		{"a split alias", canary, func(f *release.Facts) { f.Alias = alias(release.Split("6", "7", 20), release.Description{}) }, release.AliasNotWhole, "update-alias"},
		{"an alias on its way", canary, func(f *release.Facts) {
			f.Alias = alias(release.Route{Version: "6", Other: "5", Percent: 100}, release.Description{})
		}, release.NotYet, "get-provisioned-concurrency-config"},
		{"a Pending version", canary, func(f *release.Facts) { f.Candidate.State = "Pending" }, release.NotYet, "Pending"},
		{"an update in progress", canary, func(f *release.Facts) { f.Candidate.LastUpdateStatus = "InProgress" }, release.NotYet, "InProgress"},
		{"an Inactive version", canary, func(f *release.Facts) { f.Candidate.State = "Inactive" }, release.VersionNotReady, "aws lambda invoke"},
		{"a Failed version", canary, func(f *release.Facts) { f.Candidate.State = "Failed" }, release.VersionNotReady, "Failed"},
		{"the version that failed last", canary, func(f *release.Facts) { f.Alias.Description.Failed = "7,5" }, release.VersionFailedBefore, "force"},
		{"a version that failed before others", canary, func(f *release.Facts) { f.Alias.Description.Failed = "5,7" }, release.VersionFailedBefore, "force"},
		{"no failed version by force", forced, func(f *release.Facts) { f.Alias.Description.Failed = "5,7" }, "", ""},
		{"another role", canary, func(f *release.Facts) { f.Candidate.Role = "another" }, release.Incompatible, "another"},
		{"probes of a function that isolates tenants", `{"target": {"function": "orders"}, "probes": [{}]}`,
			func(f *release.Facts) { f.Candidate.TenantIsolated = true }, release.InvalidRequest, "tenant"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := planOf(t, test.request, factsOf(test.change))
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !release.IsError(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("err = %v, want %s that says %q", err, test.want, test.says)
			}
		})
	}
}

func TestPlanWarnsOfProvisionedConcurrency(t *testing.T) {
	for request, splits := range map[string]bool{
		`{"target": {"function": "orders"}}`: true, `{"target": {"function": "orders"}, "strategy": "AllAtOnce"}`: false,
	} {
		plan, err := planOf(t, request, factsOf(func(f *release.Facts) { f.Provisioned = true }))
		if err != nil {
			t.Fatal(err)
		}
		checks := strings.Join(plan.Checks, "\n")
		if !strings.Contains(checks, "warning: orders:prod has provisioned concurrency") || strings.Contains(checks, "may start cold") != splits {
			t.Errorf("%s: checks = %s", request, checks)
		}
	}
}

func TestIdleVersionIsReturnedToOnlyByForce(t *testing.T) {
	idle := release.Version{Number: "5", State: "Inactive"}
	if err := idle.ReadyToServe("orders", false); !release.IsError(err, release.VersionNotReady) || !strings.Contains(err.Error(), `"force": true`) {
		t.Errorf("err = %v", err)
	}
	if err := idle.ReadyToServe("orders", true); err != nil {
		t.Errorf("by force: %v", err)
	}
	if err := (release.Version{Number: "5", State: "Pending"}).ReadyToServe("orders", true); !release.IsError(err, release.NotYet) {
		t.Errorf("a Pending version by force: %v", err)
	}
}

// The watch begins when Lambda has moved the alias, and does not wait for ever.
func TestWatchWaitsForAnAliasOnItsWay(t *testing.T) {
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	plan := release.Plan{Watch: 300, Judge: release.PlannedJudge{IntervalSeconds: 60}}
	progress := release.NotStarted().PromotedAt(plan, noon)
	observation := release.Observation{Outcome: "pass", StillMoving: "prod has 100 % on version 6."}
	at := noon
	for range 10 {
		at = at.Add(time.Minute)
		progress = release.Next(plan, progress, observation, at)
		if progress.Next != release.MoveWatch || !progress.Promoted.Equal(at) || progress.Verdict != observation.StillMoving {
			t.Fatalf("after %s: %+v", at.Sub(noon), progress)
		}
	}
	if arrived := release.Next(plan, progress, release.Observation{Outcome: "pass"}, at.Add(time.Minute)); arrived.Next != release.MoveWatch {
		t.Errorf("one minute after it arrived: %s, want a whole watch", arrived.Next)
	}
	if late := release.Next(plan, progress, observation, noon.Add(time.Hour)); late.Next != release.MoveRollBack || late.Ended.Error != release.NotYet {
		t.Errorf("after an hour: %s, %+v", late.Next, late.Ended)
	}
}

func TestRollbackWaitsForAnAliasOnItsWay(t *testing.T) {
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	progress, done := release.NotStarted().Settle(noon)
	if done || progress.Next != release.MoveReturn || progress.Wait == 0 {
		t.Errorf("at once: %+v, done %v", progress, done)
	}
	if _, done := progress.Settle(noon.Add(time.Hour)); !done {
		t.Error("it waits for ever")
	}
}

func TestUnclearAnswerRejectsAndIsTold(t *testing.T) {
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	plan := release.Plan{Steps: []release.Step{{Weight: 50, BakeSeconds: 60}}, Judge: release.PlannedJudge{IntervalSeconds: 60},
		Approvals: []release.PlannedApproval{{Step: 1, LimitSeconds: 3600}}}
	waiting := release.Progress{Phase: release.Awaiting, Step: 0, Weight: 50, Since: noon, AwaitUntil: noon.Add(time.Hour)}
	answered := release.Next(plan, waiting, release.Observation{Outcome: "pass", Commands: []release.PendingCommand{{ID: "u", Command: release.CommandUnclear, By: `{"decision":5}`}}}, noon.Add(5*time.Minute))
	if answered.Ended == nil || answered.Ended.Error != release.Rejected || !strings.Contains(answered.Ended.Cause, `{"decision":5}`) {
		t.Errorf("ended = %+v", answered.Ended)
	}
}
