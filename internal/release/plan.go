package release

import (
	"fmt"
	"time"

	"weir/internal/judge"
)

// Plan is a release resolved before anything moved. It travels through the
// execution: every later step is a function of the plan and of what AWS says.
type Plan struct {
	Kind      Kind            `json:"kind"`
	Command   Command         `json:"command,omitempty"` // kind command
	Given     []GivenTo       `json:"given,omitempty"`   // kind command: to which releases
	Done      string          `json:"done,omitempty"`    // a command or a freeze: what was done, in a sentence
	Execution string          `json:"execution"`         // the execution's ARN
	Link      string          `json:"link"`              // the execution in the console
	StartedAt time.Time       `json:"startedAt"`
	Targets   []PlannedTarget `json:"targets"`
	Steps     []Step          `json:"steps"` // below 100 percent; promotion follows the last
	// AdvanceOnPass lets a pass end a bake before its time.
	AdvanceOnPass bool `json:"advanceOnPass,omitempty"`
	Watch         int  `json:"watchSeconds"`
	// RollBackOver is the seconds a rollback takes; zero means one write.
	RollBackOver int               `json:"rollBackOverSeconds,omitempty"`
	Judge        PlannedJudge      `json:"judge"`
	Probes       []Probe           `json:"probes"`
	Alarms       []PlannedAlarm    `json:"alarms"`
	Approvals    []PlannedApproval `json:"approvals"`
	Hooks        []PlannedHook     `json:"hooks"`
	DryRun       bool              `json:"dryRun"`
	Reason       string            `json:"reason,omitempty"`
	By           string            `json:"by,omitempty"`
	Checks       []string          `json:"checks"` // what was checked, in words
	Estimate     Estimate          `json:"estimate"`
	// Traffic is what the judge can find at the traffic of the last day.
	Traffic []PlannedTraffic `json:"traffic,omitempty"`
}

// Kind is what a request turned out to be.
type Kind string

// The kinds of plan.
const (
	KindRelease  Kind = "release"
	KindRollBack Kind = "rollBack" // requested, to a former version
	KindCommand  Kind = "command"  // to a running release
	KindFreeze   Kind = "freeze"   // set or ended already
)

// GivenTo is a release that a command was given to.
type GivenTo struct {
	Execution string `json:"execution"` // the release's ARN
	ID        string `json:"id"`        // of the command
	Function  string `json:"function"`  // of the alias that carries it
	Alias     string `json:"alias"`
}

// PlannedTarget is a target with the versions resolved.
type PlannedTarget struct {
	Function  string `json:"function"`
	Alias     string `json:"alias"`
	Stable    string `json:"stable"`
	Candidate string `json:"candidate"`
	// Found is, for a requested rollback, what the alias did when it was planned.
	Found Route `json:"found,omitzero"`
}

// Target is the function and alias.
func (p PlannedTarget) Target() Target { return Target{Function: p.Function, Alias: p.Alias} }

// Targets returns the targets of a plan.
func Targets(planned []PlannedTarget) []Target {
	targets := make([]Target, 0, len(planned))
	for _, p := range planned {
		targets = append(targets, p.Target())
	}
	return targets
}

// PlannedJudge is the judge's part of the plan, with every default filled in.
type PlannedJudge struct {
	Alpha              float64 `json:"alpha"`
	IntervalSeconds    int     `json:"intervalSeconds"`
	MetricDelaySeconds int     `json:"metricDelaySeconds"`
	// LongestRequestSeconds is how long a request may last: its counts may be
	// missing from its minute for that long, and the metric delay.
	LongestRequestSeconds int      `json:"longestRequestSeconds"`
	WarmUpSeconds         int      `json:"warmUpSeconds"`
	Inconclusive          Policy   `json:"inconclusive"`
	HoldSeconds           int      `json:"holdSeconds"`
	Signals               []Signal `json:"signals"`
}

// PlannedAlarm is an alarm to heed. One that fired before the release is
// reported and left out of judgement: the release may be its fix.
type PlannedAlarm struct {
	Name        string `json:"name"`
	FiredBefore bool   `json:"firedBefore,omitempty"`
}

// Estimate is what a plan may cost at most.
type Estimate struct {
	EndsBy        time.Time `json:"endsBy"`
	HistoryEvents int       `json:"historyEvents"`
	Transitions   int       `json:"stateTransitions"`
	CostUSD       float64   `json:"costUSD"`
}

// Execution says which execution asks, and when it started.
type Execution struct {
	ARN       string    `json:"arn"`
	Name      string    `json:"name"`
	StartedAt time.Time `json:"startedAt"`
}

// NewCommandPlan returns the plan of a request that gives a command to the release
// which runs on its targets.
func NewCommandPlan(request Request, execution Execution) Plan {
	plan := Plan{Kind: KindCommand, Command: request.Command, Execution: execution.ARN, Link: ConsoleLink(execution.ARN),
		StartedAt: execution.StartedAt, Reason: request.Reason, By: request.By}
	for _, target := range request.Targets {
		plan.Targets = append(plan.Targets, PlannedTarget{Function: target.Function, Alias: target.Alias})
	}
	return plan
}

