package console_test

import (
	"fmt"
	"testing"
	"time"

	"weir/internal/judge"
	"weir/internal/release"
)

// planned is a plan of three steps on one target.
func planned(at time.Time) release.Plan {
	return release.Plan{
		Kind: release.KindRelease, StartedAt: at,
		Targets: []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: "6", Candidate: "7"}},
		Steps:   []release.Step{{Weight: 10, BakeSeconds: 300}, {Weight: 50, BakeSeconds: 600}},
		Watch:   300,
		Judge:   release.PlannedJudge{Alpha: 0.05, IntervalSeconds: 60, MetricDelaySeconds: 120, HoldSeconds: 1800, Inconclusive: release.PolicyHold},
		Checks:  []string{"orders:prod is whole on version 6 and free"},
		By:      "ada", Reason: "faster checkout",
	}
}

const request = `{"target": {"function": "orders", "alias": "prod"}, "strategy": {"steps": [{"weight": 10, "bake": "5m"}, {"weight": 50, "bake": "10m"}]}, "watch": "5m", "by": "ada", "reason": "faster checkout"}`

// rehearsal drives the release's own policy and tapes what the workflow does.
type rehearsal struct {
	*run
	plan     release.Plan
	progress release.Progress
	now      time.Time
}

func (f *fake) rehearse(t *testing.T, name string, plan release.Plan) *rehearsal {
	t.Helper()
	r := &rehearsal{run: f.start(t, name, request, plan.StartedAt), plan: plan, now: plan.StartedAt}
	r.progress = release.Begin(plan, release.NotStarted(), r.now)
	r.answer(r.now, "Plan release", map[string]any{"plan": plan, "progress": r.progress})
	r.pass(r.now, "Choice", "Next move")
	return r
}

// shift takes the next step.
func (r *rehearsal) shift() {
	r.progress = r.progress.Shifted(r.plan, r.now)
	r.answer(r.now, "Shift traffic", map[string]any{"progress": r.progress})
	r.pass(r.now, "Choice", "Next move")
}

// look waits and judges.
func (r *rehearsal) observe(look release.Observation) {
	r.enter(r.now, "Wait", "Bake")
	r.now = r.now.Add(time.Duration(r.progress.Wait) * time.Second)
	r.leave(r.now, "Wait", "Bake")
	look.Exposed = true
	r.progress = release.Next(r.plan, r.progress, look, r.now)
	r.answer(r.now, "Judge", map[string]any{"progress": r.progress})
	r.pass(r.now, "Choice", "Next move")
}

// fails is the end of a release that its verdict failed.
func (r *rehearsal) fails() {
	r.answer(r.now, "Roll back", map[string]any{"ended": r.progress.Ended})
	r.now = r.now.Add(2 * time.Second)
	record := release.NewRecord(r.plan, r.progress, release.RolledBack, r.now)
	record.Error = r.progress.Ended.Error
	cause, err := record.Cause("The release of version 7 ended at 10 %:", r.progress.Ended.Cause, "orders:prod serves version 6 whole.")
	if err != nil {
		r.t.Fatal(err)
	}
	r.failWith(r.now, "Release rolled back", r.progress.Ended.Error, cause)
}

// weighed is an observation with one signal on it.
func weighed(signal, verdict string, value float64, events, requests int64) release.Observation {
	sentence := fmt.Sprintf("%s: %d of %d on the candidate.", signal, events, requests)
	return release.Observation{
		Outcome: verdict, Why: sentence,
		Stable: judge.Counts{Requests: 9 * requests}, Candidate: judge.Counts{Requests: requests, Events: events},
		Evidence: []release.Evidence{{Signal: signal, Phase: "bake", Verdict: verdict, Value: value, Limit: 40,
			Stable: judge.Counts{Requests: 9 * requests}, Candidate: judge.Counts{Requests: requests, Events: events}}},
	}
}

// rolledBack is a release whose candidate fails at its first step.
func (f *fake) rolledBack(t *testing.T, name string, plan release.Plan, signal string) {
	t.Helper()
	r := f.rehearse(t, name, plan)
	r.shift()
	r.observe(release.Observation{Blind: true, Outcome: "inconclusive", Why: "No minute can be read yet."})
	r.observe(weighed(signal, "inconclusive", 2.5, 1, 60))
	r.observe(weighed(signal, "inconclusive", 12, 3, 120))
	r.observe(weighed(signal, "fail", 410, 7, 180))
	r.fails()
}

// baking is a release that bakes its second step.
func (f *fake) baking(t *testing.T, name string, plan release.Plan) *rehearsal {
	t.Helper()
	r := f.rehearse(t, name, plan)
	r.shift()
	for i := int64(1); r.progress.Next != release.MoveAdvance; i++ {
		r.observe(weighed("errors", "inconclusive", 1, 0, 60*i))
	}
	r.shift()
	r.observe(weighed("errors", "pass", 0.4, 0, 700))
	return r
}
