package release_test

import (
	"strings"
	"testing"
	"time"

	"weir/internal/release"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func threeSteps() release.Plan {
	return release.Plan{
		Steps: []release.Step{{Weight: 10, BakeSeconds: 300}, {Weight: 50, BakeSeconds: 300}},
		Watch: 300,
		Judge: release.PlannedJudge{Alpha: 0.05, IntervalSeconds: 60, MetricDelaySeconds: 120,
			Inconclusive: release.PolicyHold, HoldSeconds: 600},
	}
}

// at is an observation a number of minutes after noon.
func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func TestNext(t *testing.T) {
	plan := threeSteps()
	first := release.NotStarted().Shifted(plan, noon)
	last := first.Shifted(plan, noon)
	watching := last.PromotedAt(plan, noon)
	seen := release.Observation{Outcome: "inconclusive", Exposed: true, Why: "Not enough yet."}
	unseen := release.Observation{Outcome: "inconclusive", Why: "No traffic."}
	blind := release.Observation{Outcome: "inconclusive", Blind: true, Exposed: true, Why: "CloudWatch did not answer."}
	pass := release.Observation{Outcome: "pass", Exposed: true}
	fail := release.Observation{Outcome: "fail", Exposed: true, Why: "Worse."}
	alarm := release.Observation{Outcome: "pass", Exposed: true, Firing: []string{"orders-dlq"}}
	for _, test := range []struct {
		name        string
		from        release.Progress
		observation release.Observation
		at          int
		want        release.Move
		error       string
	}{
		{"bakes on before its time", first, pass, 5, release.MoveBake, ""},
		{"bakes until the metrics of the bake are read", first, pass, 6, release.MoveBake, ""},
		{"advances on a pass", first, pass, 7, release.MoveAdvance, ""},
		{"advances without a pass while evidence gathers", first, seen, 7, release.MoveAdvance, ""},
		{"holds without any traffic", first, unseen, 7, release.MoveBake, ""},
		{"holds while blind", first, blind, 7, release.MoveBake, ""},
		{"fails at any look", first, fail, 1, release.MoveRollBack, release.VerdictFailed},
		{"heeds alarms before a pass", first, alarm, 1, release.MoveRollBack, release.AlarmFired},
		{"promotes on a pass after the last step", last, pass, 7, release.MovePromote, ""},
		{"does not promote without a pass", last, seen, 7, release.MoveBake, ""},
		{"watches on", watching, seen, 6, release.MoveWatch, ""},
		{"finishes after the watch", watching, seen, 7, release.MoveFinish, ""},
		{"fails while watching", watching, fail, 3, release.MoveRollBack, release.VerdictFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := release.Next(plan, test.from, test.observation, at(test.at))
			if got.Next != test.want {
				t.Errorf("next = %s, want %s", got.Next, test.want)
			}
			if test.error != "" && (got.Ended == nil || got.Ended.Error != test.error || got.Ended.Cause == "") {
				t.Errorf("ended = %+v, want %s", got.Ended, test.error)
			}
			// A version that an alarm or the judge found bad is remembered as such.
			if test.error != "" && !got.Ended.FailedVersion {
				t.Errorf("after %s the version is not to be remembered as failed", test.error)
			}
			if (got.Next == release.MoveBake || got.Next == release.MoveWatch) && (got.Wait < 1 || got.Wait > 60) {
				t.Errorf("wait = %d s", got.Wait)
			}
		})
	}
}

func TestFirstMinute(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{0: 0, 10 * time.Second: 0, 10*time.Second + 1: time.Minute, 59 * time.Second: time.Minute, time.Minute: time.Minute} {
		if got := release.FirstMinute(noon.Add(after)); !got.Equal(noon.Add(want)) {
			t.Errorf("%s after noon: %s", after, got)
		}
	}
}

