package cloudwatch

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
)

// alarm is a metric alarm or, with a rule, a composite one.
type alarm struct {
	metric types.MetricAlarm
	rule   rule // set for composite alarms
	text   string
	tags   map[string]string
}

func (s *Service) alarmARN(name string) string { return s.Env.ARN("cloudwatch", "alarm:"+name) }

func (s *Service) describePermissions(in *cloudwatch.DescribeAlarmsInput) []api.Permission {
	if len(in.AlarmNames) == 0 {
		return []api.Permission{{Action: "cloudwatch:DescribeAlarms", Resource: s.alarmARN("*")}}
	}
	permissions := make([]api.Permission, len(in.AlarmNames))
	for i, name := range in.AlarmNames {
		permissions[i] = api.Permission{Action: "cloudwatch:DescribeAlarms", Resource: s.alarmARN(name)}
	}
	return permissions
}

func (s *Service) putMetricAlarm(_ context.Context, _ api.Caller, in *cloudwatch.PutMetricAlarmInput) (*cloudwatch.PutMetricAlarmOutput, error) {
	if err := s.checkAlarm(in); err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	a := &alarm{metric: types.MetricAlarm{
		AlarmName: in.AlarmName, AlarmArn: ptr(s.alarmARN(deref(in.AlarmName))), AlarmDescription: in.AlarmDescription,
		ActionsEnabled: ptr(in.ActionsEnabled == nil || *in.ActionsEnabled), AlarmActions: orEmpty(in.AlarmActions), OKActions: orEmpty(in.OKActions),
		InsufficientDataActions: orEmpty(in.InsufficientDataActions), Namespace: in.Namespace, MetricName: in.MetricName,
		Dimensions: orEmpty(in.Dimensions), Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic, Period: in.Period,
		EvaluationPeriods: in.EvaluationPeriods, DatapointsToAlarm: in.DatapointsToAlarm, Threshold: in.Threshold,
		ComparisonOperator: in.ComparisonOperator, TreatMissingData: in.TreatMissingData, Metrics: in.Metrics, Unit: in.Unit,
		EvaluateLowSampleCountPercentile: in.EvaluateLowSampleCountPercentile,
		StateValue:                       types.StateValueInsufficientData, StateReason: ptr("Unchecked: Initial alarm creation"),
		AlarmConfigurationUpdatedTimestamp: &now, StateUpdatedTimestamp: &now, StateTransitionedTimestamp: &now,
	}}
	s.keep(a, in.Tags)
	return nil, nil
}

// keep stores an alarm; one that is updated keeps its state and its tags.
func (s *Service) keep(a *alarm, tags []types.Tag) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.alarms[deref(a.metric.AlarmName)]; ok {
		a.metric.StateValue, a.metric.StateReason = old.metric.StateValue, old.metric.StateReason
		a.metric.StateUpdatedTimestamp, a.metric.StateTransitionedTimestamp = old.metric.StateUpdatedTimestamp, old.metric.StateTransitionedTimestamp
		a.tags = old.tags
		s.note(a, types.HistoryItemTypeConfigurationUpdate, fmt.Sprintf("Alarm %q updated", deref(a.metric.AlarmName)), map[string]any{"version": "1.0", "type": "Update"})
	} else {
		a.tag(tags)
		s.note(a, types.HistoryItemTypeConfigurationUpdate, fmt.Sprintf("Alarm %q created", deref(a.metric.AlarmName)), map[string]any{"version": "1.0", "type": "Create"})
	}
	s.alarms[deref(a.metric.AlarmName)] = a
	if !s.ticking {
		s.ticking = true
		s.Clock.AfterFunc(s.pace(), s.tick)
	}
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

