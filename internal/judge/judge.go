package judge

import "math"

// Judge gives the verdict on everything observed so far. It errs only on input
// that cannot be: the error names the field, its value and what would be right.
func Judge(release Release) (Verdict, error) {
	r, err := release.withDefaults()
	if err != nil {
		return Verdict{}, err
	}
	a := newAnalysis(&r)
	for minute := range longest(r.Signals) {
		if failed := a.observe(minute); failed >= 0 {
			return a.verdict(minute+1, failed), nil
		}
	}
	v := a.verdict(longest(r.Signals), -1)
	if a.hasWatch() {
		v = a.judgeWatch(v)
	}
	return v, nil
}

// analysis is the state of a release while its minutes are observed in order.
type analysis struct {
	release *Release
	alpha   float64 // of the bake: all but the watch's share
	signals []signalState
}

// signalState is the state of one signal.
type signalState struct {
	counts    signalCounts
	boundary  boundary
	limit     float64 // events of the candidate that fail, at the last look
	beyond    float64 // log of the e-value that fails, past the plan; else 0
	hasEvents bool    // the last minute had events
}

// unreachable is a limit before there is any event.
const unreachable = 1e18

func newAnalysis(r *Release) *analysis {
	a := &analysis{release: r, alpha: r.Alpha * (1 - r.WatchShare), signals: make([]signalState, len(r.Signals))}
	for i := range a.signals {
		state := &a.signals[i]
		state.counts = newSignalCounts(&r.Signals[i])
		state.boundary = newBoundary()
		state.limit = unreachable
	}
	return a
}

// observe takes in one minute of every signal and returns the signal that fails
// by it, or -1.
func (a *analysis) observe(minute int) int {
	fresh := 0
	for i := range a.signals {
		if a.observeSignal(i, minute) || minute+1 == a.release.PlannedMinutes && len(a.signals[i].boundary.distribution) > 1 {
			// The last planned look spends what is left, new events or not.
			a.signals[i].hasEvents = true
			fresh++
		}
	}
	a.spendAlpha(minute+1, fresh)
	for i := range a.signals {
		state := &a.signals[i]
		if float64(state.counts.total.Candidate.Events) >= state.limit && a.exceedsDifference(i) {
			return i
		}
	}
	return -1
}

// observeSignal adds a minute to a signal and tells whether it had any event.
func (a *analysis) observeSignal(i, minute int) bool {
	state, s := &a.signals[i], &a.release.Signals[i]
	state.hasEvents = false
	if minute >= len(s.Minutes) {
		return false
	}
	m := s.Minutes[minute].withProvenRequests()
	if !m.informative() {
		return false
	}
	state.counts.add(m)
	state.hasEvents = m.Stable.Events+m.Candidate.Events > 0
	if state.hasEvents && minute < a.release.PlannedMinutes {
		state.boundary.advance(splitOf(m, s.tolerated().Ratio))
	}
	return state.hasEvents
}

// exceedsDifference tells whether the difference of the rates is above the tolerated one,
// beyond the signal's share of doubt. A regression must exceed both bounds of
// the tolerance, and each is tested at the full share: both fail wrongly only
// if each does.
func (a *analysis) exceedsDifference(i int) bool {
	d := &a.signals[i].counts.differences
	return d.tolerated == 0 || d.evidence() >= math.Log(float64(len(a.signals))/a.alpha)
}

// verdict sums up the bake.
func (a *analysis) verdict(minute, failed int) Verdict {
	v := Verdict{Outcome: Pass, Minute: minute, Evidence: make([]Evidence, len(a.signals))}
	for i := range a.signals {
		v.Evidence[i] = a.evidence(i, minute)
		if i == failed {
			v.Evidence[i].Outcome, v.Evidence[i].Missing, v.Evidence[i].EnoughInMinutes = Fail, "", nil
		}
		if v.Evidence[i].Outcome != Pass {
			v.Outcome = Inconclusive
		}
	}
	if failed >= 0 {
		v.Outcome = Fail
		v.Reason = v.Evidence[failed].failureSentence(minute)
		return v
	}
	v.Reason = summarySentence(v, v.Evidence)
	return v
}

func (a *analysis) hasWatch() bool {
	for i := range a.release.Signals {
		if a.release.Signals[i].Watch != nil {
			return true
		}
	}
	return false
}

// judgeWatch observes the minutes after promotion, which count on from the bake's, and
// appends their evidence to the bake's verdict. From promotion on the watch
// alone decides.
func (a *analysis) judgeWatch(v Verdict) Verdict {
	alpha := a.release.Alpha * a.release.WatchShare / float64(len(a.release.Signals))
	bake, baked := len(v.Evidence), v.Minute
	v.Outcome = Pass
	for i := range a.release.Signals {
		s := &a.release.Signals[i]
		if s.Watch == nil {
			continue
		}
		w := newWatchTest(s, alpha)
		failedAt := w.observe(s.Watch.Minutes)
		e := w.result(s, a.release.Power, failedAt)
		v.Evidence = append(v.Evidence, e)
		switch {
		case failedAt > 0 && (v.Outcome != Fail || baked+failedAt < v.Minute):
			v.Outcome, v.Minute = Fail, baked+failedAt
			v.Reason = e.failureSentence(v.Minute)
		case v.Outcome != Fail:
			v.Minute = max(v.Minute, baked+len(s.Watch.Minutes))
			if e.Outcome != Pass {
				v.Outcome = Inconclusive
			}
		}
	}
	if v.Outcome != Fail {
		v.Reason = summarySentence(v, v.Evidence[bake:])
	}
	return v
}
