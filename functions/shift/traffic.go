package main

import (
	"context"
	"fmt"
	"time"

	"weir/internal/awsmetrics"
	"weir/internal/judge"
	"weir/internal/release"
)

// traffic is what CloudWatch tells about the past of a target.
type traffic interface {
	Traffic(ctx context.Context, targets []release.Target, from, to time.Time) ([]awsmetrics.Count, error)
	Measured(ctx context.Context, queries []awsmetrics.Query, from, to time.Time) ([]bool, error)
}

// measuredDays is how far back a custom metric must have a datum. CloudWatch
// keeps data of a minute for 15 days.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const measuredDays = 14

// measured refuses a plan whose custom metrics stable does not write.
func (s *Shift) measured(ctx context.Context, plan release.Plan, now time.Time) error {
	var queries []awsmetrics.Query
	for _, planned := range plan.Targets {
		for _, signal := range plan.Judge.Signals {
			if signal.Metric != nil && !signal.Metric.OnEventsOnly {
				queries = append(queries, awsmetrics.Query{Target: planned.Target(), Version: planned.Stable, Signal: signal})
			}
		}
	}
	if len(queries) == 0 {
		return nil
	}
	found, err := s.traffic.Measured(ctx, queries, now.Add(-measuredDays*24*time.Hour).Truncate(time.Hour), now)
	if err != nil {
		return err
	}
	for i, query := range queries {
		if err := release.CheckMeasured(*query.Signal.Metric, query.Target, query.Version, found[i], measuredDays); err != nil {
			return err
		}
	}
	return nil
}

// expect adds to the plan what the traffic of the last day lets the judge find.
// Traffic that cannot be read is told and stops nothing.
func (s *Shift) expect(ctx context.Context, plan release.Plan, now time.Time) (release.Plan, error) {
	weights := plan.WeightsByMinute()
	if len(weights) == 0 {
		return plan, nil // all at once: there is no bake to judge
	}
	targets := make([]release.Target, len(plan.Targets))
	for i, planned := range plan.Targets {
		targets[i] = planned.Target()
	}
	until := now.Truncate(time.Hour)
	counts, err := s.traffic.Traffic(ctx, targets, until.Add(-24*time.Hour), until)
	if err != nil {
		plan.Checks = append(plan.Checks, fmt.Sprintf("the traffic of the last day could not be read: %v", err))
		return plan, nil
	}
	expected := make([]release.PlannedTraffic, len(targets))
	for i, count := range counts {
		if expected[i], err = expectedOf(plan, targets[i], count, weights); err != nil {
			return plan, err
		}
	}
	return plan.Expect(expected), nil
}

// expectedOf asks the judge what it can do with a target's traffic. The signals
// of all targets share alpha, so all of them stand in for one another.
func expectedOf(plan release.Plan, target release.Target, day awsmetrics.Count, weights []int) (release.PlannedTraffic, error) {
	perMinute := float64(day.Requests) / (24 * 60)
	// The judge shares alpha out among all signals of all targets. A forecast of one
	// with its share is that of all with the same traffic, and many times as fast. Where
	// the share is less than the judge takes, the forecast is a little too good.
	share := plan.Judge.Alpha / float64(len(plan.Judge.Signals)*len(plan.Targets))
	of := judge.Release{Alpha: max(share, judge.LeastAlpha), WatchShare: plan.WatchShare(),
		Signals: []judge.Signal{{Name: release.SignalErrors}}}
	rate := 0.0
	if day.Requests > 0 {
		rate = float64(day.Events) / float64(day.Requests)
	}
	f, err := judge.Foresee(of, judge.Traffic{PerMinute: perMinute, Rate: rate, Weights: weights})
	if err != nil {
		return release.PlannedTraffic{}, fmt.Errorf("forecast %s: %w", target, err)
	}
	return release.PlannedTraffic{
		Target: target.String(), Requests: day.Requests, Errors: day.Events, RequestsPerMinute: perMinute,
		CandidateRequests: f.CandidateRequests, RequestsToPass: f.RequestsToPass, Passes: f.Passes, SmallestRate: f.SmallestRate,
	}, nil
}
