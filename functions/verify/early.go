package main

import (
	"fmt"
	"math"
	"time"

	"weir/internal/awsmetrics"
	"weir/internal/judge"
	"weir/internal/release"
)

// A version that fails everything need not be served until its minutes are complete.
// The early test judges the counts as they arrive, the running minute included. It can
// fail a candidate and never passes one, and it has a share of alpha of its own.

// earlyShare is the part of alpha that the early test may spend.
const earlyShare = 0.2

// shares returns the alpha of the test on complete minutes and that of the early test.
// An alpha of which the judge takes no part goes to the complete minutes whole, and
// there is no early test.
func shares(alpha float64) (complete, early float64) {
	if early = alpha * earlyShare; early < judge.LeastAlpha {
		return alpha, 0
	}
	return alpha - early, early
}

// earlyHorizon is how many times longer than the bake the early test takes its plan to
// be, so that it never spends what a last planned look would.
const earlyHorizon = 4

// runningMinute is the minute in which a look is taken.
func runningMinute(now time.Time) time.Time { return now.Truncate(time.Minute) }

// arriving lays out every signal with the minutes that are still arriving. Those younger
// than the metric delay are guarded.
func arriving(plan release.Plan, progress release.Progress, queries []awsmetrics.Query, series []awsmetrics.Series, from, now time.Time) []judge.Signal {
	all := arrange(plan, progress, queries, series, from, runningMinute(now).Add(time.Minute)).signals
	for i := range all {
		for k := range all[i].Minutes {
			minute := from.Add(time.Duration(k) * time.Minute)
			if now.Sub(minute.Add(time.Minute)) < time.Duration(plan.Judge.MetricDelaySeconds)*time.Second {
				all[i].Minutes[k] = guarded(all[i].Minutes[k], weightAt(progress, minute))
			}
		}
	}
	return all
}

// guarded is a minute whose counts have arrived in part. The versions' counts come in
// streams of their own, so one may be later than the other. Where the candidate lacks
// requests beside stable, by the weight, they are taken to have come without an event.
// Where stable lacks requests, they are taken to fail as the candidate's do: an outage
// of both must not be blamed on the version whose counts come first.
func guarded(m judge.Minute, weight int) judge.Minute {
	if weight <= 0 || weight >= 100 || m.Candidate.Requests == 0 {
		return m
	}
	odds := float64(weight) / float64(100-weight)
	rate := m.Candidate.Rate()
	lacks := math.Max(0, float64(m.Candidate.Requests)/odds-float64(m.Stable.Requests))
	guarded := m
	guarded.Candidate.Requests = max(m.Candidate.Requests, int64(math.Ceil(float64(m.Stable.Requests)*odds)))
	guarded.Stable.Requests += int64(math.Ceil(lacks))
	guarded.Stable.Events += int64(math.Ceil(lacks * rate))
	return guarded
}

// weightAt is the weight that was in force when a minute began.
func weightAt(progress release.Progress, minute time.Time) int {
	weight := 0
	for _, set := range progress.Weights {
		if !release.FirstMinute(set.At).After(minute) {
			weight = set.Weight
		}
	}
	return weight
}

// failsEarly tells whether the counts that have arrived fail the candidate.
func failsEarly(plan release.Plan, early []judge.Signal) (verdict judge.Verdict, fails bool, err error) {
	_, alpha := shares(plan.Judge.Alpha)
	if len(early) == 0 || alpha == 0 {
		return judge.Verdict{}, false, nil
	}
	verdict, err = judge.Judge(judge.Release{
		Alpha: alpha, PlannedMinutes: earlyHorizon * plan.BakeMinutes(), WatchShare: plan.WatchShare(), Signals: early,
	})
	if err != nil {
		return judge.Verdict{}, false, fmt.Errorf("judge what has arrived: %w", err)
	}
	return verdict, verdict.Outcome == judge.Fail, nil
}
