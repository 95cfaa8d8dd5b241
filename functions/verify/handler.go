package main

import (
	"context"
	"time"

	"weir/internal/awslambda"
	"weir/internal/awsmetrics"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

// Verify probes and judges candidates.
type Verify struct {
	functions functions
	metrics   metrics
	events    recorder
	freezes   freezes
	tasks     tasks
}

type functions interface {
	Invoke(ctx context.Context, function, version string, payload []byte) (awslambda.Answer, error)
	Alias(ctx context.Context, target release.Target) (release.Alias, error)
}

type tasks interface {
	Succeed(ctx context.Context, token string, output []byte) error
}

type freezes interface {
	Parameters(ctx context.Context, names []string) (map[string]string, error)
}

type metrics interface {
	Counts(ctx context.Context, queries []awsmetrics.Query, from, to time.Time) ([]awsmetrics.Series, error)
	Percentile(ctx context.Context, target release.Target, version, statistic string, from, to time.Time) (milliseconds float64, ok bool, err error)
	Firing(ctx context.Context, names []string) (map[string]bool, error)
}

type recorder interface {
	Put(ctx context.Context, detailType string, detail events.Detail)
}

// Handle carries out one task of the workflow.
func (v *Verify) Handle(ctx context.Context, task handler.Task) (handler.Result, error) {
	switch task.Action {
	case handler.ActionProbe, handler.ActionJudge:
		if err := task.Check(); err != nil {
			return handler.Result{}, err
		}
		if task.Action == handler.ActionProbe {
			return v.probe(ctx, task)
		}
		return v.judge(ctx, task)
	case handler.ActionHook:
		return v.hook(ctx, task)
	}
	return handler.Result{}, release.Errorf(release.InvalidRequest,
		"action is %q; this function knows %s, %s and %s.",
		task.Action, handler.ActionProbe, handler.ActionJudge, handler.ActionHook)
}
