package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"weir/internal/awslambda"
	"weir/internal/handler"
	"weir/internal/release"
)

// command leaves a person's command on the alias for the release that runs
// there.
func (s *Shift) command(ctx context.Context, task handler.Task, request release.Request) (handler.Result, error) {
	for _, target := range request.Targets {
		alias, err := s.aliases.Alias(ctx, target)
		if err != nil {
			return handler.Result{}, err
		}
		if !alias.Mark.Lock.IsZero() {
			if ended, err := s.holderEnded(ctx, alias); err != nil {
				return handler.Result{}, err
			} else if ended {
				alias.Mark.Lock = release.Holder{}
			}
		}
		if err := s.heed(ctx, alias, request.Ask, request.By); err != nil {
			return handler.Result{}, err
		}
	}
	return done(task, "asked the release on %s to %s, by %s", request.Targets[0], request.Ask, request.By), nil
}

// answer leaves the answer to an approval on every target's alias.
func (s *Shift) answer(ctx context.Context, task handler.Task) (handler.Result, error) {
	decision, by := release.Answered(task.Answer)
	return handler.Result{}, s.note(ctx, task, decision, by)
}

// await notes on every target's alias that the release waits for an approval.
func (s *Shift) await(ctx context.Context, task handler.Task) (handler.Result, error) {
	return handler.Result{}, s.note(ctx, task, release.AskWaiting, "")
}

func (s *Shift) note(ctx context.Context, task handler.Task, ask release.Ask, by string) error {
	for _, planned := range task.Plan.Targets {
		alias, err := s.aliases.Alias(ctx, planned.Target())
		if err != nil {
			return err
		}
		if err := s.heed(ctx, alias, ask, by); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shift) heed(ctx context.Context, alias release.Alias, ask release.Ask, by string) error {
	write, err := release.Heed(alias, ask, by)
	if err != nil || write == nil {
		return err
	}
	_, err = s.aliases.Write(ctx, *write)
	return err
}

func done(task handler.Task, format string, args ...any) handler.Result {
	progress := release.NotStarted()
	return handler.Result{Progress: &progress, Plan: &release.Plan{Kind: release.KindDone, Link: release.ConsoleLink(task.Execution.ARN),
		Done: fmt.Sprintf(format, args...)}}
}

// planRollBack finds the version to return each target to, and what its alias
// does now.
func (s *Shift) planRollBack(ctx context.Context, task handler.Task, request release.Request) (handler.Result, error) {
	plan := release.Plan{Kind: release.KindRollBack, Execution: task.Execution.ARN, Link: release.ConsoleLink(task.Execution.ARN),
		StartedAt: task.Execution.StartedAt, Reason: request.Reason, By: request.By}
	for _, target := range request.Targets {
		planned, err := s.former(ctx, target, request)
		if err != nil {
			return handler.Result{}, err
		}
		plan.Targets = append(plan.Targets, planned)
	}
	progress := release.NotStarted()
	progress.Next = release.MoveRollBack
	progress.Ended = &release.Ended{Error: release.RolledBackAsAsked, Cause: asked("A rollback was requested", request.Reason)}
	return handler.Result{Plan: &plan, Progress: &progress}, nil
}

// asked is a sentence about what was asked, with the reason where there is one.
func asked(what, reason string) string {
	if reason = strings.TrimRight(reason, " ."); reason != "" {
		what += ": " + reason
	}
	return what + "."
}

func (s *Shift) former(ctx context.Context, target release.Target, request release.Request) (release.PlannedTarget, error) {
	alias, err := s.aliases.Alias(ctx, target)
	if err != nil {
		return release.PlannedTarget{}, err
	}
	ended := true
	if !alias.Mark.Lock.IsZero() {
		if ended, err = s.holderEnded(ctx, alias); err != nil {
			return release.PlannedTarget{}, err
		}
	}
	to := cmp.Or(request.RollBack.To, release.FormerVersion(alias))
	if to == "" {
		return release.PlannedTarget{}, release.Errorf(release.NothingToRollBack,
			"%s has %s and no version on record to return to; say which with rollBack.to.", target, alias.Route())
	}
	if _, err := release.TakeBack(alias, alias.Route(), to, ended); err != nil {
		return release.PlannedTarget{}, err
	}
	version, err := s.versions.Version(ctx, target.Function, to)
	if err != nil {
		return release.PlannedTarget{}, err
	}
	if err := version.ReadyToServe(target.Function, request.Force); err != nil {
		return release.PlannedTarget{}, err
	}
	from := alias.Heads().Version
	if from == to {
		from = cmp.Or(alias.Heads().Other, from)
	}
	return release.PlannedTarget{Function: target.Function, Alias: target.Alias, Stable: to, Candidate: from, Found: alias.Route()}, nil
}

type hooks interface {
	MayInvoke(ctx context.Context, function string) error
	Invoke(ctx context.Context, function, version string, payload []byte) (awslambda.Answer, error)
}

type tasks interface {
	Succeed(ctx context.Context, token string, output []byte) error
}

// hookEvent is what a hook is called with.
type hookEvent struct {
	Token     string           `json:"token"` // answers later, by SendTaskSuccess or SendTaskFailure
	At        release.Stage    `json:"at"`
	Execution string           `json:"execution"`
	Plan      release.Plan     `json:"plan"`
	Progress  release.Progress `json:"progress"`
}

// hookAnswer is what a hook answers at once: pass or fail. Anything else means
// that it will answer by the token.
type hookAnswer struct {
	Answer string `json:"answer"`
	Why    string `json:"why"`
}

// hook calls one hook. The workflow waits for the task token, so a hook that
// answers at once has its answer passed on here.
func (s *Shift) hook(ctx context.Context, task handler.Task) (handler.Result, error) {
	event, err := json.Marshal(hookEvent{Token: task.Token, At: task.Hook.At, Execution: task.Execution.ARN,
		Plan: task.Plan, Progress: task.Progress})
	if err != nil {
		return handler.Result{}, fmt.Errorf("write the hook's event: %w", err)
	}
	answer, err := s.hooks.Invoke(ctx, task.Hook.Function, "", event)
	if err != nil {
		return handler.Result{}, err
	}
	if answer.Failed {
		return handler.Result{}, release.Errorf(release.HookFailed, "Hook %s failed at %s: %s", task.Hook.Function, task.Hook.At, answer.Payload)
	}
	var said hookAnswer
	if json.Unmarshal(answer.Payload, &said) != nil {
		return handler.Result{}, nil //nolint:nilerr // not an answer: it comes by the token
	}
	switch said.Answer {
	case "pass":
		return handler.Result{}, s.tasks.Succeed(ctx, task.Token, answer.Payload)
	case "fail":
		return handler.Result{}, release.Errorf(release.HookFailed, "Hook %s refused at %s: %s", task.Hook.Function, task.Hook.At, said.Why)
	}
	return handler.Result{}, nil
}
