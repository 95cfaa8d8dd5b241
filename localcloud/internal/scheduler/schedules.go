package scheduler

import (
	"context"
	"strings"
	"time"
	_ "time/tzdata" // zones are there on a machine that has none installed

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	expression "weir/localcloud/internal/schedule"
)

// schedule is one schedule.
type schedule struct {
	described Schedule
	next      expression.Next
	timer     *clock.Timer
}

func (one *schedule) stop() {
	if one.timer != nil {
		one.timer.Stop()
	}
}

func (s *Service) createSchedule(ctx context.Context, _ api.Caller, in *ScheduleInput) (*ScheduleARN, error) {
	one, err := s.newSchedule(ctx, in, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(in.GroupName)
	if err != nil {
		return nil, err
	}
	if _, exists := g.schedules[*in.Name]; exists {
		return nil, api.StatusErrorf(409, "ConflictException", "Schedule %s already exists.", *in.Name)
	}
	g.schedules[*in.Name] = one
	s.arm(g, one)
	return &ScheduleARN{ScheduleArn: one.described.Arn}, nil
}

// updateSchedule puts a whole schedule in another's place: what is not given is
// as if it had never been.
func (s *Service) updateSchedule(ctx context.Context, _ api.Caller, in *ScheduleInput) (*ScheduleARN, error) {
	one, err := s.newSchedule(ctx, in, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, old, err := s.schedule(in.GroupName, in.Name)
	if err != nil {
		return nil, err
	}
	old.stop()
	one.described.CreationDate = old.described.CreationDate
	g.schedules[*in.Name] = one
	s.arm(g, one)
	return &ScheduleARN{ScheduleArn: one.described.Arn}, nil
}

// newSchedule checks a schedule and makes it, not running yet.
func (s *Service) newSchedule(ctx context.Context, in *ScheduleInput, now time.Time) (*schedule, error) {
	if err := checkName(in.Name); err != nil {
		return nil, err
	}
	for _, choice := range []struct {
		name  string
		value **string
		of    []string
	}{
		{"state", &in.State, []string{"ENABLED", "DISABLED"}},
		{"actionAfterCompletion", &in.ActionAfterCompletion, []string{"NONE", "DELETE"}},
		{"flexibleTimeWindow.mode", &in.FlexibleTimeWindow.Mode, []string{"OFF", "FLEXIBLE"}},
	} {
		if *choice.value == nil && choice.name != "flexibleTimeWindow.mode" {
			*choice.value = &choice.of[0]
		}
		if got := api.Deref(*choice.value); got != choice.of[0] && got != choice.of[1] {
			return nil, invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: [%s]",
				got, choice.name, strings.Join(choice.of, ", "))
		}
	}
	if window := in.FlexibleTimeWindow; (*window.Mode == "FLEXIBLE") != (window.MaximumWindowInMinutes != nil) {
		return nil, invalid("FlexibleTimeWindow needs MaximumWindowInMinutes where its Mode is FLEXIBLE, and only there.")
	}
	if in.ScheduleExpressionTimezone == nil {
		in.ScheduleExpressionTimezone = new("UTC")
	}
	next, err := parse(in, now)
	if err != nil {
		return nil, err
	}
	if err := s.checkTarget(ctx, &in.Target); err != nil {
		return nil, err
	}
	in.Target.RetryPolicy = in.Target.RetryPolicy.complete()
	return &schedule{next: next, described: Schedule{
		Arn: new(s.scheduleARN(groupName(in.GroupName), *in.Name)), Name: in.Name, GroupName: new(groupName(in.GroupName)), Description: in.Description,
		ScheduleExpression: in.ScheduleExpression, ScheduleExpressionTimezone: in.ScheduleExpressionTimezone, StartDate: in.StartDate, EndDate: in.EndDate,
		State: in.State, ActionAfterCompletion: in.ActionAfterCompletion, FlexibleTimeWindow: in.FlexibleTimeWindow, KmsKeyArn: in.KmsKeyArn,
		Target: in.Target, CreationDate: &now, LastModificationDate: &now,
	}}, nil
}

// parse reads when a schedule runs: from its start, to its end.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func parse(in *ScheduleInput, now time.Time) (expression.Next, error) {
	text := api.Deref(in.ScheduleExpression)
	wrong := invalid("Invalid Schedule Expression %s.", text)
	zone, err := time.LoadLocation(*in.ScheduleExpressionTimezone)
	if err != nil || zone == time.Local { // "Local" would be this machine's
		return nil, invalid("Provided time zone %s is not valid.", *in.ScheduleExpressionTimezone)
	}
	if in.StartDate != nil && in.EndDate != nil && !in.EndDate.After(*in.StartDate) {
		return nil, invalid("The StartDate you specify must come before the EndDate.")
	}
	var next expression.Next
	switch {
	case strings.HasPrefix(text, "at("):
		at, err := expression.At(text, zone)
		if err != nil {
			return nil, wrong
		}
		return func(after time.Time) (time.Time, bool) { return at, at.After(after) }, nil // start and end are ignored
	case strings.HasPrefix(text, "cron("):
		next, err = expression.Cron(text, zone)
	default:
		var every time.Duration
		if every, err = expression.Rate(text); err == nil {
			first := now.Add(every)
			if in.StartDate != nil {
				first = *in.StartDate
			}
			next = expression.Every(every, first)
		}
	}
	if err != nil {
		return nil, wrong
	}
	return func(after time.Time) (time.Time, bool) {
		if in.StartDate != nil && after.Before(*in.StartDate) {
			after = in.StartDate.Add(-time.Nanosecond)
		}
		at, ok := next(after)
		return at, ok && (in.EndDate == nil || !at.After(*in.EndDate))
	}, nil
}

