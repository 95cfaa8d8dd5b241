package events

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/local/api"
	"weir/local/clock"
	"weir/local/schedule"
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

// Service is EventBridge with its default bus.
type Service struct {
	Options
	mu    sync.Mutex
	rules map[string]*rule
	taps  []func(event map[string]any)
	lose  func(event map[string]any) bool
}

// rule is a rule with its targets.
type rule struct {
	described eventbridge.DescribeRuleOutput
	pattern   pattern
	schedule  schedule.Next
	targets   map[string]types.Target
	tags      map[string]string
	timer     *clock.Timer
}

// New returns a service with an empty default bus.
func New(options Options) *Service { return &Service{Options: options, rules: map[string]*rule{}} }

// Tap calls f with every event put on the bus, before delivery.
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

// API describes the service to the bus and the wire.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "events", Protocols: []api.Protocol{api.JSON11}, TargetPrefix: "AWSEvents",
		Operations: api.Table(
			api.Op("PutEvents", s.putEvents, api.Needs(s.putPermissions)),
			api.Op("PutRule", s.putRule,
				api.PassesRole(principal, func(in *eventbridge.PutRuleInput) []*string { return []*string{in.RoleArn} }),
				api.On("events:PutRule", func(in *eventbridge.PutRuleInput) string { return s.ruleARN(deref(in.Name)) })),
			api.Op("DescribeRule", s.describeRule, api.On("events:DescribeRule", func(in *eventbridge.DescribeRuleInput) string { return s.ruleARN(deref(in.Name)) })),
			api.Op("ListRules", s.listRules),
			api.Op("DeleteRule", s.deleteRule, api.On("events:DeleteRule", func(in *eventbridge.DeleteRuleInput) string { return s.ruleARN(deref(in.Name)) })),
			api.Op("EnableRule", s.enableRule, api.On("events:EnableRule", func(in *eventbridge.EnableRuleInput) string { return s.ruleARN(deref(in.Name)) })),
			api.Op("DisableRule", s.disableRule, api.On("events:DisableRule", func(in *eventbridge.DisableRuleInput) string { return s.ruleARN(deref(in.Name)) })),
			api.Op("PutTargets", s.putTargets, api.PassesRole(principal, passedRoles),
				api.On("events:PutTargets", func(in *eventbridge.PutTargetsInput) string { return s.ruleARN(deref(in.Rule)) })),
			api.Op("RemoveTargets", s.removeTargets, api.On("events:RemoveTargets", func(in *eventbridge.RemoveTargetsInput) string { return s.ruleARN(deref(in.Rule)) })),
			api.Op("ListTargetsByRule", s.listTargets, api.On("events:ListTargetsByRule", func(in *eventbridge.ListTargetsByRuleInput) string { return s.ruleARN(deref(in.Rule)) })),
			api.Op("TagResource", s.tagResource, api.On("events:TagResource", func(in *eventbridge.TagResourceInput) string { return deref(in.ResourceARN) })),
			api.Op("UntagResource", s.untagResource, api.On("events:UntagResource", func(in *eventbridge.UntagResourceInput) string { return deref(in.ResourceARN) })),
			api.Op("ListTagsForResource", s.listTags, api.On("events:ListTagsForResource", func(in *eventbridge.ListTagsForResourceInput) string { return deref(in.ResourceARN) })),
			api.Op("TestEventPattern", s.testEventPattern),
		),
	}
}

func (s *Service) ruleARN(name string) string { return s.Env.ARN("events", "rule/"+name) }

func (s *Service) putPermissions(in *eventbridge.PutEventsInput) []api.Permission {
	permissions := []api.Permission{}
	for _, entry := range in.Entries {
		permissions = append(permissions, api.Permission{Action: "events:PutEvents", Resource: s.busARN(entry.EventBusName)})
	}
	return permissions
}

func (s *Service) busARN(name *string) string {
	switch {
	case name == nil:
		return s.Env.ARN("events", "event-bus/default")
	case strings.HasPrefix(*name, "arn:"):
		return *name
	}
	return s.Env.ARN("events", "event-bus/"+*name)
}

func (s *Service) putEvents(_ context.Context, caller api.Caller, in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
	if len(in.Entries) == 0 || len(in.Entries) > 10 {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value '%d entries' at 'entries' failed to satisfy constraint: Member must have length from 1 to 10", len(in.Entries))
	}
	out := &eventbridge.PutEventsOutput{Entries: []types.PutEventsResultEntry{}}
	for _, entry := range in.Entries {
		event, code, why := s.event(caller, entry)
		if code != "" {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, types.PutEventsResultEntry{ErrorCode: &code, ErrorMessage: &why})
			continue
		}
		out.Entries = append(out.Entries, types.PutEventsResultEntry{EventId: ptr(event["id"].(string))})
		s.publish(event)
	}
	return out, nil
}

