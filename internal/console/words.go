package console

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/arn"
	"weir/internal/release"
)

// executionARN returns the ARN of an execution of a machine.
func executionARN(machine, name string) string {
	parsed, machineName, err := arn.ParseMachine(machine)
	if err != nil {
		return ""
	}
	return parsed.Of("states", "execution:"+machineName+":"+name).String()
}

// requestOf reads an input as far as it is a request; the workflow itself says
// what is wrong with one that is not.
func requestOf(input string) release.Request {
	var request release.Request
	if err := json.Unmarshal([]byte(input), &request); err != nil {
		return release.Request{}
	}
	if request.Target != nil {
		request.Targets = append(request.Targets, *request.Target)
	}
	return request
}

// status is what became of a release: a class for the style sheet and words.
type status struct{ Class, Words string }

func (f facts) statusWords() status {
	switch f.status {
	case types.ExecutionStatusRunning, types.ExecutionStatusPendingRedrive:
		return f.runningWords()
	case types.ExecutionStatusSucceeded:
		return status{"good", f.succeededWords()}
	case types.ExecutionStatusAborted:
		return status{"bad", "stopped"}
	case types.ExecutionStatusTimedOut:
		return status{"bad", "timed out"}
	}
	switch {
	case f.ending.Error == rollbackFailed:
		return status{"bad", "rollback failed"}
	case f.ending.Record != nil || f.story.progress != nil:
		return status{"bad", "rolled back"}
	}
	return status{"warn", "refused"}
}

// rollbackFailed is the error of the definition's state of that name.
const rollbackFailed = "Release.RollbackFailed"

func (f facts) succeededWords() string {
	switch {
	case f.request.Command != "", f.request.Freeze != nil:
		return "done"
	case f.request.DryRun:
		return "dry run"
	case f.request.RollBack != nil:
		return "rolled back as asked"
	}
	return "succeeded"
}

func (f facts) runningWords() status {
	p := f.story.progress
	if p == nil || p.Step < 0 && p.Phase == release.Baking {
		return status{"live", "starting"}
	}
	words := fmt.Sprintf("%s at %d %%", p.Phase, p.Weight)
	switch {
	case p.Ended != nil || f.story.states["Roll back"] != nil:
		return status{"warn", fmt.Sprintf("rolling back from %d %%", p.Weight)}
	case p.Phase == release.Awaiting:
		return status{"warn", fmt.Sprintf("awaiting approval at %d %%", p.Weight)}
	case p.Phase == release.Holding:
		return status{"warn", words}
	}
	return status{"live", words}
}

// kind is what was asked for, where that is not a release.
func (f facts) kind() string {
	switch {
	case f.request.Command != "":
		return string(f.request.Command)
	case f.request.RollBack != nil:
		return "roll back"
	case f.request.Freeze != nil && f.request.Freeze.For == 0:
		return "thaw"
	case f.request.Freeze != nil:
		return "freeze"
	}
	return "release"
}

// targets are the planned ones, or those asked for as long as there is no plan.
// They read from the version served to the one that is to be: a rollback that
// was asked for leads back to stable.
func (f facts) targets() []release.PlannedTarget {
	targets := slices.Clone(f.plannedTargets())
	if f.request.RollBack != nil {
		for i, t := range targets {
			targets[i].Stable, targets[i].Candidate = t.Candidate, t.Stable
		}
	}
	return targets
}

func (f facts) plannedTargets() []release.PlannedTarget {
	if f.ending.Record != nil && len(f.ending.Record.Targets) > 0 {
		return f.ending.Record.Targets
	}
	if f.story.plan != nil && len(f.story.plan.Targets) > 0 {
		return f.story.plan.Targets
	}
	var targets []release.PlannedTarget
	for _, t := range f.request.Targets {
		targets = append(targets, release.PlannedTarget{Function: t.Function, Alias: t.Alias, Candidate: t.Version})
	}
	return targets
}

// steps are the planned ones; ok tells whether there is a plan.
func (f facts) steps() (steps []release.Step, ok bool) {
	if f.story.plan != nil && f.story.plan.Kind == release.KindRelease {
		return f.story.plan.Steps, true
	}
	if r := f.ending.Record; r != nil && f.kind() == "release" {
		return r.Planned.Steps, true
	}
	return nil, false
}

// strategy says how traffic moves: the preset's name, or the weights.
func (f facts) strategy() string {
	if preset := f.request.Strategy.Preset; preset != "" {
		return preset
	}
	steps, ok := f.steps()
	if !ok {
		return f.request.Strategy.Type
	}
	if len(steps) == 0 {
		return "all at once"
	}
	var weights []string
	for i, step := range steps {
		if i == 4 && len(steps) > 6 {
			weights = append(weights, "…")
		}
		if i < 4 || i == len(steps)-1 || len(steps) <= 6 {
			weights = append(weights, fmt.Sprint(step.Weight))
		}
	}
	return strings.Join(weights, " → ") + " → 100\u00a0%"
}

// why says why it ended, or what the judge said last.
func (f facts) why() string {
	if f.ending.Message != "" {
		return f.ending.Message
	}
	if p := f.story.progress; p != nil && f.stopped.IsZero() {
		if p.Ended != nil {
			return p.Ended.Cause
		}
		return p.Verdict
	}
	switch {
	case f.status == types.ExecutionStatusAborted && f.ending.Error == "":
		return "The execution was stopped from outside. The repair returns the alias to its stable version."
	case f.status == types.ExecutionStatusTimedOut && f.ending.Error == "":
		return "The execution ran out of time. The repair returns the alias to its stable version."
	}
	return f.ending.Error
}

// length writes a duration with its two largest units.
func length(d time.Duration) string {
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h >= 24:
		return join(h/24, "d", h%24, "h")
	case h > 0:
		return join(h, "h", m, "min")
	case m > 0:
		return join(m, "min", s, "s")
	}
	return fmt.Sprintf("%d s", s)
}

func join(large int, largeUnit string, small int, smallUnit string) string {
	text := fmt.Sprintf("%d %s", large, largeUnit)
	if small > 0 {
		text += fmt.Sprintf(" %d %s", small, smallUnit)
	}
	return text
}

// percent writes a rate.
func percent(events, requests int64) string {
	if requests == 0 {
		return "no requests"
	}
	return fmt.Sprintf("%.3g %%", 100*float64(events)/float64(requests))
}
