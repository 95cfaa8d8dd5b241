package release

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Request is the input of one release, as a person or an event writes it.
// request.schema.json documents each field and holds its default.
type Request struct {
	Target    *Target       `json:"target,omitempty"`
	Targets   []Target      `json:"targets,omitempty"`
	Version   string        `json:"version,omitempty"`
	Strategy  Strategy      `json:"strategy"`
	Judge     JudgeSpec     `json:"judge"`
	Probes    []Probe       `json:"probes,omitempty"`
	Alarms    []string      `json:"alarms,omitempty"`
	Approvals []Approval    `json:"approvals,omitempty"`
	Hooks     []Hook        `json:"hooks,omitempty"`
	Watch     Duration      `json:"watch,omitempty"`
	Command   Command       `json:"command,omitempty"`
	RollBack  *RollBackSpec `json:"rollBack,omitempty"`
	Freeze    *FreezeSpec   `json:"freeze,omitempty"`
	// RollBackOver is how long a rollback of this release takes; zero means one write.
	RollBackOver Duration `json:"rollBackOver,omitempty"`
	DryRun       bool     `json:"dryRun,omitempty"`
	Force        bool     `json:"force,omitempty"`
	Reason       string   `json:"reason,omitempty"`
	By           string   `json:"by,omitempty"`
}

// RollBackSpec asks for a former version; an empty To means the one before.
type RollBackSpec struct {
	To string `json:"to,omitempty"`
}

// FreezeSpec asks that nothing be shifted for a while.
type FreezeSpec struct {
	For        Duration `json:"for"`
	Everything bool     `json:"everything,omitempty"`
}

// Target is a function and the alias that a release moves on it.
type Target struct {
	Function string `json:"function"`
	Alias    string `json:"alias,omitempty"`
	Version  string `json:"version,omitempty"` // the version asked for; empty for what the pipeline takes by default
}

func (t Target) String() string { return t.Function + ":" + t.Alias }

// ParseTargets reads targets written as "function:alias", separated by commas.
func ParseTargets(list string) ([]Target, error) {
	var targets []Target
	for pair := range strings.SplitSeq(list, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		function, alias, ok := strings.Cut(pair, ":")
		if !ok || function == "" || alias == "" {
			return nil, fmt.Errorf("%q is no target; write function:alias, separated by commas", pair)
		}
		targets = append(targets, Target{Function: function, Alias: alias})
	}
	return targets, nil
}

// Probe is a direct invocation of the candidate before it gets any traffic.
type Probe struct {
	Name               string          `json:"name,omitempty"`
	Payload            json.RawMessage `json:"payload,omitempty"`
	Expect             Expectation     `json:"expect"`
	WithinMilliseconds int             `json:"withinMilliseconds,omitempty"`
	Times              int             `json:"times,omitempty"`
}

// Expectation is what a probe's answer must be.
type Expectation struct {
	StatusCode int    `json:"statusCode,omitempty"`
	Matches    string `json:"matches,omitempty"` // a JSONata predicate on the answer
}

// JudgeSpec says how the candidate is judged.
type JudgeSpec struct {
	Alpha       float64  `json:"alpha,omitempty"`
	Interval    Duration `json:"interval,omitempty"`
	MetricDelay Duration `json:"metricDelay,omitempty"`
	WarmUp      Duration `json:"warmUp,omitempty"`
	// LongestRequest is how long a request may last. Default: the longer timeout
	// of the two versions.
	LongestRequest *Duration `json:"longestRequest,omitempty"`
	Inconclusive   Policy    `json:"inconclusive,omitempty"`
	HoldFor        Duration  `json:"holdFor,omitempty"`
	Signals        []Signal  `json:"signals,omitempty"`
}

// Policy is what to do when there is too little evidence to promote.
type Policy string

