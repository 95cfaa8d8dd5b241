package main

import (
	"context"
	"testing"
	"time"

	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

const (
	executionARN = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"
	aliasARN     = "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod"
)

var (
	noon   = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	us     = release.Holder{StateMachine: "weir", Execution: "monday"}
	them   = release.Holder{StateMachine: "weir", Execution: "tuesday"}
	orders = release.Target{Function: "orders", Alias: "prod"}
	stock  = release.Target{Function: "stock", Alias: "prod"}
)

// fake is what the handler talks to: an account with aliases and
// executions, and a list of what was written.
type fake struct {
	aliases map[string]release.Alias
	ended   map[string]bool // executions by ARN
	// between happens once, after a read and before the write that follows it.
	between func()
	writes  []release.Write
	events  []string
}

// account has the aliases orders:prod and stock:prod, whole on version 6.
func account() *fake {
	f := &fake{aliases: map[string]release.Alias{}, ended: map[string]bool{}}
	for _, target := range []release.Target{orders, stock} {
		f.set(target, release.Whole("6"), release.Description{Stable: "6", Previous: "5"})
	}
	return f
}

func (f *fake) set(target release.Target, route release.Route, mark release.Description) {
	alias := release.Alias{Target: target, ARN: aliasARN, Version: route.Version, Description: mark,
		RevisionID: f.aliases[target.String()].RevisionID + "r", Weights: map[string]float64{}}
	if route.Other != "" {
		alias.Weights[route.Other] = route.Percent
	}
	f.aliases[target.String()] = alias
}

func (f *fake) shift() *Shift {
	return &Shift{aliases: f, executions: f, events: f}
}

func (f *fake) Alias(_ context.Context, target release.Target) (release.Alias, error) {
	alias, ok := f.aliases[target.Function+":"+target.Alias]
	if !ok {
		return release.Alias{}, release.Errorf(release.TargetNotFound, "no %s", target)
	}
	return alias, nil
}

func (f *fake) Write(_ context.Context, write release.Write) (release.Alias, error) {
	if happens := f.between; happens != nil {
		f.between = nil
		happens()
	}
	alias := f.aliases[write.Target.Function+":"+write.Target.Alias]
	if alias.RevisionID != write.RevisionID {
		return release.Alias{}, release.ErrConflict
	}
	f.writes = append(f.writes, write)
	route := alias.Route()
	if write.Moves() {
		route = write.Route
	}
	f.set(alias.Target, route, write.Description)
	return f.aliases[alias.Target.String()], nil
}

func (f *fake) Ended(_ context.Context, arn string) (bool, error) { return f.ended[arn], nil }

func (f *fake) Put(_ context.Context, detailType string, _ events.Detail) {
	f.events = append(f.events, detailType)
}

// do has the handler carry out an action of a release on both targets.
func (f *fake) do(t *testing.T, action string, change func(*handler.Task)) (handler.Result, error) {
	t.Helper()
	task := handler.Task{Action: action, Now: noon, Execution: release.Execution{ARN: executionARN, Name: "monday", StartedAt: noon},
		Plan: release.Plan{Steps: []release.Step{{Weight: 10, BakeSeconds: 60}, {Weight: 50, BakeSeconds: 60}}, Targets: []release.PlannedTarget{
			{Function: "orders", Alias: "prod", Stable: "6", Candidate: "7"}, {Function: "stock", Alias: "prod", Stable: "6", Candidate: "7"}}},
		Progress: release.NotStarted()}
	change(&task)
	return f.shift().Handle(t.Context(), task)
}

// heldAt has this release hold both aliases at a weight.
func (f *fake) heldAt(percent int) {
	for _, target := range []release.Target{orders, stock} {
		f.set(target, release.Split("6", "7", percent), release.Description{Stable: "6", Candidate: "7", At: percent, Previous: "5", Lock: us})
	}
}