func (s *Service) putCompositeAlarm(_ context.Context, _ api.Caller, in *cloudwatch.PutCompositeAlarmInput) (*cloudwatch.PutCompositeAlarmOutput, error) {
	parsed, err := parseRule(deref(in.AlarmRule))
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	s.keep(&alarm{rule: parsed, text: deref(in.AlarmRule), metric: types.MetricAlarm{
		AlarmName: in.AlarmName, AlarmArn: ptr(s.alarmARN(deref(in.AlarmName))), AlarmDescription: in.AlarmDescription,
		ActionsEnabled: ptr(in.ActionsEnabled == nil || *in.ActionsEnabled), AlarmActions: orEmpty(in.AlarmActions), OKActions: orEmpty(in.OKActions),
		InsufficientDataActions: orEmpty(in.InsufficientDataActions), StateValue: types.StateValueInsufficientData,
		StateReason: ptr("Unchecked: Initial alarm creation"), AlarmConfigurationUpdatedTimestamp: &now, StateUpdatedTimestamp: &now, StateTransitionedTimestamp: &now,
	}}, in.Tags)
	return nil, nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (s *Service) deleteAlarms(_ context.Context, _ api.Caller, in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range in.AlarmNames {
		delete(s.alarms, name)
	}
	return nil, nil
}

// alarmPeriod is the length of an alarm's periods: its own, or the longest among
// its metrics.
func alarmPeriod(m types.MetricAlarm) time.Duration {
	seconds := deref(m.Period)
	for _, q := range m.Metrics {
		seconds = max(seconds, deref(q.Period))
		if q.MetricStat != nil {
			seconds = max(seconds, deref(q.MetricStat.Period))
		}
	}
	if seconds == 0 {
		seconds = 60
	}
	return time.Duration(seconds) * time.Second
}

func (s *Service) setAlarmState(ctx context.Context, _ api.Caller, in *cloudwatch.SetAlarmStateInput) (*cloudwatch.SetAlarmStateOutput, error) {
	s.mu.Lock()
	a, ok := s.alarms[deref(in.AlarmName)]
	s.mu.Unlock()
	if !ok {
		return nil, api.StatusErrorf(404, "ResourceNotFound", "Alarm %s does not exist", deref(in.AlarmName))
	}
	if in.StateReasonData != nil && !json.Valid([]byte(*in.StateReasonData)) {
		return nil, api.Errorf("InvalidFormat", "StateReasonData was not syntactically valid JSON")
	}
	s.transition(ctx, a, in.StateValue, deref(in.StateReason))
	s.mu.Lock()
	defer s.mu.Unlock()
	a.metric.StateReasonData = in.StateReasonData
	return nil, nil
}

// tick evaluates every alarm, those of ten seconds or more with each pace, for
// as long as there are any.
func (s *Service) tick() {
	s.mu.Lock()
	pace := s.pace()
	var metrics, composites []*alarm
	for _, name := range sortedKeys(s.alarms) {
		if s.alarms[name].rule != nil {
			composites = append(composites, s.alarms[name])
		} else {
			metrics = append(metrics, s.alarms[name])
		}
	}
	s.ticking = len(s.alarms) > 0
	s.mu.Unlock()
	ctx := context.Background()
	for _, a := range metrics {
		if state, reason := s.judge(a.metric); state != "" {
			s.transition(ctx, a, state, reason)
		}
	}
	for _, a := range composites {
		s.judgeComposite(ctx, a)
	}
	if len(metrics)+len(composites) > 0 {
		s.Clock.AfterFunc(pace, s.tick)
	}
}

func (s *Service) judgeComposite(ctx context.Context, a *alarm) {
	s.mu.Lock()
	state := func(name string) types.StateValue {
		if child, ok := s.alarms[name]; ok {
			return child.metric.StateValue
		}
		return types.StateValueInsufficientData
	}
	value := types.StateValueOk
	if a.rule(state) {
		value = types.StateValueAlarm
	}
	s.mu.Unlock()
	s.transition(ctx, a, value, "the rule "+a.text+" holds: "+fmt.Sprint(value == types.StateValueAlarm))
}

// judge evaluates a metric alarm over its latest periods: M of N, with missing
// periods treated as the alarm says. An empty state keeps the present one.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
func (s *Service) judge(m types.MetricAlarm) (types.StateValue, string) {
	period := alarmPeriod(m)
	n := int(deref(m.EvaluationPeriods))
	needed := n
	if m.DatapointsToAlarm != nil {
		needed = int(*m.DatapointsToAlarm)
	}
	// What is not visible yet is not missing: evaluation looks back past the
	// metric delay.
	end := s.Clock.Now().Add(-s.Delay).Truncate(period)
	series, err := s.alarmSeries(m, end.Add(-time.Duration(n)*period), end)
	if err != nil {
		s.Log.Warn("alarm cannot be evaluated", "alarm", deref(m.AlarmName), "error", err.Error())
		return types.StateValueInsufficientData, err.Error()
	}
	breaching, missing := 0, 0
	var recent []string
	for i := range n {
		start := end.Add(-time.Duration(i+1) * period)
		value, ok := series[start.Unix()]
		switch {
		case !ok:
			missing++
		case breaches(m, value):
			breaching++
			fallthrough
		default:
			recent = append(recent, fmt.Sprintf("%s (%s)", decimal(value), start.Format("02/01/06 15:04:05")))
		}
	}
	return verdict(m, n, needed, breaching, missing, recent)
}

func verdict(m types.MetricAlarm, n, needed, breaching, missing int, recent []string) (types.StateValue, string) {
	treat := deref(m.TreatMissingData)
	if missing == n {
		switch treat {
		case "ignore":
			return "", ""
		case "notBreaching":
			return types.StateValueOk, "Threshold Crossed: no datapoints were received for " + fmt.Sprint(n) + " periods and missing data is treated as NonBreaching."
		case "breaching":
			return types.StateValueAlarm, "Threshold Crossed: no datapoints were received for " + fmt.Sprint(n) + " periods and missing data is treated as Breaching."
		}
		return types.StateValueInsufficientData, fmt.Sprintf("Insufficient Data: %d datapoints were unknown.", n)
	}
	if treat == "breaching" {
		breaching += missing
	}
	plural := ""
	if needed > 1 {
		plural = "s"
	}
	if breaching >= needed {
		return types.StateValueAlarm, fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] was %s the threshold (%s) (minimum %d datapoint%s for OK -> ALARM transition).",
			breaching, n, strings.Join(recent, ", "), comparison[m.ComparisonOperator], decimal(deref(m.Threshold)), needed, plural)
	}
	return types.StateValueOk, fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] was not %s the threshold (%s) (minimum 1 datapoint for ALARM -> OK transition).",
		len(recent)-min(breaching, len(recent)), n, strings.Join(recent, ", "), comparison[m.ComparisonOperator], decimal(deref(m.Threshold)))
}

