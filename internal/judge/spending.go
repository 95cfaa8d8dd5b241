package judge

import "math"

// The spending function says how much of alpha all signals together may have
// spent by minute t of T planned minutes (Lan and DeMets, Biometrika 70, 1983):
//
//	(1 - reserve)·alpha·(spentAtStart + (1 - spentAtStart)·(t/T)^spendingPower)
//
// Any values keep the promise on alpha. These values were chosen by simulation for
// early detection.
const (
	// reserve is the part of alpha that is kept for looks after the plan.
	reserve = 0.05
	// spentAtStart is the part of the rest that may be spent at the first look.
	spentAtStart = 0.375
	// spendingPower is 1 if alpha is spent evenly, and 0 if it is spent at once.
	spendingPower = 0.62
	// weakestEValue is the least e-value that fails before the last planned look.
	// Alpha that it leaves unspent is spent at later looks.
	weakestEValue = 8.6
)

var weakestLog = math.Log(weakestEValue)

// spendAlpha sets the limits of a look. The argument minute counts from 1. The
// argument spending is the number of signals that have events since the last look;
// only these get a new limit and spend alpha. A signal with few events cannot
// spend all of its share, and the signals after it share what it leaves.
func (a *analysis) spendAlpha(minute, spending int) {
	if minute > a.release.PlannedMinutes {
		a.limitsBeyondPlan()
		return
	}
	part := spentAtStart + (1-spentAtStart)*math.Pow(float64(minute)/float64(a.release.PlannedMinutes), spendingPower)
	available := a.alpha*(1-reserve)*part - a.spent()
	for i := range a.signals {
		state := &a.signals[i]
		if !state.hasEvents {
			continue
		}
		before := state.boundary.spent
		state.limit = state.boundary.limit(before + max(0, available)/float64(spending))
		if minute < a.release.PlannedMinutes && state.counts.evidence(state.limit) < weakestLog {
			state.limit = state.counts.eventsFor(weakestLog)
		}
		state.boundary.cut(state.limit)
		available -= state.boundary.spent - before
		spending--
	}
}

// limitsBeyondPlan sets the limits of a look after the plan. The signals share all
// of the alpha that is left equally. By Ville's inequality the e-value of a good
// candidate ever reaches 1/x with probability at most x, at any number of looks.
func (a *analysis) limitsBeyondPlan() {
	share := (a.alpha - a.spent()) / float64(len(a.signals))
	for i := range a.signals {
		state := &a.signals[i]
		state.beyond = math.Log(1 / share)
		state.limit = state.counts.eventsFor(state.beyond)
	}
}

// spent returns the part of alpha that all signals have spent.
func (a *analysis) spent() float64 {
	sum := 0.0
	for i := range a.signals {
		sum += a.signals[i].boundary.spent
	}
	return sum
}

// limitEvidence returns a signal's limit as the log of an e-value. The argument
// alpha is that of the bake; a signal without events has the limit 1/alpha.
func (state *signalState) limitEvidence(alpha float64) float64 {
	switch {
	case state.beyond > 0:
		return state.beyond
	case state.limit >= unreachable:
		return -math.Log(alpha)
	}
	return state.counts.evidence(state.limit)
}
