package main

import (
	"context"
	"strings"
	"time"

	"weir/internal/handler"
	"weir/internal/release"
)

type parameters interface {
	Parameters(ctx context.Context, names []string) (map[string]string, error)
	SetParameter(ctx context.Context, name, value string) error
}

// freeze sets or ends a freeze: a parameter for each target, or the one for
// everything.
func (p *Planner) freeze(ctx context.Context, task handler.Task, request release.Request) (handler.Result, error) {
	value := ""
	if request.Freeze.For > 0 {
		value = release.FreezeValue(task.Now.Add(time.Duration(request.Freeze.For)), request.By, request.Reason)
	}
	for _, target := range request.Targets {
		if _, err := p.aliases.Alias(ctx, target); err != nil {
			return handler.Result{}, err // a freeze of what is not there protects nothing
		}
	}
	functions := functionsOf(request.Targets)
	names, err := release.FreezeParameters(task.Execution.ARN, functions...)
	if err != nil {
		return handler.Result{}, err
	}
	what, frozen := strings.Join(functions, ", "), names[1:]
	if request.Freeze.Everything {
		what, frozen = "everything", names[:1]
	}
	for _, name := range frozen {
		if err := p.parameters.SetParameter(ctx, name, value); err != nil {
			return handler.Result{}, err
		}
	}
	if value == "" {
		return planned(release.NewFreezePlan(task.Execution, "ended the freeze of "+what)), nil
	}
	return planned(release.NewFreezePlan(task.Execution, "froze "+what+" until "+value)), nil
}

// frozen says, for each function, why shifts are frozen, or nothing.
func (p *Planner) frozen(ctx context.Context, task handler.Task, functions []string) ([]string, error) {
	names, err := release.FreezeParameters(task.Execution.ARN, functions...)
	if err != nil {
		return nil, err
	}
	values, err := p.parameters.Parameters(ctx, names)
	if err != nil {
		return nil, err
	}
	everything := release.FrozenBy(names[0], values[names[0]], task.Now)
	why := make([]string, len(functions))
	for i, name := range names[1:] {
		if why[i] = everything; everything == "" {
			why[i] = release.FrozenBy(name, values[name], task.Now)
		}
	}
	return why, nil
}

// functionsOf are the targets' functions, each once.
func functionsOf(targets []release.Target) []string {
	var functions []string
	seen := map[string]bool{}
	for _, target := range targets {
		if !seen[target.Function] {
			seen[target.Function] = true
			functions = append(functions, target.Function)
		}
	}
	return functions
}
