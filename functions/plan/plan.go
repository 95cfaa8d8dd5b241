package main

import (
	"context"

	"weir/internal/handler"
	"weir/internal/probe"
	"weir/internal/release"
)

// Planner turns requests into plans. Its role can publish a version and set a
// freeze; it cannot move an alias.
type Planner struct {
	aliases        aliases
	versions       versions
	executions     executions
	alarms         alarms
	traffic        traffic
	hooks          hooks
	parameters     parameters
	version        string   // what a release takes that names no version
	pipelineAlarms []string // alarms that guard every release of the pipeline
}

// Handle plans the request of an execution. It writes nothing but a freeze that
// was asked for, and a version of $LATEST where the request releases that.
func (p *Planner) Handle(ctx context.Context, task handler.Task) (handler.Result, error) {
	switch task.Action {
	case handler.ActionPlan:
	case handler.ActionEffect:
		return p.effect(ctx, task)
	default:
		return handler.Result{}, release.Errorf(release.InvalidRequest, "action is %q; this function knows %s and %s.",
			task.Action, handler.ActionPlan, handler.ActionEffect)
	}
	request, err := release.ParseRequest(task.Request)
	if err != nil {
		return handler.Result{}, err
	}
	switch {
	case request.Command != "":
		return planned(release.NewCommandPlan(request, task.Execution)), nil
	case request.Freeze != nil:
		return p.freeze(ctx, task, request)
	case request.RollBack != nil:
		return p.rollBack(ctx, task, request)
	}
	return p.release(ctx, task, request)
}

// release gathers the facts and decides on them.
func (p *Planner) release(ctx context.Context, task handler.Task, request release.Request) (handler.Result, error) {
	if err := probe.Validate(request.Probes); err != nil {
		return handler.Result{}, err
	}
	facts, err := p.facts(ctx, task, request)
	if err != nil {
		return handler.Result{}, err
	}
	plan, err := release.NewPlan(request, task.Execution, task.Now, facts.targets, facts.alarms)
	if err != nil {
		return handler.Result{}, err
	}
	if err := p.measured(ctx, plan, task.Now); err != nil {
		return handler.Result{}, err
	}
	return planned(p.expect(ctx, plan, task.Now)), nil
}

// planned is the result of a plan that nothing follows from yet.
func planned(plan release.Plan) handler.Result {
	progress := release.NotStarted()
	return handler.Result{Plan: &plan, Progress: &progress}
}
