package scheduler

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"time"

	"weir/localcloud/internal/api"
)

// arm sets a schedule's next run. One that has none left is complete. Call with
// the lock held.
func (s *Service) arm(g *group, one *schedule) {
	if *one.described.State != "ENABLED" {
		return
	}
	now := s.Clock.Now()
	next, ok := one.next(now)
	if !ok {
		if *one.described.ActionAfterCompletion == "DELETE" && g.schedules[*one.described.Name] == one {
			delete(g.schedules, *one.described.Name)
		}
		return
	}
	one.timer = s.Clock.AfterFunc(next.Sub(now), func() {
		s.mu.Lock()
		current := g.schedules[*one.described.Name] == one
		if current {
			s.arm(g, one)
		}
		s.mu.Unlock()
		if current {
			s.attempt(run{schedule: one.described, at: next, id: newID()})
		}
	})
}

// run is one invocation of a target, with its tries.
type run struct {
	schedule Schedule
	at       time.Time
	id       string
	retries  int
}

// maxPause is the longest time between two tries.
const maxPause = 10 * time.Minute

func (s *Service) attempt(r run) {
	target := r.schedule.Target
	caller := s.caller(r)
	input := s.input(r)
	service, operation, members, err := s.request(&target, input)
	if err == nil {
		err = s.call(context.Background(), caller, service, operation, members)
	}
	if err == nil {
		return
	}
	most := int(*target.RetryPolicy.MaximumRetryAttempts)
	age := time.Duration(*target.RetryPolicy.MaximumEventAgeInSeconds) * time.Second
	pause := min(maxPause, time.Second<<min(r.retries, 20))
	failed := api.AsError(err)
	permanent := failed.HTTPStatus() < 500 && failed.Code != "TooManyRequestsException" && failed.Code != "ThrottlingException"
	exhausted := ""
	switch {
	case r.retries >= most:
		exhausted = "MaximumRetryAttempts"
	case s.Clock.Now().Add(pause).Sub(r.at) > age:
		exhausted = "MaximumEventAgeInSeconds"
	}
	if permanent || exhausted != "" {
		s.Log.Warn("schedule's target not called", "schedule", *r.schedule.Arn, "target", api.Deref(target.Arn), "attempts", r.retries+1, "error", err.Error())
		s.bury(r, caller, input, failed, exhausted)
		return
	}
	r.retries++
	s.Clock.AfterFunc(pause, func() { s.attempt(r) })
}

// caller is the service in the target's role.
func (s *Service) caller(r run) api.Caller {
	role := api.Deref(r.schedule.Target.RoleArn)
	return api.Caller{ARN: s.Env.GlobalARN("sts", "assumed-role/"+path.Base(role)+"/"+r.id), RoleARN: role, Service: principal,
		SourceARN: s.groupARN(*r.schedule.GroupName)}
}

// input is what a target is called with: the schedule's own with its keywords
// replaced, or a notification.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
func (s *Service) input(r run) string {
	at := r.at.UTC().Format(time.RFC3339)
	if given := r.schedule.Target.Input; given != nil {
		return strings.NewReplacer("<aws.scheduler.schedule-arn>", *r.schedule.Arn, "<aws.scheduler.scheduled-time>", at,
			"<aws.scheduler.execution-id>", r.id, "<aws.scheduler.attempt-number>", strconv.Itoa(r.retries+1)).Replace(*given)
	}
	return marshal(map[string]any{"version": "0", "id": r.id, "detail-type": "Scheduled Event", "source": "aws.scheduler", "account": s.Env.Account,
		"time": at, "region": s.Env.Region, "resources": []string{*r.schedule.Arn}, "detail": "{}"})
}

// bury puts what could not be delivered into the target's dead-letter queue, in
// the target's role.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
func (s *Service) bury(r run, caller api.Caller, input string, why *api.Error, exhausted string) {
	queue := r.schedule.Target.DeadLetterConfig
	if queue == nil || queue.Arn == nil {
		return
	}
	attributes := map[string]any{}
	for name, value := range map[string]string{"ERROR_CODE": why.Code, "ERROR_MESSAGE": why.Message, "EXECUTION_ID": r.id, "RETRY_ATTEMPTS": strconv.Itoa(r.retries),
		"EXHAUSTED_RETRY_CONDITION": exhausted, "SCHEDULED_TIME": r.at.UTC().Format(time.RFC3339), "SCHEDULE_ARN": *r.schedule.Arn, "TARGET_ARN": api.Deref(r.schedule.Target.Arn)} {
		if value != "" {
			attributes[name] = map[string]any{"DataType": "String", "StringValue": value}
		}
	}
	err := s.call(context.Background(), caller, "sqs", "SendMessage", map[string]any{"QueueUrl": *queue.Arn, "MessageBody": input, "MessageAttributes": attributes})
	if err != nil {
		s.Log.Error("lost: the dead-letter queue refused it", "schedule", *r.schedule.Arn, "queue", *queue.Arn, "error", err.Error())
	}
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // plain maps always marshal
	}
	return string(text)
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return hex.EncodeToString(b[:])
}
