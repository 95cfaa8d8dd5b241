package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"weir/internal/awslambda"
	"weir/internal/handler"
	"weir/internal/release"
)

type tags interface {
	Tag(ctx context.Context, functionARN, key string) (string, error)
	SetTag(ctx context.Context, functionARN, key, value string) error
}

// command leaves a person's command on the alias for the release that runs
// there.
func (s *Shift) command(ctx context.Context, request release.Request) (handler.Result, error) {
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
	return done("asked the release on %s to %s, by %s", request.Targets[0], request.Ask, request.By), nil
}

// answer leaves the answer to an approval on the first target's alias.
func (s *Shift) answer(ctx context.Context, task handler.Task) (handler.Result, error) {
	decision := task.Answer.Decision
	if decision != release.AskApprove && decision != release.AskExpired {
		decision = release.AskReject // anything but a clear yes is a no
	}
	alias, err := s.aliases.Alias(ctx, task.Plan.Targets[0].Target())
	if err != nil {
		return handler.Result{}, err
	}
	return handler.Result{}, s.heed(ctx, alias, decision, task.Answer.By)
}

func (s *Shift) heed(ctx context.Context, alias release.Alias, ask release.Ask, by string) error {
	write, err := release.Heed(alias, ask, by)
	if err != nil || write == nil {
		return err
	}
	_, err = s.aliases.Write(ctx, *write)
	return err
}

// freeze sets or ends a freeze: a tag on each target, or on this function for
// everything.
func (s *Shift) freeze(ctx context.Context, task handler.Task, request release.Request) (handler.Result, error) {
	value := ""
	if request.Freeze.For > 0 {
		value = release.FreezeValue(task.Now.Add(time.Duration(request.Freeze.For)), request.By, request.Reason)
	}
	functions := []string{}
	for _, target := range request.Targets {
		if _, err := s.aliases.Alias(ctx, target); err != nil {
			return handler.Result{}, err // a freeze of what is not there protects nothing
		}
		functions = append(functions, target.Function)
	}
	carriers, err := release.FreezeCarriers(task.Execution.ARN, s.self, functions...)
	if err != nil {
		return handler.Result{}, err
	}
	what, frozen := strings.Join(functions, ", "), carriers[1:]
	if request.Freeze.Everything {
		what, frozen = "everything", carriers[:1]
	}
	for _, carrier := range frozen {
		if err := s.tags.SetTag(ctx, carrier, release.FreezeTag, value); err != nil {
			return handler.Result{}, err
		}
	}
	if value == "" {
		return done("ended the freeze of %s", what), nil
	}
	return done("froze %s until %s", what, value), nil
}

// frozen says why shifts are frozen by the tag of a carrier, or nothing.
func (s *Shift) frozen(ctx context.Context, carrier string, now time.Time) (string, error) {
	value, err := s.tags.Tag(ctx, carrier, release.FreezeTag)
	if err != nil {
		return "", err
	}
	return release.FrozenBy(value, now), nil
}

func done(format string, args ...any) handler.Result {
	progress := release.NotStarted()
	return handler.Result{Progress: &progress, Plan: &release.Plan{Kind: release.KindDone, Done: fmt.Sprintf(format, args...)}}
}

// planRollBack finds the version to return each target to.
func (s *Shift) planRollBack(ctx context.Context, task handler.Task, request release.Request) (handler.Result, error) {
	plan := release.Plan{Kind: release.KindRollBack, Execution: task.Execution.ARN, StartedAt: task.Execution.StartedAt,
		Reason: request.Reason, By: request.By}
	for _, target := range request.Targets {
		alias, err := s.aliases.Alias(ctx, target)
		if err != nil {
			return handler.Result{}, err
		}
		to := request.RollBack.To
		if to == "" {
			to = alias.Mark.Previous
		}
		if to == "" {
			return handler.Result{}, release.Errorf(release.NothingToRollBack,
				"%s has no version on record before %s; say which with rollBack.to.", target, alias.Version)
		}
		if _, err := s.versions.Version(ctx, target.Function, to); err != nil {
			return handler.Result{}, err
		}
		if _, err := release.TakeBack(alias, alias.Version, to); err != nil {
			return handler.Result{}, err
		}
		plan.Targets = append(plan.Targets, release.PlannedTarget{
			Function: target.Function, Alias: target.Alias, Stable: to, Candidate: alias.Version})
	}
	progress := release.NotStarted()
	progress.Next = release.MoveRollBack
	progress.Ended = &release.Ended{Error: release.RolledBackAsAsked, Cause: "A rollback was requested: " + request.Reason}
	return handler.Result{Plan: &plan, Progress: &progress}, nil
}

type hooks interface {
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
