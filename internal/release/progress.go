package release

import (
	"cmp"
	"slices"
	"time"

	"weir/internal/judge"
)

// Phase is where a running release stands.
type Phase string

// The phases.
const (
	Baking   Phase = "baking"   // observing a step
	Holding  Phase = "holding"  // not advancing, still observing
	Awaiting Phase = "awaiting" // waiting for a person's approval, still observing
	Watching Phase = "watching" // promoted, still observing
)

// Progress is the part of a release that changes. It travels through the
// execution beside the plan; times come from the state machine's context.
type Progress struct {
	Phase Phase `json:"phase"`
	// Step is the index of the step in force: -1 before the first,
	// len(plan.Steps) once promoted.
	Step         int         `json:"step"`
	Weight       int         `json:"weight"`  // percent of traffic to the candidate
	Since        time.Time   `json:"since"`   // when the weight in force was set
	FirstAt      time.Time   `json:"firstAt"` // when the candidate first got traffic
	Promoted     time.Time   `json:"promotedAt,omitzero"`
	Weights      []SetWeight `json:"weights"` // every weight set so far
	Next         Move        `json:"next"`
	Wait         int         `json:"waitSeconds"` // until the next observation
	Observations int         `json:"observations"`
	Verdict      string      `json:"verdict,omitempty"` // the last observation, in one sentence
	Ended        *Ended      `json:"ended,omitempty"`   // set when the release must roll back
	// Seen says, of a release that promotes without proof, what was seen of the candidate.
	Seen string `json:"seen,omitempty"`

	HeldSince    time.Time      `json:"heldSince,omitzero"`
	Paused       bool           `json:"paused,omitempty"`
	AwaitUntil   time.Time      `json:"awaitUntil,omitzero"`
	AwaitSeconds int            `json:"awaitSeconds,omitempty"`
	Approved     []int          `json:"approved,omitempty"` // steps let through, by index
	Commands     []GivenCommand `json:"commands,omitempty"` // in the order in which observations found them
	Hooks        []PlannedHook  `json:"hooks,omitempty"`    // to call now
	Then         Move           `json:"then,omitempty"`     // what follows the hooks

	// SettlingSince is when Lambda began to move an alias that is still on its way.
	SettlingSince time.Time `json:"settlingSince,omitzero"`

	// ReturnSince and ReturnFrom are when a gradual rollback began, and at which
	// weight.
	ReturnSince time.Time `json:"returnSince,omitzero"`
	ReturnFrom  int       `json:"returnFrom,omitempty"`
	// ReturnedAt is when a rollback had written every alias.
	ReturnedAt time.Time `json:"returnedAt,omitzero"`

	// SlowAfter is the latency in milliseconds above which a request of a
	// target ("orders:prod") is slow, where the request set none.
	SlowAfter map[string]int `json:"slowAfterMilliseconds,omitempty"`
}

// SetWeight is a weight that was set, when, and what was seen while it was in
// force.
type SetWeight struct {
	Weight int       `json:"weight"`
	At     time.Time `json:"at"`
	// Stable and Candidate count requests and, as events, errors.
	Stable    judge.Counts `json:"stable"`
	Candidate judge.Counts `json:"candidate"`
	Verdict   string       `json:"verdict,omitempty"`
	// Evidence is what the last observation weighed, the strongest first.
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Evidence is what one signal of one target said at a look: the evidence against
// the candidate beside the limit at which it fails, and the sample it rests on.
type Evidence struct {
	Signal    string       `json:"signal"`
	Phase     string       `json:"phase"`   // bake or watch: which of the two tests
	Verdict   string       `json:"verdict"` // pass, fail, inconclusive
	Value     float64      `json:"value"`
	Limit     float64      `json:"limit"`
	Stable    judge.Counts `json:"stable"`
	Candidate judge.Counts `json:"candidate"`
	// Ratio of the rates; it lies between RatioLow and RatioHigh with probability
	// 1 - alpha. Absent where the events do not tell.
	Ratio     *float64 `json:"ratio,omitempty"`
	RatioLow  *float64 `json:"ratioLow,omitempty"`
	RatioHigh *float64 `json:"ratioHigh,omitempty"`
}

// A release of fifty functions has hundreds of signals and may have a hundred
// steps, and its progress must fit the 256 KiB that Step Functions passes on: a
// step keeps the signals nearest to failing, and the start of its sentence.
const (
	maxEvidence = 3
	maxSentence = 600 // bytes
)

// strongest keeps the evidence nearest to its limit, the strongest first.
func strongest(all []Evidence) []Evidence {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Evidence) int { return cmp.Compare(b.Value*a.Limit, a.Value*b.Limit) })
	return sorted[:min(len(sorted), maxEvidence)]
}

// GivenCommand is a command that the release has observed.
type GivenCommand struct {
	ID      string    `json:"id"`
	Command Command   `json:"command"`
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at"`
	// NoEffect says why the command changed nothing; empty when it had its effect.
	NoEffect string `json:"noEffect,omitempty"`
}

