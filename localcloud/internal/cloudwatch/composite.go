package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

func (s *Service) putCompositeAlarm(_ context.Context, _ api.Caller, in *cloudwatch.PutCompositeAlarmInput) (*cloudwatch.PutCompositeAlarmOutput, error) {
	if err := checkDescribed(described{name: in.AlarmName, description: in.AlarmDescription, alarm: in.AlarmActions,
		ok: in.OKActions, insufficient: in.InsufficientDataActions, tags: in.Tags}); err != nil {
		return nil, err
	}
	if err := checkActions(slices.Concat(in.AlarmActions, in.OKActions, in.InsufficientDataActions), compositeVendors); err != nil {
		return nil, err
	}
	parsed, children, err := parseRule(api.Deref(in.AlarmRule))
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	a := &alarm{rule: parsed, text: api.Deref(in.AlarmRule), children: children, metric: types.MetricAlarm{
		AlarmName: in.AlarmName, AlarmArn: new(s.alarmARN(api.Deref(in.AlarmName))), AlarmDescription: in.AlarmDescription,
		ActionsEnabled: new(in.ActionsEnabled == nil || *in.ActionsEnabled), AlarmActions: orEmpty(in.AlarmActions), OKActions: orEmpty(in.OKActions),
		InsufficientDataActions: orEmpty(in.InsufficientDataActions), StateValue: types.StateValueInsufficientData,
		StateReason: new("Unchecked: Initial alarm creation"), AlarmConfigurationUpdatedTimestamp: &now, StateUpdatedTimestamp: &now, StateTransitionedTimestamp: &now,
	}}
	done, err := s.keepComposite(a, in.Tags)
	if err != nil {
		return nil, err
	}
	s.Clock.AfterFunc(0, func() { s.judgeConfigured(a, done) })
	return nil, nil
}

// keepComposite stores a composite alarm if there are the alarms that it names,
// and tells whether it was created or updated.
func (s *Service) keepComposite(a *alarm, tags []types.Tag) (done string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	missing := slices.DeleteFunc(slices.Clone(a.children), func(name string) bool { return s.alarms[name] != nil })
	if len(missing) > 0 {
		return "", invalid("Could not save the composite alarm as alarms [%s] in the alarm rule do not exist", strings.Join(missing, ", "))
	}
	if len(a.children) > maxChildren {
		return "", invalid("The rule of a composite alarm can name at most %d alarms; this one names %d.", maxChildren, len(a.children))
	}
	for _, name := range a.children {
		if parents := s.parentsOf(name, a.name()); len(parents) >= maxParents {
			return "", invalid("An alarm can be in the rules of at most %d composite alarms; %s is in so many already.", maxParents, name)
		}
	}
	done = "created"
	if s.alarms[a.name()] != nil {
		done = "updated"
	}
	s.keep(a, tags)
	return done, nil
}

// judgeConfigured judges an alarm once it was put. After that, only a change of
// one of its children has it judged again.
func (s *Service) judgeConfigured(a *alarm, done string) {
	s.mu.Lock()
	current := s.alarms[a.name()] == a
	value, children := s.holds(a), s.childrenOf(a.children)
	s.mu.Unlock()
	if current {
		s.change(context.Background(), a, because(value, children, fmt.Sprintf("%s was %s and its alarm rule evaluates to %s", *a.metric.AlarmArn, done, value)))
	}
}

// judgeComposite judges an alarm after a change of one of its children.
func (s *Service) judgeComposite(a *alarm, changed string) judgement {
	s.mu.Lock()
	defer s.mu.Unlock()
	children := s.childrenOf([]string{changed})
	if len(children) == 0 { // deleted meanwhile
		return judgement{state: a.metric.StateValue, reason: api.Deref(a.metric.StateReason), data: a.metric.StateReasonData}
	}
	of := children[0]
	at := api.Deref(s.alarms[changed].metric.StateTransitionedTimestamp).UTC()
	return because(s.holds(a), children, fmt.Sprintf("%s transitioned to %s at %s", of.ARN, of.State.Value, at.Format("Monday 02 January, 2006 15:04:05 MST")))
}

// child is an alarm that a composite one is judged by, as reason data have it.
type child struct {
	ARN   string  `json:"arn"`
	State stateAt `json:"state"`
}

type stateAt struct {
	Value     types.StateValue `json:"value"`
	Timestamp string           `json:"timestamp"`
}

func because(value types.StateValue, children []child, reason string) judgement {
	data := marshal(map[string]any{"triggeringAlarms": children})
	return judgement{state: value, reason: reason, data: &data, children: children}
}

// childrenOf describes those of the alarms that exist. Call with the lock held.
func (s *Service) childrenOf(names []string) []child {
	list := make([]child, 0, len(names))
	for _, name := range names {
		if a, ok := s.alarms[name]; ok {
			list = append(list, child{ARN: *a.metric.AlarmArn, State: stateAt{a.metric.StateValue, stamp(api.Deref(a.metric.StateTransitionedTimestamp))}})
		}
	}
	return list
}

// holds is the state that a rule means now. Call with the lock held.
func (s *Service) holds(a *alarm) types.StateValue {
	state := func(name string) types.StateValue {
		if child, ok := s.alarms[name]; ok {
			return child.metric.StateValue
		}
		return types.StateValueInsufficientData
	}
	if a.rule(state) {
		return types.StateValueAlarm
	}
	return types.StateValueOk
}

// parents are the composite alarms whose rules name an alarm.
func (s *Service) parents(name string) []*alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parentsOf(name)
}

// parentsOf are the composite alarms whose rules name an alarm, without some by
// name. Call with the lock held.
func (s *Service) parentsOf(name string, without ...string) []*alarm {
	var list []*alarm
	for _, other := range sortedKeys(s.alarms) {
		if slices.Contains(s.alarms[other].children, name) && !slices.Contains(without, other) {
			list = append(list, s.alarms[other])
		}
	}
	return list
}
