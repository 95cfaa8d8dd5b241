package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"weir/internal/awsmetrics"
	"weir/internal/handler"
	"weir/internal/judge"
	"weir/internal/release"
)

const (
	executionARN = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"
	aliasARN     = "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod"
)

var (
	noon   = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	them   = release.Holder{StateMachine: "weir", Execution: "tuesday"}
	orders = release.Target{Function: "orders", Alias: "prod"}
	stock  = release.Target{Function: "stock", Alias: "prod"}
)

// fake is what the handler reads: an account with aliases, versions, executions
// and parameters.
type fake struct {
	aliases    map[string]release.Alias
	versions   map[string]release.Version // by number, of every function
	ended      map[string]bool            // executions by ARN
	parameters map[string]string
	hooks      map[string]string // an error's name by function
	asked      []string          // hooks that were checked
	day        judge.Counts      // what every alias served in the last day
	unmeasured bool              // custom metrics have no datum
	outage     error             // of CloudWatch's traffic
	progress   *release.Progress // the last of every execution
}

// account has the aliases orders:prod and stock:prod, whole on version 6.
func account() *fake {
	f := &fake{aliases: map[string]release.Alias{}, versions: map[string]release.Version{}, ended: map[string]bool{},
		parameters: map[string]string{}, hooks: map[string]string{}}
	for _, number := range []string{"5", "6", "7"} {
		f.versions[number] = release.Version{Number: number, State: "Active", LastUpdateStatus: "Successful"}
	}
	for _, target := range []release.Target{orders, stock} {
		f.set(target, release.Whole("6"), release.Description{Stable: "6", Previous: "5"})
		f.set(release.Target{Function: target.Function, Alias: "staging"}, release.Whole("7"), release.Description{})
	}
	return f
}

func (f *fake) set(target release.Target, route release.Route, mark release.Description) {
	alias := release.Alias{Target: target, ARN: aliasARN, Version: route.Version, Description: mark,
		RevisionID: "r1", Weights: map[string]float64{}}
	if route.Other != "" {
		alias.Weights[route.Other] = route.Percent
	}
	f.aliases[target.String()] = alias
}

func (f *fake) planner() *Planner {
	return &Planner{aliases: f, versions: f, executions: f, alarms: f, hooks: f, parameters: f, traffic: f, version: "staging"}
}

func (f *fake) Alias(_ context.Context, target release.Target) (release.Alias, error) {
	alias, ok := f.aliases[target.Function+":"+target.Alias]
	if !ok {
		return release.Alias{}, release.Errorf(release.TargetNotFound, "no %s", target)
	}
	return alias, nil
}

func (f *fake) Version(_ context.Context, _, number string) (release.Version, error) {
	version, ok := f.versions[number]
	if !ok {
		return release.Version{}, release.Errorf(release.VersionNotFound, "no version %s", number)
	}
	return version, nil
}

func (f *fake) Publish(context.Context, string) (release.Version, error) { return f.versions["7"], nil }

func (f *fake) Provisioned(context.Context, release.Target) (bool, error) { return false, nil }

func (f *fake) Progress(context.Context, string) (*release.Progress, error) { return f.progress, nil }

func (f *fake) Ended(_ context.Context, arn string) (bool, error) { return f.ended[arn], nil }

func (f *fake) Firing(context.Context, []string) (map[string]bool, error) {
	return map[string]bool{}, nil
}

func (f *fake) Traffic(_ context.Context, targets []release.Target, _, _ time.Time) ([]judge.Counts, error) {
	return slices.Repeat([]judge.Counts{f.day}, len(targets)), f.outage
}

func (f *fake) Measured(_ context.Context, queries []awsmetrics.Query, _, _ time.Time) ([]bool, error) {
	return slices.Repeat([]bool{!f.unmeasured}, len(queries)), nil
}

func (f *fake) MayInvoke(_ context.Context, function string) error {
	f.asked = append(f.asked, function)
	if name := f.hooks[function]; name != "" {
		return release.Errorf(name, "hook %s", function)
	}
	return nil
}

func (f *fake) Parameters(_ context.Context, names []string) (map[string]string, error) {
	found := map[string]string{}
	for _, name := range names {
		if value, ok := f.parameters[name]; ok {
			found[name] = value
		}
	}
	return found, nil
}

func (f *fake) SetParameter(_ context.Context, name, value string) error {
	if delete(f.parameters, name); value != "" {
		f.parameters[name] = value
	}
	return nil
}

// plan has the handler plan a request.
func (f *fake) plan(t *testing.T, request string) (handler.Result, error) {
	t.Helper()
	return f.planner().Handle(t.Context(), handler.Task{Action: handler.ActionPlan, Now: noon,
		Execution: release.Execution{ARN: executionARN, Name: "monday", StartedAt: noon}, Request: []byte(request)})
}
