package events

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/pattern"
	"weir/localcloud/internal/schedule"
)

// rule is a rule with its targets.
type rule struct {
	described eventbridge.DescribeRuleOutput
	pattern   pattern.Pattern
	schedule  schedule.Next
	targets   map[string]types.Target // by id
	tags      tags
	timer     *clock.Timer
}

// ruleARN of a rule on the default bus does not name the bus.
func (s *Service) ruleARN(bus, name string) string {
	if bus == defaultBus {
		return s.Env.ARN("events", "rule/"+name)
	}
	return s.Env.ARN("events", "rule/"+bus+"/"+name)
}

func (s *Service) putRule(_ context.Context, _ api.Caller, in *eventbridge.PutRuleInput) (*eventbridge.PutRuleOutput, error) {
	r, err := s.newRule(in)
	if err != nil {
		return nil, err
	}
	name := api.Deref(in.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bus(in.EventBusName)
	if err != nil {
		return nil, err
	}
	if old, ok := b.rules[name]; ok {
		r.targets, r.tags = old.targets, old.tags
		if old.timer != nil {
			old.timer.Stop()
		}
	} else {
		r.tags.set(in.Tags) // an update ignores tags, as AWS says
	}
	b.rules[name] = r
	s.arm(b, r)
	return &eventbridge.PutRuleOutput{RuleArn: r.described.Arn}, nil
}

// maxPattern is how many characters a pattern has at most, by the quota that an
// account begins with (L-664C5505).
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const maxPattern = 2048

// newRule makes a rule that stands alone yet.
func (s *Service) newRule(in *eventbridge.PutRuleInput) (*rule, error) {
	bus := busName(in.EventBusName)
	r := &rule{targets: map[string]types.Target{}, tags: tags{}, described: eventbridge.DescribeRuleOutput{
		Name: in.Name, Arn: new(s.ruleARN(bus, api.Deref(in.Name))), Description: in.Description, EventPattern: in.EventPattern, ScheduleExpression: in.ScheduleExpression,
		State: in.State, RoleArn: in.RoleArn, EventBusName: &bus, CreatedBy: &s.Env.Account,
	}}
	if r.described.State == "" {
		r.described.State = types.RuleStateEnabled
	}
	scheduled := api.Deref(in.ScheduleExpression) != ""
	var err error
	switch {
	case in.EventPattern == nil && !scheduled:
		return nil, api.Errorf("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
	case len(api.Deref(in.EventPattern)) > maxPattern:
		return nil, api.Errorf("LimitExceededException", "The event pattern has %d characters, and the quota is %d.", len(*in.EventPattern), maxPattern)
	case scheduled && bus != defaultBus:
		return nil, api.Errorf("ValidationException", "ScheduleExpression is supported only on the default event bus.")
	}
	if in.EventPattern != nil {
		if r.pattern, err = pattern.Parse(*in.EventPattern); err != nil {
			return nil, api.Errorf("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
		}
	}
	if scheduled {
		if r.schedule, err = schedule.Parse(*in.ScheduleExpression, s.Clock.Now()); err != nil {
			return nil, api.Errorf("ValidationException", "Parameter ScheduleExpression is not valid.")
		}
	}
	return r, nil
}

// arm sets a scheduled rule's next time. Call with the lock held.
func (s *Service) arm(b *bus, r *rule) {
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
		current := b.rules[api.Deref(r.described.Name)] == r
		if current {
			s.arm(b, r)
		}
		s.mu.Unlock()
		if current {
			s.fire(r, s.newEvent(envelope{DetailType: "Scheduled Event", Source: "aws.events", Time: next.Format(time.RFC3339),
				Resources: []string{api.Deref(r.described.Arn)}, Detail: json.RawMessage("{}")}))
		}
	})
}

// rule finds a rule. Call with the lock held.
func (s *Service) rule(bus, name *string) (*bus, *rule, error) {
	b, err := s.bus(bus)
	if err != nil {
		return nil, nil, err
	}
	r, ok := b.rules[api.Deref(name)]
	if !ok {
		return b, nil, api.Errorf("ResourceNotFoundException", "Rule %s does not exist on EventBus %s.", api.Deref(name), busName(bus))
	}
	return b, r, nil
}

func (s *Service) describeRule(_ context.Context, _ api.Caller, in *eventbridge.DescribeRuleInput) (*eventbridge.DescribeRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, r, err := s.rule(in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	described := r.described
	return &described, nil
}

func (s *Service) listRules(_ context.Context, _ api.Caller, in *eventbridge.ListRulesInput) (*eventbridge.ListRulesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bus(in.EventBusName)
	if err != nil {
		return nil, err
	}
	rules := []types.Rule{}
	for _, name := range slices.Sorted(maps.Keys(b.rules)) {
		if d := b.rules[name].described; strings.HasPrefix(name, api.Deref(in.NamePrefix)) {
			rules = append(rules, types.Rule{Name: d.Name, Arn: d.Arn, Description: d.Description, EventPattern: d.EventPattern,
				ScheduleExpression: d.ScheduleExpression, State: d.State, RoleArn: d.RoleArn, EventBusName: d.EventBusName})
		}
	}
	rules, next := page(rules, func(r types.Rule) string { return api.Deref(r.Name) }, in.NextToken, in.Limit)
	return &eventbridge.ListRulesOutput{Rules: rules, NextToken: next}, nil
}

// deleteRule takes a rule away; one that is not there is gone.
func (s *Service) deleteRule(_ context.Context, _ api.Caller, in *eventbridge.DeleteRuleInput) (*eventbridge.DeleteRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, r, err := s.rule(in.EventBusName, in.Name)
	if b != nil && r == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(r.targets) > 0 {
		return nil, api.Errorf("ValidationException", "Rule can't be deleted since it has targets.")
	}
	if r.timer != nil {
		r.timer.Stop()
	}
	delete(b.rules, api.Deref(in.Name))
	return nil, nil
}

func (s *Service) setState(bus, name *string, state types.RuleState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, r, err := s.rule(bus, name)
	if err != nil {
		return err
	}
	r.described.State = state
	if r.timer != nil {
		r.timer.Stop()
	}
	s.arm(b, r)
	return nil
}

func (s *Service) enableRule(_ context.Context, _ api.Caller, in *eventbridge.EnableRuleInput) (*eventbridge.EnableRuleOutput, error) {
	return nil, s.setState(in.EventBusName, in.Name, types.RuleStateEnabled)
}

func (s *Service) disableRule(_ context.Context, _ api.Caller, in *eventbridge.DisableRuleInput) (*eventbridge.DisableRuleOutput, error) {
	return nil, s.setState(in.EventBusName, in.Name, types.RuleStateDisabled)
}