func TestHoldIsBounded(t *testing.T) {
	plan := threeSteps()
	progress := release.NotStarted().Shifted(plan, noon).Shifted(plan, noon)
	observation := release.Observation{Outcome: "inconclusive", Exposed: true, Why: "Not enough yet."}
	for minute := 7; minute < 17; minute++ {
		progress = release.Next(plan, progress, observation, at(minute))
		if progress.Next != release.MoveBake || progress.Phase != release.Holding {
			t.Fatalf("minute %d: %s %s", minute, progress.Phase, progress.Next)
		}
	}
	progress = release.Next(plan, progress, observation, at(17))
	if progress.Next != release.MoveRollBack || progress.Ended.Error != release.HeldTooLong || progress.Ended.FailedVersion {
		t.Fatalf("%s, %+v", progress.Next, progress.Ended)
	}
	if !strings.Contains(progress.Ended.Cause, "Held 10m0s at 50 %") {
		t.Errorf("cause = %q", progress.Ended.Cause)
	}
}

func TestHoldEndsWithAPass(t *testing.T) {
	plan := threeSteps()
	progress := release.NotStarted().Shifted(plan, noon).Shifted(plan, noon)
	progress = release.Next(plan, progress, release.Observation{Outcome: "inconclusive", Exposed: true}, at(7))
	progress = release.Next(plan, progress, release.Observation{Outcome: "pass", Exposed: true}, at(8))
	if progress.Next != release.MovePromote {
		t.Errorf("next = %s", progress.Next)
	}
}

func TestPolicies(t *testing.T) {
	observation := release.Observation{Outcome: "inconclusive", Exposed: true, Why: "Not enough yet."}
	for policy, want := range map[release.Policy]release.Move{
		release.PolicyAdvance: release.MovePromote, release.PolicyRollBack: release.MoveRollBack, release.PolicyHold: release.MoveBake,
	} {
		plan := threeSteps()
		plan.Judge.Inconclusive = policy
		progress := release.NotStarted().Shifted(plan, noon).Shifted(plan, noon)
		if got := release.Next(plan, progress, observation, at(7)); got.Next != want {
			t.Errorf("%s: next = %s, want %s", policy, got.Next, want)
		}
	}
}

func TestWithoutWatchAPromotionFinishes(t *testing.T) {
	plan := threeSteps()
	plan.Watch = 0
	if got := release.NotStarted().Shifted(plan, noon).Shifted(plan, noon).PromotedAt(plan, noon); got.Next != release.MoveFinish {
		t.Errorf("next = %s", got.Next)
	}
}

func TestPassEndsABakeEarlyWhereTheStrategyAllows(t *testing.T) {
	plan := threeSteps()
	plan.AdvanceOnPass = true
	first := release.NotStarted().Shifted(plan, noon)
	pass := release.Observation{Outcome: "pass", Exposed: true}
	for minute, want := range map[int]release.Move{
		2: release.MoveBake,    // no minute of this step can be read yet
		3: release.MoveAdvance, // the first can, two minutes late
	} {
		if got := release.Next(plan, first, pass, at(minute)); got.Next != want {
			t.Errorf("after %d minutes the move is %s, want %s", minute, got.Next, want)
		}
	}
	if got := release.Next(plan, first, release.Observation{Outcome: "inconclusive", Exposed: true}, at(4)); got.Next != release.MoveBake {
		t.Errorf("without a pass the move is %s", got.Next)
	}
}

func TestGradualRollbackFallsByEqualStepsToNothing(t *testing.T) {
	plan := threeSteps()
	plan.RollBackOver = 4 * 60
	progress := release.NotStarted().Shifted(plan, noon).Shifted(plan, noon) // 50 %
	var weights []int
	for minute := 0; ; minute++ {
		again := progress.Return(plan, at(minute))
		progress = progress.Return(plan, at(minute))
		if again.Weight != progress.Weight {
			t.Fatalf("asked twice, it says %d and %d", again.Weight, progress.Weight)
		}
		if progress.Next != release.MoveReturn {
			break
		}
		weights = append(weights, progress.Weight)
	}
	if len(weights) != 3 || weights[0] != 37 || weights[1] != 25 || weights[2] != 12 {
		t.Errorf("weights %v, want 37, 25, 12 and then one write to nothing", weights)
	}
	// An observation that comes late is not an extra step.
	if late := progress.Return(plan, at(60)); late.Next != release.MoveRollBack {
		t.Errorf("an hour later the move is %s", late.Next)
	}
}