// event makes an event of an entry, or says why it is refused.
func (s *Service) event(caller api.Caller, entry types.PutEventsRequestEntry) (event map[string]any, code, why string) {
	var detail map[string]any
	switch {
	case deref(entry.Source) == "":
		return nil, "InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument."
	case deref(entry.DetailType) == "":
		return nil, "InvalidArgument", "Parameter DetailType is not valid. Reason: DetailType is a required argument."
	case strings.HasPrefix(*entry.Source, "aws.") && (caller.Service == "" || caller.RoleARN != ""):
		return nil, "NotAuthorizedForSourceException", "Not authorized for the source."
	case json.Unmarshal([]byte(deref(entry.Detail)), &detail) != nil:
		return nil, "MalformedDetail", "Detail is malformed."
	}
	if name := deref(entry.EventBusName); name != "" && s.busARN(&name) != s.busARN(nil) {
		return nil, "InvalidArgument", "EventBus " + name + " does not exist: the local cloud has the default bus only."
	}
	at := s.Clock.Now()
	if entry.Time != nil {
		at = *entry.Time
	}
	resources := make([]any, len(entry.Resources))
	for i, resource := range entry.Resources {
		resources[i] = resource
	}
	return map[string]any{"version": "0", "id": newID(), "detail-type": *entry.DetailType, "source": *entry.Source, "account": s.Env.Account,
		"time": at.Format(time.RFC3339), "region": s.Env.Region, "resources": resources, "detail": detail}, "", ""
}

// publish hands an event to every rule that matches.
func (s *Service) publish(event map[string]any) {
	s.mu.Lock()
	taps, lose := slices.Clone(s.taps), s.lose
	var matching []*rule
	for _, name := range slices.Sorted(maps.Keys(s.rules)) {
		r := s.rules[name]
		if r.pattern != nil && r.described.State == types.RuleStateEnabled && r.pattern.matches(event) {
			matching = append(matching, r)
		}
	}
	s.mu.Unlock()
	for _, tap := range taps {
		tap(event)
	}
	if lose != nil && lose(event) {
		return
	}
	for _, r := range matching {
		s.fire(r, event)
		if s.Twice {
			s.fire(r, event)
		}
	}
}

