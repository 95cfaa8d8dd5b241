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
	Traffic(ctx context.Context, targets []release.Target, from, to time.Time) ([]judge.Counts, error)
	Measured(ctx context.Context, queries []awsmetrics.Query, from, to time.Time) ([]bool, error)
}

// measuredDays is how far back a custom metric must have a datum. CloudWatch
// keeps data of a minute for 15 days.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const measuredDays = 14

// measured refuses a plan whose custom metrics stable does not write.
func (p *Planner) measured(ctx context.Context, plan release.Plan, now time.Time) error {
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
	found, err := p.traffic.Measured(ctx, queries, now.Add(-measuredDays*24*time.Hour).Truncate(time.Hour), now)
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
// Traffic that cannot be read, or judged, is told and stops nothing.
func (p *Planner) expect(ctx context.Context, plan release.Plan, now time.Time) release.Plan {
	if len(plan.WeightsByMinute()) == 0 {
		return plan // all at once: there is no bake to judge
	}
	targets := make([]release.Target, len(plan.Targets))
	for i, planned := range plan.Targets {
		targets[i] = planned.Target()
	}
	until := now.Truncate(time.Hour)
	counts, err := p.traffic.Traffic(ctx, targets, until.Add(-24*time.Hour), until)
	if err != nil {
		plan.Checks = append(plan.Checks, fmt.Sprintf("the traffic of the last day could not be read: %v", err))
		return plan
	}
	var expected []release.PlannedTraffic
	for i, count := range counts {
		traffic, err := plan.Foresee(targets[i], count.Requests, count.Events)
		if err != nil {
			plan.Checks = append(plan.Checks, fmt.Sprintf("what the judge can find is not known: %v", err))
			continue
		}
		expected = append(expected, traffic)
	}
	return plan.Expect(expected)
}