// Move is what the workflow does next. The definition's one Choice reads it.
type Move string

// The moves.
const (
	MoveBake      Move = "bake"      // keep baking, or holding: observe again after Wait
	MoveAwait     Move = "await"     // wait for an approval, looking meanwhile
	MoveCallHooks Move = "callHooks" // call Hooks, then do Then
	MoveAdvance   Move = "advance"   // shift to the next step
	MovePromote   Move = "promote"   // give the candidate 100 percent
	MoveWatch     Move = "watch"     // keep watching
	MoveFinish    Move = "finish"    // give the locks back
	MoveSucceed   Move = "succeed"   // the release has ended well
	MoveRollBack  Move = "rollBack"  // return to stable
	MoveReturn    Move = "return"    // on the way back to stable: wait, then roll back further
)

// Ended says why a release rolls back: the error's name and its sentence.
type Ended struct {
	Error string `json:"error"`
	Cause string `json:"cause"`
	// FailedVersion says that the version itself was found bad, and is to be
	// remembered as such.
	FailedVersion bool `json:"failedVersion"`
}

// NotStarted is the progress of a release that has moved nothing yet.
func NotStarted() Progress {
	return Progress{Phase: Baking, Step: -1, Weights: []SetWeight{}}
}

// Begin is what follows the probes: the first step, or the promotion where the
// strategy has none, once approvals and hooks allow it.
func Begin(plan Plan, progress Progress, now time.Time) Progress {
	move := MoveAdvance
	if len(plan.Steps) == 0 {
		move = MovePromote
	}
	progress.Since = now
	if first := FirstMinute(now); first.After(now) && len(plan.Steps) > 0 {
		// A weight that is set as a minute begins is seen from that minute on.
		progress.Next = MoveBake
		return progress.wait(plan, now, first)
	}
	return progress.gate(plan, Observation{}, asked{}, move, now)
}

// Shifted is the progress after traffic was shifted to the next step.
func (p Progress) Shifted(plan Plan, now time.Time) Progress {
	p.Step++
	p.Phase, p.Since, p.HeldSince = Baking, now, time.Time{}
	p = p.setWeight(plan.Steps[p.Step].Weight, now)
	p = p.afterHooks(plan, MoveBake, []Stage{AtStep})
	return p.wait(plan, now, p.due(plan))
}

// PromotedAt is the progress after the candidate took all traffic.
func (p Progress) PromotedAt(plan Plan, now time.Time) Progress {
	p.Step = len(plan.Steps)
	p.Phase, p.Since, p.Promoted = Watching, now, now
	p = p.setWeight(100, now)
	move := MoveWatch
	if plan.Watch == 0 {
		move = MoveFinish
	}
	p = p.afterHooks(plan, move, []Stage{AfterPromotion})
	return p.wait(plan, now, p.due(plan))
}

// Settle is the progress of a rollback whose aliases Lambda is still moving; done
// when it is time to end all the same. Lambda goes on by itself.
func (p Progress) Settle(now time.Time) (next Progress, done bool) {
	if p.ReturnedAt.IsZero() {
		p.ReturnedAt = now
	}
	if !now.Before(p.ReturnedAt.Add(maxReturning)) {
		return p, true
	}
	p.Next, p.Wait = MoveReturn, returnPause
	return p, false
}

const (
	maxReturning = 15 * time.Minute
	returnPause  = 30 // seconds
)

// Return is the progress of a gradual rollback at its next write: the weight
// falls by equal steps, one a minute, to 0. Called again at the same time it
// gives the same.
func (p Progress) Return(plan Plan, now time.Time) Progress {
	if p.ReturnSince.IsZero() {
		p.ReturnSince, p.ReturnFrom = now, p.Weight
	}
	steps := (plan.RollBackOver + 59) / 60
	taken := int(now.Sub(p.ReturnSince)/time.Minute) + 1
	p.Next, p.Wait = MoveRollBack, 0
	if weight := p.ReturnFrom * max(0, steps-taken) / max(1, steps); weight > 0 {
		p = p.setWeight(weight, now)
		p.Next, p.Wait = MoveReturn, 60
	}
	return p
}

// MayHaveSet returns the weights, in percent, that the release may have set last: the
// one in force, and the next, whose write may have been made although no answer came.
// The promotion is not among them: somebody may have promoted by hand, and an alias
// that has all its traffic on one version is no split that is left behind.
func (p Progress) MayHaveSet(plan Plan, now time.Time) []int {
	weights := []int{p.Weight}
	switch next := p.Step + 1; {
	case !p.ReturnSince.IsZero():
		weights = append(weights, p.Return(plan, now).Weight)
	case next < len(plan.Steps):
		weights = append(weights, plan.Steps[next].Weight)
	}
	return weights
}

func (p Progress) setWeight(weight int, now time.Time) Progress {
	p.Weight = weight
	p.Weights = append(slices.Clone(p.Weights), SetWeight{Weight: weight, At: now})
	if p.FirstAt.IsZero() {
		p.FirstAt = now
	}
	return p
}
