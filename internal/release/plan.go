package release

import (
	"fmt"
	"strings"
	"time"

	"weir/internal/judge"
)

// Plan is a release resolved before anything moved. It travels through the
// execution: every later step is a function of the plan and of what AWS says.
type Plan struct {
	Kind      Kind            `json:"kind"`
	Command   Command         `json:"command,omitempty"` // kind command
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

// Facts is what AWS says about one target when a release is planned.
type Facts struct {
	Alias       Alias
	Stable      Version
	Candidate   Version
	Provisioned bool   // the alias has provisioned concurrency
	HolderEnded bool   // the execution that holds the lock, if any, has ended
	Frozen      string // why releases are frozen, or empty
}

// Version is a published version as far as a release depends on it.
type Version struct {
	Number           string
	Role             string
	DeadLetter       string // target ARN, or empty
	TimeoutSeconds   int
	State            string // Active, Pending, Inactive, Failed
	StateReason      string
	LastUpdateStatus string // Successful, Failed, InProgress
	TenantIsolated   bool   // each invocation must name a tenant
}

// ready refuses a version that cannot serve. What AWS is still at is worth a
// retry, NotYet; an idle version must be woken, which only an invocation does.
// https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
func (v Version) ready(function string) error {
	switch {
	case v.State == "Pending":
		return Errorf(NotYet, "version %s of %s is Pending: %s. It can be released once it is Active.", v.Number, function, reasonOr(v.StateReason, "Lambda is preparing it"))
	case v.State == "Inactive":
		return Errorf(VersionNotReady, "%s", v.idle(function))
	case v.State != "Active":
		return Errorf(VersionNotReady, "version %s of %s is %s, not Active: %s.", v.Number, function, v.State, reasonOr(v.StateReason, "Lambda gives no reason"))
	case v.LastUpdateStatus == "InProgress":
		return Errorf(NotYet, "the last update of version %s of %s is InProgress. It can be released once that is Successful.", v.Number, function)
	case v.LastUpdateStatus != "" && v.LastUpdateStatus != "Successful":
		return Errorf(VersionNotReady, "the last update of version %s of %s is %s, not Successful.", v.Number, function, v.LastUpdateStatus)
	}
	return nil
}

func reasonOr(reason, otherwise string) string {
	if reason == "" {
		return otherwise
	}
	return strings.TrimSuffix(reason, ".")
}

// ReadyToServe refuses a version that a requested rollback cannot return to now.
// force takes an idle version all the same: its first requests fail until Lambda
// has prepared it.
func (v Version) ReadyToServe(function string, force bool) error {
	switch {
	case v.State != "Inactive":
		return v.ready(function)
	case force:
		return nil
	}
	return Errorf(VersionNotReady, `%s Or set "force": true to return to it all the same.`, v.idle(function))
}

// idle says how an Inactive version is woken.
func (v Version) idle(function string) string {
	return fmt.Sprintf("version %s of %s is Inactive: Lambda has taken back the resources of a version that was idle for long, and its first requests would fail. "+
		"Wake it with an invocation, which fails and starts the work, then wait: aws lambda invoke --function-name %s --qualifier %s /dev/null; aws lambda wait published-version-active --function-name %s --qualifier %s.",
		v.Number, function, function, v.Number, function, v.Number)
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
		if err := f.check(us, request.Force, len(steps) > 0); err != nil {
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

// BakeMinutes is how many complete minutes the steps are observed if nothing
// holds them: the judge's horizon.
func (p Plan) BakeMinutes() int {
	minutes := 0
	for i, step := range p.Steps {
		minutes += (step.BakeSeconds+p.delay(i)+59)/60 + 1
	}
	return max(1, minutes)
}

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

// check refuses a target that must not be released, most useful reason first.
func (f Facts) check(us Holder, force, splits bool) error {
	target, stable, candidate := f.Alias.Target, f.Stable, f.Candidate
	lock := f.Alias.Description.Lock
	switch {
	case !lock.IsZero() && lock != us && !f.HolderEnded:
		return f.lockedError()
	case f.Frozen != "":
		return Errorf(Frozen, "%s is frozen: %s Rollbacks are not.", target, f.Frozen)
	case f.Alias.StillMoving():
		return stillMovingError(f.Alias)
	case !lock.IsZero() && lock != us && f.Alias.Route() != Whole(f.Alias.Description.Stable):
		return Errorf(NotYet, "%s has %s: release %s has ended without returning it to version %s. The repair does that within five minutes.",
			target, f.Alias.Route(), lock.Execution, f.Alias.Description.Stable)
	case !f.Alias.Whole():
		return Errorf(AliasNotWhole, "%s has %s; a release starts from a whole alias. Return it to one version first: "+
			"aws lambda update-alias --function-name %s --name %s --function-version %s --routing-config AdditionalVersionWeights={}",
			target, f.Alias.Route(), target.Function, target.Alias, f.Alias.Version)
	case candidate.Number == stable.Number:
		return Errorf(NothingToRelease, "version is %s, which %s serves already; deploy or name another version.", candidate.Number, target)
	case candidate.ready(target.Function) != nil:
		return candidate.ready(target.Function)
	case f.Alias.Description.Failed.Has(candidate.Number) && !force:
		return Errorf(VersionFailedBefore, `version %s of %s was rolled back before; set "force": true to release it all the same.`, candidate.Number, target.Function)
	case splits && candidate.Role != stable.Role:
		return Errorf(Incompatible, "versions %s and %s of %s have different execution roles (%s, %s), so an alias cannot split traffic between them; release with strategy all-at-once.",
			stable.Number, candidate.Number, target.Function, stable.Role, candidate.Role)
	case splits && candidate.DeadLetter != stable.DeadLetter:
		return Errorf(Incompatible, "versions %s and %s of %s have different dead-letter settings (%q, %q), so an alias cannot split traffic between them; release with strategy all-at-once.",
			stable.Number, candidate.Number, target.Function, stable.DeadLetter, candidate.DeadLetter)
	}
	return nil
}

func (f Facts) lockedError() error {
	holder, err := f.Alias.Description.Lock.ExecutionARN(f.Alias.ARN)
	if err != nil {
		return err
	}
	return Errorf(AliasLocked, "%s is held by release %s. See it with: aws stepfunctions describe-execution --execution-arn %s",
		f.Alias.Target, f.Alias.Description.Lock.Execution, holder)
}

func (f Facts) checked(splits bool) []string {
	name := f.Alias.Target.String()
	checks := []string{
		fmt.Sprintf("%s is whole on version %s and free", name, f.Stable.Number),
		fmt.Sprintf("%s: version %s is published, Active and fits version %s", name, f.Candidate.Number, f.Stable.Number),
	}
	if f.Provisioned {
		warning := "warning: " + name + " has provisioned concurrency: after the promotion, and after a rollback from it, Lambda keeps traffic on the version that was left until the other has its own"
		if splits {
			warning += "; while traffic is split, requests to the candidate may start cold, and the configuration cannot be changed"
		}
		checks = append(checks, warning)
	}
	return checks
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
