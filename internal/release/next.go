package release

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/judge"
)

// Observation is what was seen of a running release at one time: the judge's outcome over all targets,
// the alarms, and what people asked.
type Observation struct {
	Outcome string // "pass", "fail", "inconclusive"
	Why     string
	// Blind says that the metrics were not read, by an outage or because an alarm
	// decides: the observation adds no evidence and takes none away.
	Blind bool
	// Exposed tells whether the candidate of every target served any request.
	Exposed bool
	// Starved says that a target's candidate served nothing although requests were to be
	// expected at its weight.
	Starved bool
	// Doubt says why an inconclusive candidate may do harm: a signal that speaks against
	// it, or one that is not measured. Empty when there is no sign of harm.
	Doubt string
	// InReach tells whether holding is expected to bring a pass.
	InReach bool
	// Seen says what was seen of the candidate, and which failure rate would have been
	// noticed.
	Seen   string
	Firing []string // alarms that fire now and did not before
	// Commands are those that wait on the aliases, in the order in which they were
	// given. Those that were observed before are among them until the next write.
	Commands []PendingCommand
	Frozen   string // why shifts are frozen; empty when they are not
	// StillMoving says which alias Lambda is still moving, and from where; empty when
	// none. Nothing that is counted meanwhile is the promoted version's.
	StillMoving string
	// Stable and Candidate are what each side answered since the weight in
	// force was set.
	Stable, Candidate judge.Counts
	Evidence          []Evidence // of every signal of every target
}

// Next decides what follows an observation. It is the release's whole policy:
//
//   - a failed verdict and an alarm roll back at once, then comes what people
//     asked;
//   - a step ends when its bake, and the metric delay after it, have passed, or
//     on a pass where the strategy allows that;
//   - before the last step, traffic without a sign of harm is enough to go on
//     gathering evidence; promotion wants a pass, or the policy decides;
//   - approvals, a pause and a freeze hold back a step, never a rollback;
//   - what could not be read is never a pass, and never the end of a watch.
func Next(plan Plan, progress Progress, observation Observation, now time.Time) Progress {
	p := progress.observed(observation)
	switch {
	case len(observation.Firing) > 0:
		return p.overruled(observation, now).end(AlarmFired, fmt.Sprintf("Alarm %s fired at %d %%.", strings.Join(observation.Firing, ", "), p.Weight), true)
	case observation.Outcome == "fail":
		return p.overruled(observation, now).end(VerdictFailed, observation.Why, true)
	}
	p, asked := p.heed(plan, observation.Commands, now)
	if asked.abort != nil {
		return p.abort(*asked.abort)
	}
	if observation.StillMoving != "" && p.Phase == Watching {
		return p.settle(plan, observation, now)
	}
	due := p.due(plan)
	switch {
	case p.Phase == Watching && now.Before(due):
		p.Next = MoveWatch
		return p.wait(plan, now, due)
	case p.Phase == Watching && observation.Blind:
		return p.watchBlind(plan, observation, now, due)
	case p.Phase == Watching:
		p.Next, p.Verdict = MoveFinish, "The watch found no failure. "+p.Verdict
		return p
	case asked.promote:
		return p.gate(plan, observation, asked, MovePromote, now)
	case now.Before(due) && !asked.skip && p.Phase != Awaiting && !p.passedEarly(plan, observation, now):
		p.Next = MoveBake
		return p.wait(plan, now, due)
	}
	return p.afterBake(plan, observation, asked, now)
}

// watchBlind prolongs a watch at whose end nothing could be read, for as long as the
// plan lets a release hold. Then the release rolls back: what nobody saw is no pass.
func (p Progress) watchBlind(plan Plan, observation Observation, now, due time.Time) Progress {
	until := due.Add(time.Duration(plan.Judge.HoldSeconds) * time.Second)
	if !now.Before(until) {
		return p.end(HeldTooLong, fmt.Sprintf("The watch could not end: for %s nothing could be read. %s",
			now.Sub(due).Round(time.Second), observation.Why), false)
	}
	p.Next, p.Verdict = MoveWatch, "The watch goes on until something can be read. "+p.Verdict
	return p.wait(plan, now, until)
}

// maxSettling is how long Lambda may take to move an alias to a version that is
// to have provisioned concurrency. It takes minutes; where the version cannot
// start, it never ends.
const maxSettling = 30 * time.Minute

// settle waits for an alias that Lambda is still moving: the watch begins when
// the candidate has its traffic.
func (p Progress) settle(plan Plan, observation Observation, now time.Time) Progress {
	if p.SettlingSince.IsZero() {
		p.SettlingSince = p.Promoted
	}
	until := p.SettlingSince.Add(maxSettling)
	if !now.Before(until) {
		return p.end(NotYet, fmt.Sprintf("%s It did not get there within %s.", observation.StillMoving, maxSettling), false)
	}
	p.Since, p.Promoted = now, now
	if last := len(p.Weights) - 1; last >= 0 {
		p.Weights = slices.Clone(p.Weights)
		p.Weights[last].At = now
	}
	p.Verdict, p.Next = observation.StillMoving, MoveWatch
	return p.wait(plan, now, until)
}

