package main

import (
	"context"
	"maps"
	"time"

	"weir/internal/awsmetrics"
	"weir/internal/judge"
	"weir/internal/release"
)

// gathered is what CloudWatch says about a release so far.
type gathered struct {
	// signals holds one series for each signal of each target: a regression in
	// one function of many must not drown in the traffic of the others.
	signals []judge.Signal
	// early is the same with the minutes that are still arriving, in the bake.
	early []judge.Signal
	// stable and candidate sum what was served since the weight in force was
	// set, over all targets.
	stable, candidate judge.Counts
	exposed           bool // the candidate of every target served something
	starved           bool // one served nothing although requests were to be expected
	// unmeasured are the signals without any count on a candidate that served
	// requests.
	unmeasured []string
}

// window is the span of whole minutes that a verdict may rest on: from the first minute
// with the first weight, up to what the metric delay allows.
func window(plan release.Plan, progress release.Progress, now time.Time) (from, to time.Time) {
	from = release.FirstMinute(progress.FirstAt)
	to = now.Add(-time.Duration(plan.Judge.MetricDelaySeconds) * time.Second).Truncate(time.Minute)
	return from, to
}

// gather reads every signal of every target, both versions, in one batch. From
// the promotion on the alias is whole, and what it serves is the candidate's.
func (v *Verify) gather(ctx context.Context, plan release.Plan, progress release.Progress, now time.Time) (gathered, error) {
	from, to := window(plan, progress, now)
	var queries []awsmetrics.Query
	for _, planned := range plan.Targets {
		for _, signal := range signalsOf(plan, progress, planned) {
			queries = append(queries,
				awsmetrics.Query{Target: planned.Target(), Version: planned.Stable, Signal: signal},
				awsmetrics.Query{Target: planned.Target(), Version: planned.Candidate, Signal: signal})
		}
	}
	readFrom, pairs, whole := from, len(queries), release.FirstMinute(progress.Promoted)
	if !progress.Promoted.IsZero() {
		readFrom = plan.StartedAt.Add(-past).Truncate(time.Minute)
		for i := 1; i < pairs; i += 2 {
			alone := queries[i]
			alone.Alone = true
			queries = append(queries, alone)
		}
	}
	series, err := v.metrics.Counts(ctx, queries, readFrom, runningMinute(now).Add(time.Minute))
	if err != nil {
		return gathered{}, err
	}
	for i, alone := range series[pairs:] {
		replaceFrom(series[2*i+1], alone, whole)
	}
	g := arrange(plan, progress, queries[:pairs], series[:pairs], from, to)
	if progress.Promoted.IsZero() {
		g.early = arriving(plan, progress, queries[:pairs], series[:pairs], from, now)
	}
	return g, nil
}

// replaceFrom puts another series' minutes from one on in place of a series' own.
func replaceFrom(series, other awsmetrics.Series, from time.Time) {
	maps.DeleteFunc(series, func(at time.Time, _ judge.Counts) bool { return !at.Before(from) })
	for at, count := range other {
		if !at.Before(from) {
			series[at] = count
		}
	}
}

// signalsOf are the plan's signals with this target's own threshold. Errors are
// always among the queries of an observation, for the record, so the first signal of a
// target may be one that is read but not judged.
func signalsOf(plan release.Plan, progress release.Progress, planned release.PlannedTarget) []release.Signal {
	signals := make([]release.Signal, 0, len(plan.Judge.Signals)+1)
	signals = append(signals, release.Signal{Name: release.SignalErrors})
	for _, signal := range plan.Judge.Signals {
		if signal.NeedsThreshold() {
			signal.ThresholdMilliseconds = progress.SlowAfter[planned.Target().String()]
		}
		signals = append(signals, signal)
	}
	return signals
}

