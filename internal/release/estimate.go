package release

import (
	"math"
	"time"

	"weir/internal/prices"
)

// maxHistoryEvents is the limit of a Standard workflow.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const maxHistoryEvents = 25000

// MaxExecution is the time limit of the workflow: the definition's TimeoutSeconds.
const MaxExecution = 30 * 24 * time.Hour

// What one turn of the workflow writes to the history: a Wait is entered and
// exited (2), a Task entered, scheduled, started, succeeded and exited (5), a
// Choice entered and exited (2).
const (
	eventsPerTask        = 5
	eventsPerChoice      = 2
	eventsPerWait        = 2
	eventsPerObservation = eventsPerWait + eventsPerTask + eventsPerChoice
	statesPerObservation = 3
	// A stage of hooks is a Map and a Choice, and a hook in it an iteration with a
	// Task that waits for its token.
	eventsPerStage = 6
	eventsPerHook  = 8
	statesPerStage = 2
	// A shift is a Task; start, plan, choice, lock, probe, promote, finish,
	// roll back and end together stay below this.
	fixedEvents = 60
	fixedStates = 12
	fixedCalls  = 6
	// Each observation may be retried; a plan is refused well before the limit.
	historyReserve = 0.8
)

// estimate bounds the plan: every step bakes in full, the hold is used up, and
// the watch runs to its end.
func (p Plan) estimate(now time.Time) Estimate {
	total := 0
	observations := 0
	add := func(seconds int) {
		total += seconds
		observations += seconds/p.Judge.IntervalSeconds + 2
	}
	for i, step := range p.Steps {
		add(step.BakeSeconds + p.delay(i) + 60)
		observations += quickFor * (quickParts - 1)
	}
	add(p.Judge.HoldSeconds)
	for _, approval := range p.Approvals {
		add(approval.LimitSeconds)
	}
	if p.Watch > 0 {
		add(p.Watch + p.Judge.SettledSeconds() + 60)
	}
	// A gradual rollback writes, chooses and waits once a minute.
	returns := p.RollBackOver / 60
	total += p.RollBackOver
	stages, hooks := p.hookCalls()
	states := len(p.Approvals) + fixedStates + (observations+returns)*statesPerObservation + len(p.Steps) + stages*statesPerStage + hooks
	// Two versions, and requests plus one series per signal each.
	metrics := observations * len(p.Targets) * 2 * (1 + len(p.Judge.Signals))
	alarmReads := 0
	if len(p.Alarms) > 0 {
		alarmReads = observations
	}
	calls := fixedCalls + len(p.Approvals) + observations + returns + len(p.Steps) + hooks
	return Estimate{
		EndsBy: now.Add(time.Duration(total) * time.Second),
		HistoryEvents: fixedEvents + (observations+returns)*eventsPerObservation + len(p.Steps)*eventsPerTask +
			stages*eventsPerStage + hooks*eventsPerHook + len(p.Approvals)*eventsPerTask,
		Transitions: states,
		CostUSD: microdollars(float64(states)*prices.Transition + float64(metrics)*prices.Metric +
			float64(calls)*(prices.HandlerCall+prices.Event) + float64(alarmReads)*prices.APIRequest),
	}
}

// microdollars rounds to a millionth of a dollar.
func microdollars(usd float64) float64 { return math.Round(usd*1e6) / 1e6 }

// hookCalls is how often hooks are asked, and in how many calls.
func (p Plan) hookCalls() (stages, calls int) {
	asked := map[Stage]int{}
	for _, hook := range p.Hooks {
		asked[hook.At]++
	}
	for stage, hooks := range asked {
		times := 1
		if stage == AtStep {
			times = len(p.Steps)
		}
		stages += times
		calls += times * hooks
	}
	return stages, calls
}

func (e Estimate) check(now time.Time) error {
	if lasts := e.EndsBy.Sub(now); lasts > MaxExecution {
		return Errorf(PlanTooLong, "the plan may last %s and the workflow ends after %s; use fewer or shorter steps, or a shorter hold, approval limit or watch.",
			lasts, MaxExecution)
	}
	if e.HistoryEvents > int(historyReserve*maxHistoryEvents) {
		return Errorf(PlanTooLong, "the plan may write %d history events and an execution holds %d; use fewer or shorter steps, a shorter hold or watch, or a longer judge.interval.",
			e.HistoryEvents, maxHistoryEvents)
	}
	return nil
}