// passedEarly tells whether a pass ends the bake before its time: where the
// strategy allows it, and the evidence holds a whole minute of the step.
func (p Progress) passedEarly(plan Plan, observation Observation, now time.Time) bool {
	if !plan.AdvanceOnPass || observation.Outcome != "pass" || p.Step < 0 {
		return false
	}
	delay := time.Duration(plan.Judge.SettledSeconds()+plan.Judge.WarmUpSeconds) * time.Second
	return !now.Before(FirstMinute(p.Since).Add(time.Minute + delay))
}

// observed records what the observation saw.
func (p Progress) observed(observation Observation) Progress {
	p.Observations++
	p.Verdict = observation.Why
	if last := len(p.Weights) - 1; last >= 0 && !observation.Blind {
		p.Weights = slices.Clone(p.Weights)
		seen := &p.Weights[last]
		seen.Stable, seen.Candidate, seen.Verdict = observation.Stable, observation.Candidate, cut(observation.Why, maxSentence)
		seen.Evidence = strongest(observation.Evidence)
	}
	return p
}

func (p Progress) afterBake(plan Plan, observation Observation, asked asked, now time.Time) Progress {
	last := p.Step == len(plan.Steps)-1
	onwards := MoveAdvance
	if last {
		onwards = MovePromote
	}
	switch {
	case observation.Outcome == "pass", p.Phase == Awaiting,
		p.Step < 0, // nothing was shifted, so there is nothing to have evidence of
		// Evidence adds up over the release: before the last step, no sign of
		// harm is enough to gather more of it at a higher weight.
		!last && !observation.Blind && observation.Exposed:
		return p.gate(plan, observation, asked, onwards, now)
	case plan.Judge.Inconclusive == PolicyNoHarm && observation.harmless() && (!last || !observation.InReach):
		if last {
			p.Seen, p.Verdict = observation.Seen, observation.Seen
		}
		return p.gate(plan, observation, asked, onwards, now)
	case plan.Judge.Inconclusive == PolicyAdvance:
		return p.gate(plan, observation, asked, onwards, now)
	case plan.Judge.Inconclusive == PolicyRollBack:
		return p.end(Inconclusive, observation.Why, false)
	}
	why := observation.Why
	switch {
	case observation.Doubt != "":
		why = observation.Doubt
	case observation.Starved:
		why = "The candidate has served no request although it has a share of the traffic."
	}
	return p.hold(plan, "for more evidence. "+why, now)
}

// harmless tells whether an observation without a verdict speaks against nothing.
func (o Observation) harmless() bool { return !o.Blind && !o.Starved && o.Doubt == "" }

// hold stops advancing and keeps observing, for as long as the plan allows.
func (p Progress) hold(plan Plan, why string, now time.Time) Progress {
	if p.Phase != Holding {
		p.Phase, p.HeldSince = Holding, now
	}
	until := p.HeldSince.Add(time.Duration(plan.Judge.HoldSeconds) * time.Second)
	if !now.Before(until) {
		held := now.Sub(p.HeldSince).Round(time.Second)
		return p.end(HeldTooLong, fmt.Sprintf("Held %s at %d %% %s", held, p.Weight, why), false)
	}
	p.Verdict = fmt.Sprintf("Held at %d %% %s", p.Weight, why)
	p.Next = MoveBake
	return p.wait(plan, now, until)
}

