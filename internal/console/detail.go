package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/release"
)

// releasePage is one release.
type releasePage struct {
	frame
	Name, ARN, Kind, Strategy string
	Status                    status
	Targets                   []release.PlannedTarget
	Why, By, Reason           string
	Started, Ended            time.Time // Ended is zero while it runs
	Took                      string
	Now                       []wait
	Aliases                   []aliasView
	MoreAliases               int
	Steps                     []stepView
	Charts                    []chart
	Observations              []observation // the newest first
	MoreObservations          int           // before those
	People                    []event
	Troubles                  []trouble
	Checks                    []string
	Graph                     *graphView
	Record                    string
}

// wait is what a running release waits for, and the command that ends it.
type wait struct{ Message, Command string }

// observationsShown bounds the table of verdicts: a release of a week has 10,000.
const observationsShown = 200

// event is a thing somebody did.
type event struct {
	At   time.Time
	What string
}

func (s *server) release(r *http.Request) (body, error) {
	name, err := nameIn(r)
	if err != nil {
		return body{}, err
	}
	f, err := s.store.describe(r.Context(), name, nil, true)
	if err != nil {
		return body{}, err
	}
	page, err := s.pageOf(r, f)
	if err != nil {
		return body{}, err
	}
	return s.render("release.html", page)
}

func (s *server) pageOf(r *http.Request, f facts) (releasePage, error) {
	page := releasePage{
		frame: s.frame(r, "Release "+f.name), Name: f.name, ARN: f.arn, Kind: f.kind(), Strategy: f.strategy(),
		Status: f.statusWords(), Targets: f.targets(), Why: f.why(), Started: f.started, Ended: f.stopped,
		Took: length(s.end(f).Sub(f.started)), Steps: stepsOf(f, s.end(f)), Troubles: f.story.troubles,
		Observations: slices.Clone(f.story.observations), People: peopleOf(f), Checks: checksOf(f),
	}
	slices.Reverse(page.Observations)
	if n := len(page.Observations); n > observationsShown {
		page.Observations, page.MoreObservations = page.Observations[:observationsShown], n-observationsShown
	}
	page.By, page.Reason = askedBy(f)
	if f.status == types.ExecutionStatusRunning {
		page.frame = page.frame.refreshing(r, 5)
		page.Now = waitsFor(f)
	}
	page.Aliases, page.MoreAliases = s.aliasesOf(r.Context(), f)
	if p := f.story.progress; p != nil && !p.FirstAt.IsZero() {
		page.Charts = chartsOf(f.story.observations, p.Weights, p.FirstAt, s.end(f))
	}
	graph, err := graphOfStory(f.definition, f.story)
	if err != nil {
		return releasePage{}, err
	}
	page.Graph = graph
	if f.ending.Record != nil {
		record, err := json.MarshalIndent(f.ending.Record, "", "  ")
		if err != nil {
			return releasePage{}, fmt.Errorf("write the record: %w", err)
		}
		page.Record = string(record)
	}
	return page, nil
}

func askedBy(f facts) (by, reason string) {
	switch {
	case f.ending.Record != nil:
		return f.ending.Record.By, f.ending.Record.Reason
	case f.story.plan != nil:
		return f.story.plan.By, f.story.plan.Reason
	}
	return f.request.By, f.request.Reason
}

// waitsFor says what a running release waits for, beside traffic.
func waitsFor(f facts) []wait {
	p, plan := f.story.progress, f.story.plan
	if p == nil || plan == nil {
		return nil
	}
	var waits []wait
	switch p.Phase {
	case release.Awaiting:
		waits = append(waits, wait{fmt.Sprintf("Waits for a person's approval until %s. To answer:", clockTime(p.AwaitUntil)), "weir approve " + f.arn})
	case release.Holding:
		until := p.HeldSince.Add(time.Duration(plan.Judge.HoldSeconds) * time.Second)
		waits = append(waits, wait{Message: fmt.Sprintf("Held since %s, until %s at the latest.", clockTime(p.HeldSince), clockTime(until))})
	}
	if p.Paused {
		waits = append(waits, wait{"Paused. To go on:", resumeCommand(plan.Targets)})
	}
	if p.Next == release.MoveCallHooks {
		for _, hook := range p.Hooks {
			waits = append(waits, wait{Message: fmt.Sprintf("Asks hook %s, for %s at most.", hook.Function, length(time.Duration(hook.LimitSeconds)*time.Second))})
		}
	}
	return waits
}

