package judge

import "math"

// How alpha is spent. A part may be spent at once, the rest as a power of the
// planned time; a small reserve is kept for looks beyond the plan. While time
// remains, a limit is not set so low that weak evidence would fail: what that
// leaves unspent is spent on later looks, the rest at the last. Any choice keeps
// the promise; these numbers were chosen by simulation for early detection.
const (
	reserve       = 0.05  // part of alpha
	spentAtStart  = 0.375 // part of the rest
	spendingPower = 0.62  // the power: 1 spends evenly, 0 all at once
	weakestEValue = 8.6   // e-value
)

var weakestLog = math.Log(weakestEValue)

// limits sets what fails at a look, for each signal that had events since the
// last. What one signal cannot spend, having too few events, goes to the others.
func (a *analysis) spendAlpha(minute, fresh int) {
	if minute > a.release.PlannedMinutes {
		a.limitsBeyondPlan()
		return
	}
	part := spentAtStart + (1-spentAtStart)*math.Pow(float64(minute)/float64(a.release.PlannedMinutes), spendingPower)
	room := a.alpha*(1-reserve)*part - a.spent()
	for i := range a.signals {
		state := &a.signals[i]
		if !state.hasEvents {
			continue
		}
		before := state.boundary.spent
		state.limit = state.boundary.limit(before + math.Max(0, room)/float64(fresh))
		if minute < a.release.PlannedMinutes && state.counts.evidence(state.limit) < weakestLog {
			state.limit = state.counts.eventsFor(weakestLog)
		}
		state.boundary.cut(state.limit)
		room -= state.boundary.spent - before
		fresh--
	}
}

// limitsBeyond sets what fails after the plan has ended: evidence that all of
// the alpha that is left allows, by Ville's inequality, for any number of looks.
func (a *analysis) limitsBeyondPlan() {
	left := (a.alpha - a.spent()) / float64(len(a.signals))
	for i := range a.signals {
		state := &a.signals[i]
		state.beyond = math.Log(1 / left)
		state.limit = state.counts.eventsFor(state.beyond)
	}
}

// spent is the part of alpha that all signals have spent.
func (a *analysis) spent() float64 {
	sum := 0.0
	for i := range a.signals {
		sum += a.signals[i].boundary.spent
	}
	return sum
}