// decimal prints a number as alarms do: a whole one with ".0".
func decimal(number float64) string {
	text := strconv.FormatFloat(number, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

var comparison = map[types.ComparisonOperator]string{
	types.ComparisonOperatorGreaterThanThreshold:          "greater than",
	types.ComparisonOperatorGreaterThanOrEqualToThreshold: "greater than or equal to",
	types.ComparisonOperatorLessThanThreshold:             "less than",
	types.ComparisonOperatorLessThanOrEqualToThreshold:    "less than or equal to",
}

func breaches(m types.MetricAlarm, value float64) bool {
	threshold := deref(m.Threshold)
	switch m.ComparisonOperator {
	case types.ComparisonOperatorGreaterThanThreshold:
		return value > threshold
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold:
		return value >= threshold
	case types.ComparisonOperatorLessThanThreshold:
		return value < threshold
	}
	return value <= threshold
}

// alarmSeries is what an alarm looks at: its metric, or the one expression that
// returns data.
func (s *Service) alarmSeries(m types.MetricAlarm, from, to time.Time) (points, error) {
	if len(m.Metrics) == 0 {
		name := string(m.Statistic)
		if m.ExtendedStatistic != nil {
			name = *m.ExtendedStatistic
		}
		return s.query(&types.MetricStat{Stat: &name, Period: m.Period, Metric: &types.Metric{
			Namespace: m.Namespace, MetricName: m.MetricName, Dimensions: m.Dimensions}, Unit: m.Unit}, from, to)
	}
	answers, err := s.evaluate(m.Metrics, from, to)
	if err != nil {
		return nil, err
	}
	for _, q := range m.Metrics {
		if q.ReturnData == nil || *q.ReturnData {
			if list, isArray := answers[deref(q.Id)].Series(); len(list) == 1 && !isArray {
				return list[0].Points, nil
			}
			return nil, errManySeries
		}
	}
	return nil, errOneReturns
}

// transition changes an alarm's state and tells of it: an event, and the actions.
func (s *Service) transition(ctx context.Context, a *alarm, state types.StateValue, reason string) {
	now := s.Clock.Now()
	s.mu.Lock()
	before := a.metric
	a.metric.StateReason, a.metric.StateReasonData, a.metric.StateUpdatedTimestamp = &reason, nil, &now
	if before.StateValue == state {
		s.mu.Unlock()
		return
	}
	a.metric.StateValue, a.metric.StateTransitionedTimestamp = state, &now
	after := a.metric
	s.note(a, types.HistoryItemTypeStateUpdate, fmt.Sprintf("Alarm updated from %s to %s", before.StateValue, state),
		map[string]any{"version": "1.0", "oldState": map[string]any{"stateValue": before.StateValue, "stateReason": deref(before.StateReason)},
			"newState": map[string]any{"stateValue": state, "stateReason": reason}})
	s.mu.Unlock()
	s.announce(ctx, before, after)
	if !deref(after.ActionsEnabled) {
		return
	}
	actions := map[types.StateValue][]string{types.StateValueAlarm: after.AlarmActions, types.StateValueOk: after.OKActions,
		types.StateValueInsufficientData: after.InsufficientDataActions}[state]
	for _, action := range actions {
		s.act(ctx, action, before, after)
	}
}

func (s *Service) stateJSON(m types.MetricAlarm) map[string]any {
	return map[string]any{"value": m.StateValue, "reason": deref(m.StateReason), "timestamp": deref(m.StateUpdatedTimestamp).Format("2006-01-02T15:04:05.000-0700")}
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // plain maps always marshal
	}
	return string(text)
}