// The policies.
const (
	PolicyHold     Policy = "hold"
	PolicyRollBack Policy = "rollBack"
	PolicyAdvance  Policy = "advance"
	// PolicyNoHarm holds while a pass is in reach. Else it goes on with a version that
	// shows no sign of harm: little traffic is no reason to roll a version back.
	PolicyNoHarm Policy = "noHarm"
)

// check refuses what a schema cannot say, and gives each target the request's version.
func (r *Request) check() error {
	switch {
	case r.Target != nil && len(r.Targets) > 0:
		return Errorf(InvalidRequest, "target and targets are both given; give one of them.")
	case r.Target != nil:
		r.Targets, r.Target = []Target{*r.Target}, nil
	case len(r.Targets) == 0:
		return Errorf(InvalidRequest, `target is missing; name the function to release on, such as {"target": {"function": "orders", "alias": "prod"}}.`)
	}
	if given := count(r.Command != "", r.RollBack != nil, r.Freeze != nil); given > 1 || given == 1 && r.DryRun {
		return Errorf(InvalidRequest, "command, rollBack, freeze and dryRun exclude one another; give one of them.")
	}
	if r.RollBackOver > 0 && (r.Command != "" || r.RollBack != nil || r.Freeze != nil) {
		return Errorf(InvalidRequest, "rollBackOver belongs to a release. To return gradually to a former version, release that version with a strategy of steps.")
	}
	if err := within("rollBackOver", r.RollBackOver, "0m", "1h"); err != nil {
		return err
	}
	if r.Freeze != nil {
		if err := within("freeze.for", r.Freeze.For, "0m", "720h"); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for i := range r.Targets {
		target := &r.Targets[i]
		if target.Version == "" {
			target.Version = r.Version
		}
		if seen[target.String()] {
			return Errorf(InvalidRequest, "targets[%d] is %s again; name each target once.", i, target)
		}
		seen[target.String()] = true
	}
	if err := r.Judge.check(); err != nil {
		return err
	}
	if err := r.checkLimits(); err != nil {
		return err
	}
	if _, err := r.Strategy.Resolve(); err != nil {
		return err
	}
	return within("watch", r.Watch, "0m", "24h")
}

// checkLimits checks the limits of approvals and hooks.
func (r *Request) checkLimits() error {
	for i, approval := range r.Approvals {
		if err := within(fmt.Sprintf("approvals[%d].limit", i), approval.Limit, "1m", "168h"); err != nil {
			return err
		}
	}
	for i, hook := range r.Hooks {
		if err := within(fmt.Sprintf("hooks[%d].limit", i), hook.Limit, "5s", "24h"); err != nil {
			return err
		}
	}
	return nil
}

func (j *JudgeSpec) check() error {
	for _, field := range []struct {
		name      string
		value     Duration
		low, high string
	}{
		{"judge.interval", j.Interval, "30s", "1h"},
		{"judge.metricDelay", j.MetricDelay, "0m", "15m"},
		{"judge.warmUp", j.WarmUp, "0m", "1h"},
		{"judge.holdFor", j.HoldFor, "0m", "168h"},
	} {
		if err := within(field.name, field.value, field.low, field.high); err != nil {
			return err
		}
	}
	if j.LongestRequest != nil {
		if err := within("judge.longestRequest", *j.LongestRequest, "0m", "2h"); err != nil {
			return err
		}
	}
	return checkSignals(j.Signals)
}

func durationOf(text string) *Duration {
	d, err := ParseDuration(text)
	if err != nil {
		panic(err) // only called with the constants of this package
	}
	return &d
}

// within checks a duration against bounds that are written as durations.
func within(field string, d Duration, low, high string) error {
	if d < *durationOf(low) || d > *durationOf(high) {
		text, _ := d.MarshalJSON()
		return Errorf(InvalidRequest, "%s is %s; it must be from %s to %s.", field, text, low, high)
	}
	return nil
}

func count(conditions ...bool) int {
	n := 0
	for _, holds := range conditions {
		if holds {
			n++
		}
	}
	return n
}
