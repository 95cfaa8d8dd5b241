package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// judgement is the state that an alarm is to have, and why: in words and, if
// there is more to tell, in JSON.
type judgement struct {
	state  types.StateValue
	reason string
	data   *string
	// children are those that a composite alarm is judged by.
	children []child
}

// change gives an alarm a state, and then judges the composite alarms that
// depend on it. Below are the alarms whose change led to this one: no circle of
// alarms is judged again and again.
func (s *Service) change(ctx context.Context, a *alarm, j judgement, below ...string) {
	if !s.transition(ctx, a, j) {
		return
	}
	below = append(slices.Clone(below), a.name())
	for _, parent := range s.parents(a.name()) {
		if !slices.Contains(below, parent.name()) {
			s.change(ctx, parent, s.judgeComposite(parent, a.name()), below...)
		}
	}
}

// transition sets an alarm's state. If it is another, that is announced, the
// actions are carried out and the answer is true. A composite alarm that stays in
// its state keeps the reason of its last change.
func (s *Service) transition(ctx context.Context, a *alarm, j judgement) bool {
	now := s.Clock.Now()
	s.mu.Lock()
	before := *a
	if a.rule != nil && before.metric.StateValue == j.state {
		s.mu.Unlock()
		return false
	}
	a.metric.StateReason, a.metric.StateReasonData, a.metric.StateUpdatedTimestamp = &j.reason, j.data, &now
	if before.metric.StateValue == j.state {
		s.mu.Unlock()
		return false
	}
	a.metric.StateValue, a.metric.StateTransitionedTimestamp = j.state, &now
	after := *a
	s.note(a, types.HistoryItemTypeStateUpdate, fmt.Sprintf("Alarm updated from %s to %s", before.metric.StateValue, j.state), stateChange(before.metric, after.metric))
	s.mu.Unlock()
	s.announce(ctx, after.metric.AlarmArn, stateChanged, detailOf(before.metric, after))
	if api.Deref(after.metric.ActionsEnabled) {
		s.act(ctx, a, notice{env: s.Env, before: before.metric, alarm: after, children: j.children})
	}
	return true
}

// pace is how long it is to the next evaluation: a minute, or ten seconds where
// an alarm has a shorter period. Call with the lock held.
func (s *Service) pace() time.Duration {
	for _, a := range s.alarms {
		if a.rule == nil && alarmPeriod(a.metric) < time.Minute {
			return 10 * time.Second
		}
	}
	return time.Minute
}

// tick evaluates every metric alarm, those of ten seconds or more with each
// pace, for as long as there are any.
func (s *Service) tick() {
	s.mu.Lock()
	pace := s.pace()
	var metrics []*alarm
	for _, name := range sortedKeys(s.alarms) {
		if s.alarms[name].rule == nil {
			metrics = append(metrics, s.alarms[name])
		}
	}
	s.ticking = len(metrics) > 0
	s.mu.Unlock()
	for _, a := range metrics {
		if j := s.judge(a.metric); j.state != "" {
			s.change(context.Background(), a, j)
		}
	}
	if len(metrics) > 0 {
		s.Clock.AfterFunc(pace, s.tick)
	}
}
