package judge

import "math"

// Judge returns the verdict on all observations so far. It returns an error if a
// field of the release is invalid; the error names the field, its value and the
// valid values.
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
	alpha   float64 // alpha of the bake, which is all but the watch's share
	signals []signalState
}

// signalState is the state of one signal.
type signalState struct {
	counts    signalCounts
	boundary  boundary
	limit     float64 // the candidate's events that fail at the last look
	beyond    float64 // after the plan, the log of the e-value that fails; before, 0
	hasEvents bool    // whether the last minute had events
}

// unreachable is the limit of a signal before it has any event.
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

// observe adds one minute, counted from 0, of every signal. It returns the index
// of the signal that fails at this minute, or -1.
func (a *analysis) observe(minute int) int {
	spending := 0 // the signals that spend alpha at this look
	for i := range a.signals {
		state := &a.signals[i]
		state.hasEvents = a.observeSignal(i, minute)
		if minute+1 == a.release.PlannedMinutes && len(state.boundary.distribution) > 1 {
			// The last planned look spends what is left, with or without new events.
			state.hasEvents = true
		}
		if state.hasEvents {
			spending++
		}
	}
	a.spendAlpha(minute+1, spending)
	for i := range a.signals {
		state := &a.signals[i]
		if float64(state.counts.total.Candidate.Events) >= state.limit && a.exceedsDifference(i) {
			return i
		}
	}
	return -1
}

// observeSignal adds a minute to a signal and returns whether the minute had any
// event.
func (a *analysis) observeSignal(i, minute int) bool {
	state, s := &a.signals[i], &a.release.Signals[i]
	if minute >= len(s.Minutes) {
		return false
	}
	m := s.Minutes[minute].withProvenRequests()
	if !m.informative() {
		return false
	}
	state.counts.add(m)
	if m.Stable.Events+m.Candidate.Events == 0 {
		return false
	}
	if minute < a.release.PlannedMinutes {
		state.boundary.advance(splitOf(m, s.tolerated().Ratio))
	}
	return true
}

// exceedsDifference returns whether a signal's evidence rejects "the difference of
// the rates is at most the tolerated one" at the signal's share of alpha. A signal
// without a tolerated difference needs no such evidence.
//
// A regression must exceed the ratio and the difference. Each test may use the
// full share of alpha, because a good candidate fails only if both tests reject.
func (a *analysis) exceedsDifference(i int) bool {
	d := &a.signals[i].counts.differences
	return d.tolerated == 0 || d.evidence() >= math.Log(float64(len(a.signals))/a.alpha)
}

// verdict returns the verdict on the bake after a number of minutes. The argument
// failed is the index of the failed signal, or -1.
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

// judgeWatch takes the verdict on the bake and returns the verdict on the watch.
// It appends the evidence of the watch to that of the bake. After promotion the
// watch alone decides. The signals share the watch's alpha equally.
func (a *analysis) judgeWatch(v Verdict) Verdict {
	alpha := a.release.Alpha * a.release.WatchShare / float64(len(a.release.Signals))
	bakeEvidence, bakeMinutes := len(v.Evidence), v.Minute
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
		case failedAt > 0 && (v.Outcome != Fail || bakeMinutes+failedAt < v.Minute):
			v.Outcome, v.Minute = Fail, bakeMinutes+failedAt
			v.Reason = e.failureSentence(v.Minute)
		case v.Outcome != Fail:
			v.Minute = max(v.Minute, bakeMinutes+len(s.Watch.Minutes))
			if e.Outcome != Pass {
				v.Outcome = Inconclusive
			}
		}
	}
	if v.Outcome != Fail {
		v.Reason = summarySentence(v, v.Evidence[bakeEvidence:])
	}
	return v
}
