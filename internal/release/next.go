package release

import (
	"fmt"
	"slices"
	"time"
)

// Phase is where a running release stands.
type Phase string

// The phases.
const (
	Baking   Phase = "baking"   // observing a step
	Holding  Phase = "holding"  // not advancing, still observing
	Watching Phase = "watching" // promoted, still observing
)

// Progress is the part of a release that changes. It travels through the
// execution beside the plan; times come from the state machine's context.
type Progress struct {
	Phase Phase `json:"phase"`
	// Step is the index of the step in force: -1 before the first,
	// len(plan.Steps) once promoted.
	Step      int       `json:"step"`
	Weight    int       `json:"weight"` // percent of traffic to the candidate
	Since     time.Time `json:"since"`  // when the phase began
	FirstAt   time.Time `json:"firstAt"`
	Promoted  time.Time `json:"promotedAt,omitzero"`
	Reached   []Reached `json:"reached"` // every weight set so far
	Next      Move      `json:"next"`
	Wait      int       `json:"waitSeconds"` // until the next look
	Looks     int       `json:"looks"`
	Verdict   string    `json:"verdict,omitempty"` // the last look, in one sentence
	Ended     *Ended    `json:"ended,omitempty"`   // set when the release must roll back
	HoldUntil time.Time `json:"holdUntil,omitzero"`
	// SlowAfter is the latency in milliseconds above which a request of a
	// target ("orders:prod") is slow, where the request set none.
	SlowAfter map[string]float64 `json:"slowAfterMilliseconds,omitempty"`
}

// Reached is a weight that was set, when, and what was seen while it was in
// force.
type Reached struct {
	Weight    int       `json:"weight"`
	At        time.Time `json:"at"`
	Stable    Served    `json:"stable"`
	Candidate Served    `json:"candidate"`
	Verdict   string    `json:"verdict,omitempty"`
}

// Served is what one version answered.
type Served struct {
	Requests int64 `json:"requests"`
	Errors   int64 `json:"errors"`
}

// Move is what the workflow does next. The definition's one Choice reads it.
type Move string

// The moves.
const (
	MoveBake     Move = "bake"     // keep baking, or holding: look again after Wait
	MoveAdvance  Move = "advance"  // shift to the next step
	MovePromote  Move = "promote"  // give the candidate 100 percent
	MoveWatch    Move = "watch"    // keep watching
	MoveFinish   Move = "finish"   // the release succeeded
	MoveRollBack Move = "rollBack" // return to stable
)

// Ended says why a release rolls back: the error's name and its sentence.
type Ended struct {
	Error string `json:"error"`
	Cause string `json:"cause"`
	// FailedVersion says that the version itself was found bad, and is to be
	// remembered as such.
	FailedVersion bool `json:"failedVersion"`
}

// Look is one look at a running release: the judge's outcome over all targets
// and the alarms.
type Look struct {
	Outcome  string // "pass", "fail", "inconclusive"
	Sentence string
	// Blind says that the metrics could not be read: an outage, not evidence.
	Blind bool
	// Exposed tells whether the candidate of every target served any request.
	Exposed bool
	Firing  []string // alarms that fire now and did not before
	// Stable and Candidate are what each side answered since the weight in
	// force was set.
	Stable, Candidate Served
}

// Next decides what follows a look. It is the release's whole policy: fail and
// alarms roll back at once; a step ends when its bake, and the metric delay
// after it, have passed; promotion wants a pass, or the policy decides.
func Next(plan Plan, progress Progress, look Look, now time.Time) Progress {
	progress.Looks++
	progress.Verdict = look.Sentence
	if last := len(progress.Reached) - 1; last >= 0 && !look.Blind {
		progress.Reached = slices.Clone(progress.Reached)
		seen := &progress.Reached[last]
		seen.Stable, seen.Candidate, seen.Verdict = look.Stable, look.Candidate, look.Sentence
	}
	switch {
	case len(look.Firing) > 0:
		return progress.end(AlarmFired, fmt.Sprintf("Alarm %s fired at %d %%.", look.Firing[0], progress.Weight), true)
	case look.Outcome == "fail":
		return progress.end(VerdictFailed, look.Sentence, true)
	}
	due := progress.due(plan)
	if now.Before(due) {
		progress.Next = MoveBake
		if progress.Phase == Watching {
			progress.Next = MoveWatch
		}
		return progress.wait(plan, now, due)
	}
	if progress.Phase == Watching {
		progress.Next = MoveFinish
		return progress
	}
	return progress.afterBake(plan, look, now)
}