// NewFreezePlan returns the plan of a freeze that was set or ended; done says which.
func NewFreezePlan(execution Execution, done string) Plan {
	return Plan{Kind: KindFreeze, Execution: execution.ARN, Link: ConsoleLink(execution.ARN), StartedAt: execution.StartedAt, Done: done}
}

// NewPlan resolves a request into a plan, or says with a typed error why it
// must not be carried out. facts holds one entry per target of the request, in
// order; alarms holds the state of each alarm named.
func NewPlan(request Request, execution Execution, now time.Time, facts []Facts, alarms []PlannedAlarm) (Plan, error) {
	us, err := HolderOf(execution.ARN)
	if err != nil {
		return Plan{}, err
	}
	steps, err := request.Strategy.Resolve()
	if err != nil {
		return Plan{}, err
	}
	approvals, err := planApprovals(request.Approvals, steps)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{
		Kind:      KindRelease,
		Approvals: approvals, Hooks: planHooks(request.Hooks),
		Execution: execution.ARN, Link: ConsoleLink(execution.ARN), StartedAt: execution.StartedAt, Steps: steps,
		AdvanceOnPass: request.Strategy.AdvanceOnPass, RollBackOver: request.RollBackOver.Seconds(),
		Watch: request.Watch.Seconds(), Judge: plannedJudge(request.Judge, facts),
		Probes: orEmpty(request.Probes), Alarms: orEmpty(alarms),
		DryRun: request.DryRun, Reason: request.Reason, By: request.By,
	}
	for _, f := range facts {
		if err := f.check(releasing{by: us, force: request.Force, splits: len(steps) > 0}); err != nil {
			return Plan{}, err
		}
		if f.Candidate.TenantIsolated && len(request.Probes) > 0 {
			return Plan{}, Errorf(InvalidRequest, "probes are given and %s isolates tenants: each invocation must name one, and a probe cannot. Leave the probes out; a hook at beforeTraffic can invoke version %s with a tenant of yours.",
				f.Alias.Target.Function, f.Candidate.Number)
		}
		plan.Targets = append(plan.Targets, PlannedTarget{
			Function: f.Alias.Target.Function, Alias: f.Alias.Target.Alias,
			Stable: f.Stable.Number, Candidate: f.Candidate.Number,
		})
		plan.Checks = append(plan.Checks, f.checked(len(steps) > 0)...)
	}
	for _, alarm := range alarms {
		if alarm.FiredBefore {
			plan.Checks = append(plan.Checks, fmt.Sprintf("alarm %s fires already and is left out of judgement", alarm.Name))
		}
	}
	plan.Estimate = plan.estimate(now)
	return plan, plan.Estimate.check(now)
}

// BakeMinutes is how many minutes have been read when the release promotes, if nothing
// holds it: the judge's horizon. Minutes are counted from the first with the first
// weight. A bake ends on the minute, its counts are awaited for the delay, and the next
// step is set when that ends, which begins a minute or lies within one.
func (p Plan) BakeMinutes() int {
	at := 0 // seconds since that minute began
	for i, step := range p.Steps {
		at = wholeMinutes(wholeMinutes(at)+step.BakeSeconds) + p.delay(i)
	}
	return max(1, (at-p.Judge.MetricDelaySeconds)/60)
}

// wholeMinutes rounds seconds up to whole minutes.
func wholeMinutes(seconds int) int { return (seconds + 59) / 60 * 60 }

// WatchShare is the part of alpha that the judge keeps for the watch.
func (p Plan) WatchShare() float64 {
	if p.Watch == 0 {
		return 0
	}
	return judge.DefaultWatchShare
}

// delay is how many seconds after the bake of a step its counts are awaited. The
// last step wants a pass, which only complete counts can give.
func (p Plan) delay(step int) int {
	if step == len(p.Steps)-1 {
		return p.Judge.SettledSeconds()
	}
	return p.Judge.MetricDelaySeconds
}

// SettledSeconds is the age from which the counts of a minute are complete: a
// request is counted in the minute in which it began, once it has ended.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
func (j PlannedJudge) SettledSeconds() int { return j.MetricDelaySeconds + j.LongestRequestSeconds }

func plannedJudge(spec JudgeSpec, facts []Facts) PlannedJudge {
	longest := 0
	for _, f := range facts {
		longest = max(longest, f.Stable.TimeoutSeconds, f.Candidate.TimeoutSeconds)
	}
	if spec.LongestRequest != nil {
		longest = spec.LongestRequest.Seconds()
	}
	return PlannedJudge{
		LongestRequestSeconds: longest,
		Alpha:                 spec.Alpha, IntervalSeconds: spec.Interval.Seconds(),
		MetricDelaySeconds: spec.MetricDelay.Seconds(), WarmUpSeconds: spec.WarmUp.Seconds(),
		Inconclusive: spec.Inconclusive, HoldSeconds: spec.HoldFor.Seconds(), Signals: spec.Signals,
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