// gate lets a step or a promotion through, or says what it waits for.
func (p Progress) gate(plan Plan, observation Observation, asked asked, move Move, now time.Time) Progress {
	upcoming := p.Step + 1
	if move == MovePromote {
		upcoming = len(plan.Steps)
	}
	if approval := plan.approvalBefore(upcoming); approval != nil && !slices.Contains(p.Approved, upcoming) {
		switch {
		case p.Phase != Awaiting:
			p.Phase, p.AwaitUntil = Awaiting, now.Add(time.Duration(approval.LimitSeconds)*time.Second)
			p.Next, p.AwaitSeconds = MoveAwait, approval.LimitSeconds
			return p.wait(plan, now, p.AwaitUntil)
		case asked.answer.Command == CommandReject:
			return p.end(Rejected, fmt.Sprintf("%s rejected the release at %d %%.", nameOf(asked.answer.By), p.Weight), false)
		case asked.answer.Command == CommandUnclear:
			return p.end(Rejected, fmt.Sprintf("The approval at %d %% was answered with %s, which is neither a yes nor a no, so it counts as a no. "+
				`A yes is {"decision": "approve", "by": "your name"}.`, p.Weight, asked.answer.By), false)
		case asked.answer.Command == "" && now.Before(p.AwaitUntil.Add(answerGrace)):
			p.Next = MoveAwait
			return p.wait(plan, now, p.AwaitUntil.Add(answerGrace))
		case asked.answer.Command != CommandApprove && approval.Otherwise != PolicyAdvance:
			return p.end(Rejected, fmt.Sprintf("Nobody approved within %s at %d %%.", time.Duration(approval.LimitSeconds)*time.Second, p.Weight), false)
		}
		p.Approved = append(slices.Clone(p.Approved), upcoming)
		p.Phase = Baking
	}
	switch {
	case p.Paused:
		return p.hold(plan, "because it was paused by "+nameOf(p.givenBy(CommandPause))+".", now)
	case observation.Frozen != "":
		return p.hold(plan, "because releases are frozen: "+observation.Frozen, now)
	}
	p.Phase = Baking
	return p.afterHooks(plan, move, hooksBefore(move, p.Step))
}

// answerGrace is how long after its limit an approval's answer may still be on the
// way. Then the limit ends the waiting, whatever became of the answer.
const answerGrace = 2 * time.Minute

// afterHooks makes a move, once the hooks of the stages have been called.
func (p Progress) afterHooks(plan Plan, move Move, stages []Stage) Progress {
	p.Next, p.Hooks = move, nil
	for _, hook := range plan.Hooks {
		if slices.Contains(stages, hook.At) {
			p.Hooks = append(p.Hooks, hook)
		}
	}
	if len(p.Hooks) > 0 {
		p.Next, p.Then = MoveCallHooks, move
	}
	return p
}

// MovesOn tells whether traffic is about to be shifted forward.
func (p Progress) MovesOn() bool {
	next := p.Next
	if next == MoveCallHooks {
		next = p.Then
	}
	return next == MoveAdvance || next == MovePromote
}

// Upcoming is the weight of the move that is next, in percent: 100 for the
// promotion.
func (p Progress) Upcoming(plan Plan) int {
	if next := p.Step + 1; p.Next == MoveAdvance && next < len(plan.Steps) {
		return plan.Steps[next].Weight
	}
	return 100
}

func (p Progress) givenBy(command Command) string {
	for _, given := range slices.Backward(p.Commands) {
		if given.Command == command {
			return given.By
		}
	}
	return ""
}

func nameOf(by string) string {
	if by == "" {
		return "Somebody"
	}
	return by
}

// due is when the phase may end: a step after its bake, and the watch after its
// time, each once the metrics of it can be read.
func (p Progress) due(plan Plan) time.Time {
	seconds, delay := plan.Watch, plan.Judge.SettledSeconds()
	if p.Phase != Watching {
		if p.Step < 0 {
			return p.Since // before the first step nothing bakes
		}
		seconds, delay = plan.Steps[p.Step].BakeSeconds, plan.delay(p.Step)
	}
	end := FirstMinute(p.Since).Add(time.Duration(seconds) * time.Second)
	if floor := end.Truncate(time.Minute); !floor.Equal(end) {
		end = floor.Add(time.Minute) // metrics come in whole minutes
	}
	return end.Add(time.Duration(delay) * time.Second)
}

// FirstMinute is the first minute whose requests met a weight that was set at a time:
// the minute of that time when it had just begun, else the next.
func FirstMinute(at time.Time) time.Time {
	const justBegun = 10 * time.Second
	if minute := at.Truncate(time.Minute); at.Sub(minute) <= justBegun {
		return minute
	}
	return at.Truncate(time.Minute).Add(time.Minute)
}

// wait sets the time to the next look: the interval, or less when the phase may
// end before, and a part of it right after a shift.
func (p Progress) wait(plan Plan, now, due time.Time) Progress {
	wait := time.Duration(plan.Judge.IntervalSeconds) * time.Second
	if p.Phase == Baking && p.Step >= 0 && now.Sub(p.Since) < quickFor*wait {
		wait = min(wait, max(leastWait, wait/quickParts))
	}
	if left := due.Sub(now); left > 0 && left < wait {
		wait = left
	}
	p.Wait = max(1, int((wait+time.Second-1)/time.Second))
	return p
}

// A version that fails everything shows it in the first minutes after a shift. For
// quickFor intervals a look comes quickParts times an interval, and no sooner than
// leastWait.
const (
	quickFor   = 3 // intervals
	quickParts = 3
	leastWait  = 20 * time.Second
)

func (p Progress) end(name, cause string, failedVersion bool) Progress {
	p.Next = MoveRollBack
	p.Ended = &Ended{Error: name, Cause: cause, FailedVersion: failedVersion}
	return p
}
