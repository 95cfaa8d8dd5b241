// Package events is the EventBridge of the local cloud: buses, rules with
// patterns and schedules, input transformers, and delivery to the targets in
// use, at least once.
package events

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   api.Invoker
	Log   *slog.Logger
	// Enqueue sends a message to an SQS queue.
	Enqueue func(ctx context.Context, caller api.Caller, queueARN, body string) error
	// Twice delivers every event two times: EventBridge promises at least one.
	Twice bool
}

// principal is EventBridge where it calls other services.
const principal = "events.amazonaws.com"

// Service is EventBridge.
type Service struct {
	Options
	mu    sync.Mutex
	buses map[string]*bus // by name
	taps  []func(event map[string]any)
	lose  func(event map[string]any) bool
}

// New returns a service with an empty default bus.
func New(options Options) *Service {
	s := &Service{Options: options, buses: map[string]*bus{}}
	s.buses[defaultBus] = s.newBus(defaultBus)
	return s
}

// Tap calls f with every event put on any bus, before delivery.
func (s *Service) Tap(f func(event map[string]any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taps = append(s.taps, f)
}

// Lose drops the events for which f holds; nil drops none.
func (s *Service) Lose(f func(event map[string]any) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lose = f
}

// Repeat says whether every event is delivered two times from now on.
func (s *Service) Repeat(twice bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Twice = twice
}

// API describes the service to the bus and the wire.
func (s *Service) API() *api.Service {
	type (
		putRule     = eventbridge.PutRuleInput
		describe    = eventbridge.DescribeRuleInput
		deleteRule  = eventbridge.DeleteRuleInput
		enable      = eventbridge.EnableRuleInput
		disable     = eventbridge.DisableRuleInput
		put         = eventbridge.PutTargetsInput
		remove      = eventbridge.RemoveTargetsInput
		list        = eventbridge.ListTargetsByRuleInput
		create      = eventbridge.CreateEventBusInput
		update      = eventbridge.UpdateEventBusInput
		describeBus = eventbridge.DescribeEventBusInput
		deleteBus   = eventbridge.DeleteEventBusInput
	)
	return &api.Service{
		Name: "events", Protocols: []api.Protocol{api.JSON11}, TargetPrefix: "AWSEvents",
		Operations: api.Table(
			api.Op("PutEvents", s.putEvents, api.Needs(s.putPermissions), api.Refuses("EndpointId")),

			api.Op("CreateEventBus", s.createBus, onBus(s, "CreateEventBus", func(in *create) *string { return in.Name }), api.Refuses("EventSourceName", "LogConfig")),
			api.Op("UpdateEventBus", s.updateBus, onBus(s, "UpdateEventBus", func(in *update) *string { return in.Name }), api.Refuses("LogConfig")),
			api.Op("DescribeEventBus", s.describeBus, onBus(s, "DescribeEventBus", func(in *describeBus) *string { return in.Name })),
			api.Op("DeleteEventBus", s.deleteBus, onBus(s, "DeleteEventBus", func(in *deleteBus) *string { return in.Name })),
			api.Op("ListEventBuses", s.listBuses),

			api.Op("PutRule", s.putRule, onRule(s, "PutRule", func(in *putRule) (bus, name *string) { return in.EventBusName, in.Name }),
				api.PassesRole(principal, func(in *putRule) []*string { return []*string{in.RoleArn} })),
			api.Op("DescribeRule", s.describeRule, onRule(s, "DescribeRule", func(in *describe) (bus, name *string) { return in.EventBusName, in.Name })),
			api.Op("ListRules", s.listRules),
			api.Op("DeleteRule", s.deleteRule, onRule(s, "DeleteRule", func(in *deleteRule) (bus, name *string) { return in.EventBusName, in.Name })),
			api.Op("EnableRule", s.enableRule, onRule(s, "EnableRule", func(in *enable) (bus, name *string) { return in.EventBusName, in.Name })),
			api.Op("DisableRule", s.disableRule, onRule(s, "DisableRule", func(in *disable) (bus, name *string) { return in.EventBusName, in.Name })),
			api.Op("PutTargets", s.putTargets, onRule(s, "PutTargets", func(in *put) (bus, name *string) { return in.EventBusName, in.Rule }),
				api.PassesRole(principal, passedRoles)),
			api.Op("RemoveTargets", s.removeTargets, onRule(s, "RemoveTargets", func(in *remove) (bus, name *string) { return in.EventBusName, in.Rule })),
			api.Op("ListTargetsByRule", s.listTargets, onRule(s, "ListTargetsByRule", func(in *list) (bus, name *string) { return in.EventBusName, in.Rule })),

			api.Op("TagResource", s.tagResource, api.On("events:TagResource", func(in *eventbridge.TagResourceInput) string { return api.Deref(in.ResourceARN) })),
			api.Op("UntagResource", s.untagResource, api.On("events:UntagResource", func(in *eventbridge.UntagResourceInput) string { return api.Deref(in.ResourceARN) })),
			api.Op("ListTagsForResource", s.listTags, api.On("events:ListTagsForResource", func(in *eventbridge.ListTagsForResourceInput) string { return api.Deref(in.ResourceARN) })),
		),
	}
}

// onBus needs an action on a bus.
func onBus[I any](s *Service, action string, name func(*I) *string) api.Option {
	return api.On("events:"+action, func(in *I) string { return s.busARN(name(in)) })
}

// onRule needs an action on a rule.
func onRule[I any](s *Service, action string, rule func(*I) (bus, name *string)) api.Option {
	return api.On("events:"+action, func(in *I) string {
		bus, name := rule(in)
		return s.ruleARN(busName(bus), api.Deref(name))
	})
}

// page is the part of a list that starts after a token, and the token of the
// next part. Limit is from 1 to 100, 100 where it is not given.
func page[T any](all []T, name func(T) string, token *string, limit *int32) ([]T, *string) {
	for token != nil && len(all) > 0 && name(all[0]) <= *token {
		all = all[1:]
	}
	most := 100
	if limit != nil {
		most = int(*limit)
	}
	if len(all) <= most {
		return all, nil
	}
	return all[:most], new(name(all[most-1]))
}

// session is the session that EventBridge opens in a role.
func session(role string) string {
	return strings.Replace(strings.Replace(role, ":iam:", ":sts:", 1), ":role/", ":assumed-role/", 1) + "/events"
}