func (s *Service) putRule(_ context.Context, _ api.Caller, in *eventbridge.PutRuleInput) (*eventbridge.PutRuleOutput, error) {
	name := deref(in.Name)
	r := &rule{targets: map[string]types.Target{}, tags: map[string]string{}, described: eventbridge.DescribeRuleOutput{
		Name: in.Name, Arn: ptr(s.ruleARN(name)), Description: in.Description, EventPattern: in.EventPattern, ScheduleExpression: in.ScheduleExpression,
		State: in.State, RoleArn: in.RoleArn, EventBusName: ptr("default"),
	}}
	if r.described.State == "" {
		r.described.State = types.RuleStateEnabled
	}
	if in.EventPattern == nil && in.ScheduleExpression == nil {
		return nil, api.Errorf("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
	}
	if in.EventPattern != nil {
		parsed, err := parsePattern(*in.EventPattern)
		if err != nil {
			return nil, api.Errorf("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
		}
		r.pattern = parsed
	}
	if in.ScheduleExpression != nil {
		parsed, err := schedule.Parse(*in.ScheduleExpression, s.Clock.Now())
		if err != nil {
			return nil, api.Errorf("ValidationException", "Parameter ScheduleExpression is not valid: %v.", err)
		}
		r.schedule = parsed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.rules[name]; ok {
		r.targets, r.tags = old.targets, old.tags
		if old.timer != nil {
			old.timer.Stop()
		}
	} else {
		r.tag(in.Tags) // an update ignores tags, as AWS says
	}
	s.rules[name] = r
	s.arm(r)
	return &eventbridge.PutRuleOutput{RuleArn: r.described.Arn}, nil
}

// arm sets a scheduled rule's next time. Call with the lock held.
func (s *Service) arm(r *rule) {
	if r.schedule == nil || r.described.State != types.RuleStateEnabled {
		return
	}
	now := s.Clock.Now()
	next, ok := r.schedule(now)
	if !ok {
		return
	}
	r.timer = s.Clock.AfterFunc(next.Sub(now), func() {
		s.mu.Lock()
		current := s.rules[deref(r.described.Name)] == r
		if current {
			s.arm(r)
		}
		s.mu.Unlock()
		if current {
			s.fire(r, map[string]any{"version": "0", "id": newID(), "detail-type": "Scheduled Event", "source": "aws.events", "account": s.Env.Account,
				"time": next.Format(time.RFC3339), "region": s.Env.Region, "resources": []any{deref(r.described.Arn)}, "detail": map[string]any{}})
		}
	})
}

func (s *Service) rule(name *string) (*rule, error) {
	r, ok := s.rules[deref(name)]
	if !ok {
		return nil, api.Errorf("ResourceNotFoundException", "Rule %s does not exist on EventBus default.", deref(name))
	}
	return r, nil
}

func (s *Service) describeRule(_ context.Context, _ api.Caller, in *eventbridge.DescribeRuleInput) (*eventbridge.DescribeRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(in.Name)
	if err != nil {
		return nil, err
	}
	described := r.described
	return &described, nil
}

func (s *Service) listRules(_ context.Context, _ api.Caller, in *eventbridge.ListRulesInput) (*eventbridge.ListRulesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &eventbridge.ListRulesOutput{Rules: []types.Rule{}}
	for _, name := range slices.Sorted(maps.Keys(s.rules)) {
		if d := s.rules[name].described; strings.HasPrefix(name, deref(in.NamePrefix)) {
			out.Rules = append(out.Rules, types.Rule{Name: d.Name, Arn: d.Arn, Description: d.Description, EventPattern: d.EventPattern,
				ScheduleExpression: d.ScheduleExpression, State: d.State, RoleArn: d.RoleArn, EventBusName: d.EventBusName})
		}
	}
	return out, nil
}

func (s *Service) deleteRule(_ context.Context, _ api.Caller, in *eventbridge.DeleteRuleInput) (*eventbridge.DeleteRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rules[deref(in.Name)]
	if !ok {
		return nil, nil
	}
	if len(r.targets) > 0 {
		return nil, api.Errorf("ValidationException", "Rule can't be deleted since it has targets.")
	}
	if r.timer != nil {
		r.timer.Stop()
	}
	delete(s.rules, deref(in.Name))
	return nil, nil
}

func (s *Service) setState(name *string, state types.RuleState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(name)
	if err != nil {
		return err
	}
	r.described.State = state
	if r.timer != nil {
		r.timer.Stop()
	}
	s.arm(r)
	return nil
}

func (s *Service) enableRule(_ context.Context, _ api.Caller, in *eventbridge.EnableRuleInput) (*eventbridge.EnableRuleOutput, error) {
	return nil, s.setState(in.Name, types.RuleStateEnabled)
}

func (s *Service) disableRule(_ context.Context, _ api.Caller, in *eventbridge.DisableRuleInput) (*eventbridge.DisableRuleOutput, error) {
	return nil, s.setState(in.Name, types.RuleStateDisabled)
}

func (s *Service) putTargets(_ context.Context, _ api.Caller, in *eventbridge.PutTargetsInput) (*eventbridge.PutTargetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(in.Rule)
	if err != nil {
		return nil, err
	}
	for _, target := range in.Targets {
		if !supported(deref(target.Arn)) {
			return nil, api.Errorf("ValidationException", "the local cloud does not deliver events to %s", deref(target.Arn))
		}
		r.targets[deref(target.Id)] = target
	}
	if len(r.targets) > 5 {
		return nil, api.Errorf("LimitExceededException", "The requested resource exceeds the maximum number allowed: 5 targets.")
	}
	return &eventbridge.PutTargetsOutput{FailedEntries: []types.PutTargetsResultEntry{}}, nil
}

func (s *Service) removeTargets(_ context.Context, _ api.Caller, in *eventbridge.RemoveTargetsInput) (*eventbridge.RemoveTargetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(in.Rule)
	if err != nil {
		return nil, err
	}
	for _, id := range in.Ids {
		delete(r.targets, id)
	}
	return &eventbridge.RemoveTargetsOutput{FailedEntries: []types.RemoveTargetsResultEntry{}}, nil
}

func (s *Service) listTargets(_ context.Context, _ api.Caller, in *eventbridge.ListTargetsByRuleInput) (*eventbridge.ListTargetsByRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(in.Rule)
	if err != nil {
		return nil, err
	}
	out := &eventbridge.ListTargetsByRuleOutput{Targets: []types.Target{}}
	for _, id := range slices.Sorted(maps.Keys(r.targets)) {
		out.Targets = append(out.Targets, r.targets[id])
	}
	return out, nil
}

func (s *Service) testEventPattern(_ context.Context, _ api.Caller, in *eventbridge.TestEventPatternInput) (*eventbridge.TestEventPatternOutput, error) {
	parsed, err := parsePattern(deref(in.EventPattern))
	if err != nil {
		return nil, api.Errorf("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
	}
	var event map[string]any
	if err := json.Unmarshal([]byte(deref(in.Event)), &event); err != nil {
		return nil, api.Errorf("ValidationException", "Parameter Event is not valid.")
	}
	for _, field := range []string{"id", "account", "source", "time", "region", "detail-type"} {
		if _, ok := event[field].(string); !ok {
			return nil, api.Errorf("ValidationException", "Parameter Event is not valid.")
		}
	}
	return &eventbridge.TestEventPatternOutput{Result: parsed.matches(event)}, nil
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func deref[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}

func ptr[T any](value T) *T { return &value }