func resumeCommand(targets []release.PlannedTarget) string {
	if len(targets) == 0 {
		return "weir resume"
	}
	return fmt.Sprintf("weir resume --function %s --alias %s", targets[0].Function, targets[0].Alias)
}

// peopleOf lists what people asked and approved, in order.
func peopleOf(f facts) []event {
	var asked []release.GivenCommand
	if f.story.progress != nil {
		asked = f.story.progress.Commands
	} else if f.ending.Record != nil {
		asked = f.ending.Record.Commands
	}
	var people []event
	for _, a := range asked {
		by := a.By
		if by == "" {
			by = "somebody"
		}
		what := fmt.Sprintf("%s asked: %s", by, a.Command)
		switch a.Command {
		case release.CommandApprove:
			what = by + " approved"
		case release.CommandReject:
			what = by + " rejected"
		case release.CommandExpired:
			what = "nobody approved in time"
		}
		if a.NoEffect != "" {
			what += ", without effect: " + a.NoEffect
		}
		people = append(people, event{a.At, what})
	}
	return people
}

// checksOf lists what the plan checked, and what it heeds beside the judge.
func checksOf(f facts) []string {
	plan := f.story.plan
	if plan == nil {
		return nil
	}
	checks := slices.Clone(plan.Checks)
	for _, probe := range plan.Probes {
		checks = append(checks, "probe "+probe.Name+" asks the candidate before any traffic")
	}
	for _, alarm := range plan.Alarms {
		if !alarm.FiredBefore {
			checks = append(checks, "alarm "+alarm.Name+" rolls back when it fires")
		}
	}
	for _, hook := range plan.Hooks {
		checks = append(checks, fmt.Sprintf("hook %s is asked at %s", hook.Function, hook.At))
	}
	for _, approval := range plan.Approvals {
		before := "promotion"
		if approval.Step < len(plan.Steps) {
			before = fmt.Sprintf("%d %%", plan.Steps[approval.Step].Weight)
		}
		checks = append(checks, fmt.Sprintf("a person approves before %s, within %s", before, length(time.Duration(approval.LimitSeconds)*time.Second)))
	}
	return checks
}

// clockTime is a time of day for a sentence.
func clockTime(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }

// input is the execution's input, as it was sent.
func (s *server) input(r *http.Request) (body, error) {
	f, err := s.raw(r)
	if err != nil {
		return body{}, err
	}
	return jsonBody([]byte(f.input)), nil
}

// output is the execution's output; of one that failed, the error, its sentences
// and the record.
func (s *server) output(r *http.Request) (body, error) {
	f, err := s.raw(r)
	if err != nil {
		return body{}, err
	}
	if f.status == types.ExecutionStatusRunning {
		return body{}, notFoundError{fmt.Sprintf("Release %s runs: it has no output yet.", f.name)}
	}
	if f.output != "" {
		return jsonBody([]byte(f.output)), nil
	}
	text, err := json.Marshal(struct {
		Status types.ExecutionStatus `json:"status"`
		Error  string                `json:"error,omitempty"`
		Cause  string                `json:"cause,omitempty"`
		Record *release.Record       `json:"record,omitempty"`
	}{f.status, f.ending.Error, f.ending.Message, f.ending.Record})
	if err != nil {
		return body{}, fmt.Errorf("write the output: %w", err)
	}
	return jsonBody(text), nil
}

func (s *server) raw(r *http.Request) (facts, error) {
	name, err := nameIn(r)
	if err != nil {
		return facts{}, err
	}
	return s.store.describe(r.Context(), name, nil, false)
}

// jsonBody indents what is JSON, and gives the rest as it is.
func jsonBody(text []byte) body {
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		return body{"text/plain; charset=utf-8", text}
	}
	return body{"application/json; charset=utf-8", append(indented.Bytes(), '\n')}
}