// due is when the phase may end: a step after its bake and once the metrics of
// the bake can be read, a hold at its limit.
func (p Progress) due(plan Plan) time.Time {
	delay := time.Duration(plan.Judge.MetricDelaySeconds) * time.Second
	switch p.Phase {
	case Watching:
		return wholeMinuteAfter(p.Since.Add(time.Duration(plan.Watch) * time.Second)).Add(delay)
	case Holding:
		return p.Since // every look may end a hold
	}
	bake := time.Duration(plan.Steps[p.Step].BakeSeconds) * time.Second
	return wholeMinuteAfter(p.Since.Add(bake)).Add(delay)
}

// wholeMinuteAfter rounds up to a minute: metrics come in whole minutes.
func wholeMinuteAfter(t time.Time) time.Time {
	if floor := t.Truncate(time.Minute); !floor.Equal(t) {
		return floor.Add(time.Minute)
	}
	return t
}

func (p Progress) afterBake(plan Plan, look Look, now time.Time) Progress {
	last := p.Step == len(plan.Steps)-1
	pass := look.Outcome == "pass"
	switch {
	case pass && last:
		p.Next = MovePromote
	case pass, !last && !look.Blind && look.Exposed:
		// Evidence adds up over the release: before the last step, no sign of
		// harm is enough to gather more of it at a higher weight.
		p.Next = MoveAdvance
	default:
		return p.withoutEvidence(plan, look, last, now)
	}
	return p
}

// withoutEvidence applies the policy for an inconclusive verdict.
func (p Progress) withoutEvidence(plan Plan, look Look, last bool, now time.Time) Progress {
	if p.Phase != Holding {
		switch plan.Judge.Inconclusive {
		case PolicyAdvance:
			p.Next = MoveAdvance
			if last {
				p.Next = MovePromote
			}
			return p
		case PolicyRollBack:
			return p.end(Inconclusive, look.Sentence, false)
		}
		p.Phase, p.Since = Holding, now
		p.HoldUntil = now.Add(time.Duration(plan.Judge.HoldSeconds) * time.Second)
	}
	if !now.Before(p.HoldUntil) {
		held := now.Sub(p.Since).Round(time.Second)
		return p.end(Inconclusive, fmt.Sprintf("Held %s at %d %% for more evidence, in vain. %s", held, p.Weight, look.Sentence), false)
	}
	p.Next = MoveBake
	return p.wait(plan, now, p.HoldUntil)
}

// wait sets the time to the next look: the interval, or less when the phase may
// end before.
func (p Progress) wait(plan Plan, now, due time.Time) Progress {
	wait := time.Duration(plan.Judge.IntervalSeconds) * time.Second
	if left := due.Sub(now); left > 0 && left < wait {
		wait = left
	}
	p.Wait = max(1, int((wait+time.Second-1)/time.Second))
	return p
}

func (p Progress) end(name, cause string, failedVersion bool) Progress {
	p.Next = MoveRollBack
	p.Ended = &Ended{Error: name, Cause: cause, FailedVersion: failedVersion}
	return p
}

// Start is the progress of a release that has moved nothing yet.
func Start() Progress {
	return Progress{Phase: Baking, Step: -1, Reached: []Reached{}}
}

// Shifted is the progress after traffic was shifted to the next step.
func (p Progress) Shifted(plan Plan, now time.Time) Progress {
	p.Step++
	p.Phase, p.Since, p.HoldUntil = Baking, now, time.Time{}
	p.Weight = plan.Steps[p.Step].Weight
	p.Reached = append(slices.Clone(p.Reached), Reached{Weight: p.Weight, At: now})
	if p.FirstAt.IsZero() {
		p.FirstAt = now
	}
	p.Next = MoveBake
	return p.wait(plan, now, p.due(plan))
}

// PromotedAt is the progress after the candidate took all traffic.
func (p Progress) PromotedAt(plan Plan, now time.Time) Progress {
	p.Step = len(plan.Steps)
	p.Phase, p.Since, p.Promoted, p.Weight = Watching, now, now, 100
	p.Reached = append(slices.Clone(p.Reached), Reached{Weight: 100, At: now})
	if p.FirstAt.IsZero() {
		p.FirstAt = now
	}
	if plan.Watch == 0 {
		p.Next = MoveFinish
		return p
	}
	p.Next = MoveWatch
	return p.wait(plan, now, p.due(plan))
}

// FirstMove is what follows the probes: the first step, or the promotion where
// the strategy has none.
func FirstMove(plan Plan) Move {
	if len(plan.Steps) == 0 {
		return MovePromote
	}
	return MoveAdvance
}
