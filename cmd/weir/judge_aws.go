package main

import (
	"context"
	"fmt"
	"time"

	"weir/internal/awsmetrics"
	"weir/internal/judge"
	"weir/internal/release"
)

// past says which counts of CloudWatch to judge.
type past struct {
	FromAWS   bool          `name:"from-aws" help:"Read the counts of two versions behind an alias from CloudWatch."`
	Function  string        `help:"From AWS: the function."`
	Alias     string        `default:"prod" help:"From AWS: the alias whose traffic was split."`
	Stable    string        `help:"From AWS: the version that was served before."`
	Candidate string        `help:"From AWS: the version that was released."`
	From      time.Time     `help:"From AWS: the first minute, as 2026-03-04T12:00:00Z."`
	To        time.Time     `help:"From AWS: the end of the last minute. Default: now."`
	Since     time.Duration `help:"From AWS: instead of from, so long before the end, as 2h."`
	SlowAfter int           `help:"From AWS: judge requests that took longer than so many milliseconds too."`
	Throttles bool          `help:"From AWS: judge throttled requests too."`
	Alpha     float64       `default:"0.05" help:"From AWS: the chance that a good version fails."`
}

// kept is how long CloudWatch keeps metrics by the minute.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
const kept = 15 * 24 * time.Hour

// window is the whole minutes to read.
func (p past) window(now time.Time) (from, to time.Time, err error) {
	to = p.To
	if to.IsZero() {
		to = now
	}
	switch {
	case p.From.IsZero() == (p.Since == 0):
		return from, to, fmt.Errorf("give one of --from and --since, such as --since 2h")
	case p.Since < 0:
		return from, to, fmt.Errorf("--since is %s; it must be a time that has passed, such as 2h", p.Since)
	case p.From.IsZero():
		from = to.Add(-p.Since)
	default:
		from = p.From
	}
	from, to = from.UTC().Truncate(time.Minute), to.UTC().Truncate(time.Minute)
	switch {
	case !from.Before(to):
		return from, to, fmt.Errorf("--from is %s and the end %s; at least a whole minute must lie between", from.Format(time.RFC3339), to.Format(time.RFC3339))
	case now.Sub(from) > kept:
		return from, to, fmt.Errorf("--from is %s; CloudWatch keeps counts by the minute for 15 days", from.Format(time.RFC3339))
	}
	return from, to, nil
}

func (p past) signals() []release.Signal {
	signals := []release.Signal{{Name: release.SignalErrors}}
	if p.SlowAfter > 0 {
		signals = append(signals, release.Signal{Name: release.SignalSlow, ThresholdMilliseconds: p.SlowAfter})
	}
	if p.Throttles {
		signals = append(signals, release.Signal{Name: release.SignalThrottles})
	}
	return signals
}

// read gathers what the judge is told.
func (p past) read(ctx context.Context) (judge.Release, error) {
	for name, value := range map[string]string{"function": p.Function, "stable": p.Stable, "candidate": p.Candidate} {
		if value == "" {
			return judge.Release{}, fmt.Errorf("--%s is missing; --from-aws takes --function, --stable and --candidate", name)
		}
	}
	if p.Stable == p.Candidate {
		return judge.Release{}, fmt.Errorf("--stable and --candidate are both %s; give the two versions that shared the traffic", p.Stable)
	}
	from, to, err := p.window(time.Now())
	if err != nil {
		return judge.Release{}, err
	}
	cfg, err := awsConfig(ctx)
	if err != nil {
		return judge.Release{}, err
	}
	target := release.Target{Function: p.Function, Alias: p.Alias}
	var queries []awsmetrics.Query
	for _, signal := range p.signals() {
		queries = append(queries, awsmetrics.Query{Target: target, Version: p.Stable, Signal: signal},
			awsmetrics.Query{Target: target, Version: p.Candidate, Signal: signal})
	}
	series, err := awsmetrics.New(cfg).Counts(ctx, queries, from, to)
	if err != nil {
		return judge.Release{}, err
	}
	for i, side := range []string{p.Stable, p.Candidate} {
		if len(series[i]) == 0 {
			return judge.Release{}, fmt.Errorf("CloudWatch counts no request of version %s through %s from %s to %s; check the version, the alias, the times and the region",
				side, target, from.Format(time.RFC3339), to.Format(time.RFC3339))
		}
	}
	return p.arrange(series, from, to), nil
}

// arrange lays the series of each signal side by side.
func (p past) arrange(series []awsmetrics.Series, from, to time.Time) judge.Release {
	told := judge.Release{Alpha: p.Alpha}
	for i, signal := range p.signals() {
		stable, candidate := series[2*i], series[2*i+1]
		s := judge.Signal{Name: signal.Name}
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			s.Minutes = append(s.Minutes, judge.Minute{Stable: stable[at], Candidate: candidate[at]})
		}
		told.Signals = append(told.Signals, s)
	}
	return told
}
