package main

import (
	"fmt"
	"time"

	"weir/internal/judge"
	"weir/internal/release"
)

// judged gives the verdict on everything read so far. Counts may fail a
// candidate as soon as they can be read. They may pass it only once they are
// complete: Lambda counts a request when it ends, so a request that still runs
// is missing from the minute in which it began.
func judged(plan release.Plan, progress release.Progress, signals []judge.Signal, now time.Time) (judge.Verdict, error) {
	verdict, err := judgeSignals(plan, signals)
	if err != nil || verdict.Outcome != judge.Pass {
		return verdict, err
	}
	from := release.FirstMinute(progress.FirstAt)
	until := now.Add(-time.Duration(plan.Judge.SettledSeconds()) * time.Second).Truncate(time.Minute)
	complete, err := judgeSignals(plan, before(signals, from, progress.Promoted, until))
	if err != nil || complete.Outcome == judge.Pass {
		return verdict, err
	}
	verdict.Outcome = judge.Inconclusive
	verdict.Reason = fmt.Sprintf("No regression so far, but a request may last %s and its counts are not complete before: %s",
		time.Duration(plan.Judge.LongestRequestSeconds)*time.Second, complete.Reason)
	return verdict, nil
}

func judgeSignals(plan release.Plan, signals []judge.Signal) (judge.Verdict, error) {
	alpha, _ := shares(plan.Judge.Alpha)
	verdict, err := judge.Judge(judge.Release{
		Alpha: alpha, PlannedMinutes: plan.BakeMinutes(), WatchShare: plan.WatchShare(), Signals: signals,
	})
	if err != nil {
		return judge.Verdict{}, fmt.Errorf("judge: %w", err)
	}
	return verdict, nil
}

// before keeps the minutes that began before until.
func before(signals []judge.Signal, from, promoted, until time.Time) []judge.Signal {
	kept := make([]judge.Signal, len(signals))
	for i, signal := range signals {
		signal.Minutes = signal.Minutes[:minutesBetween(from, until, len(signal.Minutes))]
		if signal.Watch != nil {
			watch := *signal.Watch
			watch.Minutes = watch.Minutes[:minutesBetween(release.FirstMinute(promoted), until, len(watch.Minutes))]
			signal.Watch = &watch
		}
		kept[i] = signal
	}
	return kept
}

func minutesBetween(from, until time.Time, most int) int {
	return min(most, max(0, int(until.Sub(from)/time.Minute)))
}

// unmeasured says which signals have no count at all although the candidate
// served requests: the candidate does not write their metric.
func unmeasured(names []string) string {
	text := ""
	for _, name := range names {
		text += fmt.Sprintf(" %s was not measured: its metric has no datum for the candidate.", name)
	}
	return text
}