// schedule finds a schedule. Call with the lock held.
func (s *Service) schedule(group, name *string) (*group, *schedule, error) {
	g, err := s.group(group)
	if err != nil {
		return nil, nil, err
	}
	one, ok := g.schedules[api.Deref(name)]
	if !ok {
		return nil, nil, api.StatusErrorf(404, "ResourceNotFoundException", "Schedule %s does not exist.", api.Deref(name))
	}
	return g, one, nil
}

func (s *Service) getSchedule(_ context.Context, _ api.Caller, in *ScheduleName) (*Schedule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, one, err := s.schedule(in.GroupName, in.Name)
	if err != nil {
		return nil, err
	}
	return new(one.described), nil
}

func (s *Service) deleteSchedule(_ context.Context, _ api.Caller, in *ScheduleName) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, one, err := s.schedule(in.GroupName, in.Name)
	if err != nil {
		return nil, err
	}
	one.stop()
	delete(g.schedules, *in.Name)
	return &Nothing{}, nil
}

func (s *Service) listSchedules(_ context.Context, _ api.Caller, in *SchedulesInput) (*Schedules, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]*schedule{}
	for name, g := range s.groups {
		if in.GroupName != nil && name != *in.GroupName {
			continue
		}
		for _, one := range g.schedules {
			all[*one.described.Name+"\x00"+name] = one // one name may be in many groups
		}
	}
	found, next := pageOf(all, in.NamePrefix, in.NextToken, in.MaxResults, func(one *schedule) bool {
		return in.State == nil || *one.described.State == *in.State
	})
	out := &Schedules{Schedules: []Summary{}, NextToken: next}
	for _, one := range found {
		d := one.described
		out.Schedules = append(out.Schedules, Summary{Arn: d.Arn, Name: d.Name, GroupName: d.GroupName, State: d.State, Target: TargetARN{Arn: d.Target.Arn},
			CreationDate: d.CreationDate, LastModificationDate: d.LastModificationDate})
	}
	return out, nil
}
