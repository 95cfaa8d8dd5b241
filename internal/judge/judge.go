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
	tallies []tally
	limits  []float64 // logs of the e-value at which each signal fails
}

func newBench(r *Release) *bench {
	b := &bench{
		release: r,
		alpha:   r.Alpha * (1 - r.WatchShare),
		tallies: make([]tally, len(r.Signals)),
		limits:  make([]float64, len(r.Signals)),
	}
	for i := range r.Signals {
		b.tallies[i] = newTally(&r.Signals[i])
		b.limits[i] = math.Log(float64(len(r.Signals)) / b.alpha)
	}
	return b
}

// hear takes in one minute of every signal and returns the signal that fails
// by it, or -1.
func (b *bench) hear(minute int) int {
	failed := -1
	for i := range b.release.Signals {
		minutes := b.release.Signals[i].Minutes
		if minute >= len(minutes) {
			continue
		}
		m := minutes[minute]
		m = Minute{Stable: m.Stable.proven(), Candidate: m.Candidate.proven()}
		if !m.informative() {
			continue
		}
		t := &b.tallies[i]
		t.add(m)
		if failed < 0 && t.evidence(float64(t.candidate.Events)) >= b.limits[i] && b.matters(i) {
			failed = i
		}
	}
	return failed
}

// matters tells whether the difference of the rates is above the tolerated one,
// beyond the signal's share of doubt. A regression must exceed both bounds of
// the tolerance, and each is tested at the full share: both fail wrongly only
// if each does.
func (b *bench) matters(i int) bool {
	d := &b.tallies[i].differences
	return d.tolerated == 0 || d.evidence() >= math.Log(float64(len(b.tallies))/b.alpha)
}

// verdict sums up the bake.
func (b *bench) verdict(minute, failed int) Verdict {
	v := Verdict{Outcome: Pass, Minute: minute, Evidence: make([]Evidence, len(b.tallies))}
	for i := range b.tallies {
		v.Evidence[i] = b.evidence(i)
		if i == failed {
			v.Evidence[i].Outcome, v.Evidence[i].Missing = Fail, ""
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
