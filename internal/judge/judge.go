package judge

import "math"

// Judge gives the verdict on everything observed so far. It errs only on input
// that cannot be: the error names the field, its value and what would be right.
func Judge(release Release) (Verdict, error) {
	r, err := release.normalised()
	if err != nil {
		return Verdict{}, err
	}
	b := newBench(&r)
	for minute := range longest(r.Signals) {
		if failed := b.hear(minute); failed >= 0 {
			return b.verdict(minute+1, failed), nil
		}
	}
	v := b.verdict(longest(r.Signals), -1)
	if b.watched() {
		v = b.watch(v)
	}
	return v, nil
}

// bench is the state of a release while its minutes are heard in order.
type bench struct {
	release *Release
	alpha   float64 // of the bake: all but the watch's share
	heard   []hearing
}

// hearing is the state of one signal.
type hearing struct {
	tally    tally
	frontier frontier
	limit    float64 // events of the candidate that fail, at the last look
	beyond   float64 // log of the e-value that fails, past the plan; else 0
	fresh    bool    // the last minute had events
}

// unreachable is a limit before there is any event.
const unreachable = 1e18

func newBench(r *Release) *bench {
	b := &bench{release: r, alpha: r.Alpha * (1 - r.WatchShare), heard: make([]hearing, len(r.Signals))}
	for i := range b.heard {
		h := &b.heard[i]
		h.tally = newTally(&r.Signals[i])
		h.frontier = newFrontier()
		h.limit = unreachable
	}
	return b
}

// hear takes in one minute of every signal and returns the signal that fails
// by it, or -1.
func (b *bench) hear(minute int) int {
	fresh := 0
	for i := range b.heard {
		if b.take(i, minute) || minute+1 == b.release.PlannedMinutes && len(b.heard[i].frontier.law) > 1 {
			// The last planned look spends what is left, new events or not.
			b.heard[i].fresh = true
			fresh++
		}
	}
	b.limits(minute+1, fresh)
	for i := range b.heard {
		h := &b.heard[i]
		if float64(h.tally.candidate.Events) >= h.limit && b.matters(i) {
			return i
		}
	}
	return -1
}

// take adds a minute to a signal and tells whether it had any event.
func (b *bench) take(i, minute int) bool {
	h, s := &b.heard[i], &b.release.Signals[i]
	h.fresh = false
	if minute >= len(s.Minutes) {
		return false
	}
	m := s.Minutes[minute].proven()
	if !m.informative() {
		return false
	}
	h.tally.add(m)
	h.fresh = m.Stable.Events+m.Candidate.Events > 0
	if h.fresh && minute < b.release.PlannedMinutes {
		h.frontier.advance(splitOf(m, s.tolerated().Ratio))
	}
	return h.fresh
}

// matters tells whether the difference of the rates is above the tolerated one,
// beyond the signal's share of doubt. A regression must exceed both bounds of
// the tolerance, and each is tested at the full share: both fail wrongly only
// if each does.
func (b *bench) matters(i int) bool {
	d := &b.heard[i].tally.differences
	return d.tolerated == 0 || d.evidence() >= math.Log(float64(len(b.heard))/b.alpha)
}

// verdict sums up the bake.
func (b *bench) verdict(minute, failed int) Verdict {
	v := Verdict{Outcome: Pass, Minute: minute, Evidence: make([]Evidence, len(b.heard))}
	for i := range b.heard {
		v.Evidence[i] = b.evidence(i, minute)
		if i == failed {
			v.Evidence[i].Outcome, v.Evidence[i].Missing, v.Evidence[i].EnoughInMinutes = Fail, "", nil
		}
		if v.Evidence[i].Outcome != Pass {
			v.Outcome = Inconclusive
		}
	}
	if failed >= 0 {
		v.Outcome = Fail
		v.Reason = v.Evidence[failed].failure(minute)
		return v
	}
	v.Reason = summary(v, v.Evidence)
	return v
}

func (b *bench) watched() bool {
	for i := range b.release.Signals {
		if b.release.Signals[i].Watch != nil {
			return true
		}
	}
	return false
}

// watch hears the minutes after promotion, which count on from the bake's, and
// appends their evidence to the bake's verdict. From promotion on the watch
// alone decides.
func (b *bench) watch(v Verdict) Verdict {
	alpha := b.release.Alpha * b.release.WatchShare / float64(len(b.release.Signals))
	bake, baked := len(v.Evidence), v.Minute
	v.Outcome = Pass
	for i := range b.release.Signals {
		s := &b.release.Signals[i]
		if s.Watch == nil {
			continue
		}
		w := newWatching(s, alpha)
		failedAt := w.hear(s.Watch.Minutes)
		e := w.sum(s, b.release.Power, failedAt)
		v.Evidence = append(v.Evidence, e)
		switch {
		case failedAt > 0 && (v.Outcome != Fail || baked+failedAt < v.Minute):
			v.Outcome, v.Minute = Fail, baked+failedAt
			v.Reason = e.failure(v.Minute)
		case v.Outcome != Fail:
			v.Minute = max(v.Minute, baked+len(s.Watch.Minutes))
			if e.Outcome != Pass {
				v.Outcome = Inconclusive
			}
		}
	}
	if v.Outcome != Fail {
		v.Reason = summary(v, v.Evidence[bake:])
	}
	return v
}
