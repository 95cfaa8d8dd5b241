// Package scheduler is the EventBridge Scheduler of the local cloud: schedules
// at a rate, by cron or once, in a time zone, with start and end, that call a
// target in a role of their own. A schedule with a flexible window runs at the
// window's start. Keys are kept and encrypt nothing.
package scheduler

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Bus is how the service calls its targets, of which any operation may be one.
type Bus interface {
	api.Invoker
	Service(name string) (*api.Service, bool)
}

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   Bus
	Log   *slog.Logger
}

// principal is the service where it calls others.
const principal = "scheduler.amazonaws.com"

// Service is EventBridge Scheduler.
type Service struct {
	Options
	mu     sync.Mutex
	groups map[string]*group // by name
}

// New returns a service with an empty default group.
func New(options Options) *Service {
	s := &Service{Options: options, groups: map[string]*group{}}
	s.groups[defaultGroup] = s.newGroup(defaultGroup)
	return s
}

// API describes the service.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
func (s *Service) API() *api.Service {
	const one, oneGroup, tagged = "/schedules/{Name}", "/schedule-groups/{Name}", "/tags/{ResourceArn}"
	byGroup := map[string]string{"groupName": "GroupName", "clientToken": "ClientToken"}
	paging := map[string]string{"MaxResults": "MaxResults", "NamePrefix": "NamePrefix", "NextToken": "NextToken"}
	ofGroup := maps.Clone(paging)
	ofGroup["ScheduleGroup"], ofGroup["State"] = "GroupName", "State"
	bind := func(method, path string, query map[string]string) api.Option {
		return api.WithHTTP(api.HTTPBinding{Method: method, Path: path, Status: 200, Query: query})
	}
	passes := api.PassesRole(principal, func(in *ScheduleInput) []*string { return []*string{in.Target.RoleArn} })
	return &api.Service{
		Name: "scheduler", Protocols: []api.Protocol{api.RESTJSON},
		Operations: api.Table(
			api.Op("CreateSchedule", s.createSchedule, bind("POST", one, nil), onSchedule(s, "CreateSchedule", inGroup), passes),
			api.Op("UpdateSchedule", s.updateSchedule, bind("PUT", one, nil), onSchedule(s, "UpdateSchedule", inGroup), passes),
			api.Op("GetSchedule", s.getSchedule, bind("GET", one, byGroup), onSchedule(s, "GetSchedule", named)),
			api.Op("DeleteSchedule", s.deleteSchedule, bind("DELETE", one, byGroup), onSchedule(s, "DeleteSchedule", named)),
			api.Op("ListSchedules", s.listSchedules, bind("GET", "/schedules", ofGroup)),
			api.Op("CreateScheduleGroup", s.createGroup, bind("POST", oneGroup, nil), api.On("scheduler:CreateScheduleGroup", func(in *GroupInput) string { return s.groupARN(api.Deref(in.Name)) })),
			api.Op("GetScheduleGroup", s.getGroup, bind("GET", oneGroup, nil), api.On("scheduler:GetScheduleGroup", func(in *GroupInput) string { return s.groupARN(api.Deref(in.Name)) })),
			api.Op("DeleteScheduleGroup", s.deleteGroup, bind("DELETE", oneGroup, map[string]string{"clientToken": "ClientToken"}),
				api.On("scheduler:DeleteScheduleGroup", func(in *GroupInput) string { return s.groupARN(api.Deref(in.Name)) })),
			api.Op("ListScheduleGroups", s.listGroups, bind("GET", "/schedule-groups", paging)),
			api.Op("TagResource", s.tagResource, bind("POST", tagged, nil), api.On("scheduler:TagResource", func(in *TagsInput) string { return api.Deref(in.ResourceArn) })),
			api.Op("UntagResource", s.untagResource, bind("DELETE", tagged, map[string]string{"TagKeys": "TagKeys"}),
				api.On("scheduler:UntagResource", func(in *TagsInput) string { return api.Deref(in.ResourceArn) })),
			api.Op("ListTagsForResource", s.listTags, bind("GET", tagged, nil), api.On("scheduler:ListTagsForResource", func(in *TagsInput) string { return api.Deref(in.ResourceArn) })),
		),
	}
}

func inGroup(in *ScheduleInput) (group, name *string) { return in.GroupName, in.Name }
func named(in *ScheduleName) (group, name *string)    { return in.GroupName, in.Name }

// onSchedule needs an action on a schedule.
func onSchedule[I any](s *Service, action string, schedule func(*I) (group, name *string)) api.Option {
	return api.On("scheduler:"+action, func(in *I) string {
		group, name := schedule(in)
		return s.scheduleARN(groupName(group), api.Deref(name))
	})
}

func (s *Service) scheduleARN(group, name string) string {
	return s.Env.ARN("scheduler", "schedule/"+group+"/"+name)
}

func (s *Service) groupARN(name string) string { return s.Env.ARN("scheduler", "schedule-group/"+name) }

// usable refuses a role that the service cannot take.
func (s *Service) usable(ctx context.Context, role *string) error {
	_, err := s.Bus.Call(ctx, api.ServiceCaller(principal, ""), "sts", "AssumeRole", &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: aws.String("scheduler")})
	if err != nil {
		return invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")
	}
	return nil
}

func invalid(format string, args ...any) error {
	return api.Errorf("ValidationException", format, args...)
}

// pageOf lists what is kept by name: those with a prefix, from a token on, at
// most so many (100 where it is not given), and the token of the rest.
func pageOf[T any](all map[string]T, prefix, token *string, most *int32, keep func(T) bool) (list []T, next *string) {
	limit := 100
	if most != nil {
		limit = int(*most)
	}
	last := ""
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !strings.HasPrefix(name, api.Deref(prefix)) || token != nil && name <= *token || !keep(all[name]) {
			continue
		}
		if len(list) == limit {
			return list, &last
		}
		list, last = append(list, all[name]), name
	}
	return list, nil
}
