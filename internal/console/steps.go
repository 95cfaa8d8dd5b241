package console

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/judge"
	"weir/internal/release"
)

// stepView is a step of the plan, or of the way back, and what became of it.
type stepView struct {
	Label, Length      string
	Weight             int
	State              stepState
	At                 time.Time // zero when not reached
	Progress           string    // of the step in force
	Part               int       // of its time that has passed, in percent
	Stable, Candidate  string    // what each side answered
	Verdict            string
	StableBad, CandBad bool // it answered errors
}

// stepState is a step's place in the release.
type stepState string

const (
	stepTodo    stepState = "todo"
	stepNow     stepState = "now"
	stepDone    stepState = "done"
	stepSkipped stepState = "skipped" // the release ended before it
	stepFailed  stepState = "failed"  // it rolled back, or ended, from here
	stepBack    stepState = "back"    // of a gradual rollback
)

// stepsOf puts the weights that were set beside the steps that were planned.
func stepsOf(f facts, now time.Time) []stepView {
	planned, ok := f.steps()
	if !ok {
		return nil
	}
	watch := watchSeconds(f)
	views := make([]stepView, 0, len(planned)+1)
	for _, step := range planned {
		views = append(views, stepView{Label: fmt.Sprintf("%d %%", step.Weight), Weight: step.Weight, State: stepTodo,
			Length: "bake " + length(time.Duration(step.BakeSeconds)*time.Second)})
	}
	last := stepView{Label: "100 %", Weight: 100, State: stepTodo, Length: "promotion"}
	if watch > 0 {
		last.Length = "watch " + length(time.Duration(watch)*time.Second)
	}
	views = append(views, last)
	highest := 0
	for _, r := range reachedIn(f) {
		if r.Weight <= highest {
			views = append(views, reachedView(stepView{Label: fmt.Sprintf("back to %d %%", r.Weight), Weight: r.Weight, State: stepBack}, r))
			continue
		}
		highest = r.Weight
		for i := range views {
			if views[i].Weight == r.Weight && views[i].State == stepTodo {
				views[i] = reachedView(views[i], r)
				views[i].State = stepDone
			}
		}
	}
	settleSteps(views, f, now)
	return views
}

func watchSeconds(f facts) int {
	if f.story.plan != nil {
		return f.story.plan.Watch
	}
	return f.ending.Record.Planned.WatchSeconds
}

func reachedIn(f facts) []release.SetWeight {
	if f.story.progress != nil {
		return f.story.progress.Weights
	}
	if f.ending.Record != nil {
		return f.ending.Record.Steps
	}
	return nil
}

func reachedView(v stepView, r release.SetWeight) stepView {
	v.At, v.Verdict = r.At, r.Verdict
	v.Stable, v.StableBad = servedWords(r.Stable)
	v.Candidate, v.CandBad = servedWords(r.Candidate)
	return v
}

func servedWords(s judge.Counts) (words string, bad bool) {
	if s.Requests == 0 {
		return "–", false
	}
	return fmt.Sprintf("%d requests, %s errors", s.Requests, percent(s.Events, s.Requests)), s.Events > 0
}

// lastReached is the step of the highest weight that was set, or -1.
func lastReached(views []stepView) int {
	last := -1
	for i, v := range views {
		if v.State == stepDone {
			last = i
		}
	}
	return last
}

// endedBadly tells whether the release rolls back, or has.
func (f facts) endedBadly() bool {
	p := f.story.progress
	return p != nil && p.Ended != nil || !f.stopped.IsZero() && f.status != types.ExecutionStatusSucceeded
}

// settleSteps says which step is in force, and which will never be.
func settleSteps(views []stepView, f facts, now time.Time) {
	p := f.story.progress
	if last := lastReached(views); last >= 0 && f.endedBadly() {
		views[last].State = stepFailed
	}
	runs := f.stopped.IsZero() && f.story.plan != nil && p != nil && p.Ended == nil
	for i := range views {
		v := &views[i]
		if v.State == stepTodo && !f.stopped.IsZero() {
			v.State = stepSkipped
		}
		if !runs || v.State != stepDone || v.Weight != p.Weight {
			continue
		}
		v.State = stepNow
		total := time.Duration(f.story.plan.Watch) * time.Second
		if i < len(f.story.plan.Steps) {
			total = time.Duration(f.story.plan.Steps[i].BakeSeconds) * time.Second
		}
		passed := max(0, now.Sub(p.Since))
		v.Progress, v.Part = fmt.Sprintf("%s, %s so far", p.Phase, length(passed)), 100
		if total > 0 {
			v.Part = int(min(100, 100*passed/total))
		}
	}
}
