package judge

import "math"

// How alpha is spent. A part may be spent at once, the rest as a power of the
// planned time; a small reserve is kept for looks beyond the plan. While time
// remains, a limit is not set so low that weak evidence would fail: what that
// leaves unspent is spent on later looks, the rest at the last. Any choice keeps
// the promise; these numbers were chosen by simulation for early detection.
const (
	reserve = 0.05  // part of alpha
	early   = 0.375 // part of the rest
	haste   = 0.62  // the power: 1 spends evenly, 0 all at once
	weakest = 8.6   // e-value
)

var weakestLog = math.Log(weakest)

// limits sets what fails at a look, for each signal that had events since the
// last. What one signal cannot spend, having too few events, goes to the others.
func (b *bench) limits(minute, fresh int) {
	if minute > b.release.PlannedMinutes {
		b.limitsBeyond()
		return
	}
	part := early + (1-early)*math.Pow(float64(minute)/float64(b.release.PlannedMinutes), haste)
	room := b.alpha*(1-reserve)*part - b.spent()
	for i := range b.heard {
		h := &b.heard[i]
		if !h.fresh {
			continue
		}
		before := h.frontier.spent
		h.limit = h.frontier.limit(before + math.Max(0, room)/float64(fresh))
		if minute < b.release.PlannedMinutes && h.tally.evidence(h.limit) < weakestLog {
			h.limit = h.tally.eventsFor(weakestLog)
		}
		h.frontier.cut(h.limit)
		room -= h.frontier.spent - before
		fresh--
	}
}

// limitsBeyond sets what fails after the plan has ended: evidence that all of
// the alpha that is left allows, by Ville's inequality, for any number of looks.
func (b *bench) limitsBeyond() {
	left := (b.alpha - b.spent()) / float64(len(b.heard))
	for i := range b.heard {
		h := &b.heard[i]
		h.beyond = math.Log(1 / left)
		h.limit = h.tally.eventsFor(h.beyond)
	}
}

// spent is the part of alpha that all signals have spent.
func (b *bench) spent() float64 {
	sum := 0.0
	for i := range b.heard {
		sum += b.heard[i].frontier.spent
	}
	return sum
}