// arrange turns series by query into signals by minute.
func arrange(plan release.Plan, progress release.Progress, queries []awsmetrics.Query, series []awsmetrics.Series, from, to time.Time) gathered {
	g := gathered{exposed: true}
	since := progress.FirstAt
	if len(progress.Weights) > 0 {
		since = progress.Weights[len(progress.Weights)-1].At
	}
	perTarget := 2 * (len(plan.Judge.Signals) + 1)
	var requests int64 // that the candidate of the target at hand served
	for i := 0; i < len(queries); i += 2 {
		stable, candidate := series[i], series[i+1]
		if i%perTarget == 0 {
			add(&g.stable, stable, since, to)
			add(&g.candidate, candidate, since, to)
			if requests = served(candidate); requests == 0 {
				g.exposed = false
				var beside judge.Counts
				add(&beside, stable, since, to)
				g.starved = g.starved || expected(beside.Requests, progress.Weight) >= surelySome
			}
			continue
		}
		signal := queries[i].Signal
		name := signal.Name
		if len(plan.Targets) > 1 {
			name += " of " + queries[i].Target.String()
		}
		if requests > 0 && served(candidate) == 0 {
			g.unmeasured = append(g.unmeasured, name)
		}
		g.signals = append(g.signals, signalSeen(plan, progress, name, signal, stable, candidate, from, to))
	}
	return g
}

// surelySome is so many expected requests that none is no chance: a Poisson number with
// this mean is zero once in 2,000 times.
const surelySome = 7.6

// expected is how many requests the candidate is expected to have beside stable's at a
// weight.
func expected(stable int64, weight int) float64 {
	if weight <= 0 || weight >= 100 {
		return 0
	}
	return float64(stable) * float64(weight) / float64(100-weight)
}

// signalSeen lays out one signal: the bake minute by minute and, once promoted,
// the watch against stable's past.
func signalSeen(plan release.Plan, progress release.Progress, name string, signal release.Signal, stable, candidate awsmetrics.Series, from, to time.Time) judge.Signal {
	seen := judge.Signal{Name: name, Tolerance: signal.Tolerance}
	if progress.Promoted.IsZero() {
		seen.Minutes = minutes(plan, progress, stable, candidate, from, to)
		return seen
	}
	seen.Minutes = minutes(plan, progress, stable, candidate, from, progress.Promoted.Truncate(time.Minute))
	seen.Watch = &judge.Watch{Minutes: []judge.Counts{}}
	for at, count := range stable {
		if at.Before(progress.Promoted.Truncate(time.Minute)) {
			seen.Watch.Baseline.Requests += count.Requests
			seen.Watch.Baseline.Events += count.Events
		}
	}
	for at := release.FirstMinute(progress.Promoted); at.Before(to); at = at.Add(time.Minute) {
		count := candidate[at]
		if warmingUp(plan, progress, at) {
			count = judge.Counts{}
		}
		seen.Watch.Minutes = append(seen.Watch.Minutes, count)
	}
	return seen
}

// minutes lays two series side by side. It leaves blank the minute in which a shift
// was made, whose requests met two weights, and the warm-up after it.
func minutes(plan release.Plan, progress release.Progress, stable, candidate awsmetrics.Series, from, to time.Time) []judge.Minute {
	var list []judge.Minute
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		if warmingUp(plan, progress, at) {
			list = append(list, judge.Minute{})
			continue
		}
		list = append(list, judge.Minute{Stable: stable[at], Candidate: candidate[at]})
	}
	return list
}

// warmingUp tells whether any part of a minute lies in the warm-up after a shift. A
// shift that was made within a minute leaves that minute out in any case.
func warmingUp(plan release.Plan, progress release.Progress, minute time.Time) bool {
	warmUp := time.Duration(plan.Judge.WarmUpSeconds) * time.Second
	for _, reached := range progress.Weights {
		if !minute.Add(time.Minute).After(reached.At) {
			continue
		}
		if minute.Before(release.FirstMinute(reached.At)) || warmUp > 0 && minute.Before(reached.At.Add(warmUp)) {
			return true
		}
	}
	return false
}

func add(total *judge.Counts, series awsmetrics.Series, since, to time.Time) {
	for at, count := range series {
		if at.Before(since) || !at.Before(to) {
			continue
		}
		total.Requests += count.Requests
		total.Events += count.Events
	}
}

func served(series awsmetrics.Series) int64 {
	var requests int64
	for _, count := range series {
		requests += count.Requests
	}
	return requests
}
