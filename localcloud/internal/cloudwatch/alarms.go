package cloudwatch

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// alarm is a metric alarm or, with a rule, a composite one.
type alarm struct {
	metric types.MetricAlarm
	// id names an alarm's one metric where AWS gives every metric an id.
	id       string
	rule     rule // set for composite alarms
	text     string
	children []string // the alarms that the rule names
	tags     map[string]string
}

func (a *alarm) name() string { return api.Deref(a.metric.AlarmName) }

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
	a := &alarm{id: api.NewID(), metric: types.MetricAlarm{
		AlarmName: in.AlarmName, AlarmArn: new(s.alarmARN(api.Deref(in.AlarmName))), AlarmDescription: in.AlarmDescription,
		ActionsEnabled: new(in.ActionsEnabled == nil || *in.ActionsEnabled), AlarmActions: orEmpty(in.AlarmActions), OKActions: orEmpty(in.OKActions),
		InsufficientDataActions: orEmpty(in.InsufficientDataActions), Namespace: in.Namespace, MetricName: in.MetricName,
		Dimensions: orEmpty(in.Dimensions), Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic, Period: in.Period,
		EvaluationPeriods: in.EvaluationPeriods, DatapointsToAlarm: in.DatapointsToAlarm, Threshold: in.Threshold,
		ComparisonOperator: in.ComparisonOperator, TreatMissingData: in.TreatMissingData, Metrics: in.Metrics, Unit: in.Unit,
		EvaluateLowSampleCountPercentile: in.EvaluateLowSampleCountPercentile,
		StateValue:                       types.StateValueInsufficientData, StateReason: new("Unchecked: Initial alarm creation"),
		AlarmConfigurationUpdatedTimestamp: &now, StateUpdatedTimestamp: &now, StateTransitionedTimestamp: &now,
	}}
	s.mu.Lock()
	s.keep(a, in.Tags)
	if !s.ticking {
		s.ticking = true
		s.Clock.AfterFunc(s.pace(), s.tick)
	}
	s.mu.Unlock()
	return nil, nil
}

// keep stores an alarm, which keeps its state and its tags if it is updated.
// Call with the lock held.
func (s *Service) keep(a *alarm, tags []types.Tag) {
	old, exists := s.alarms[a.name()]
	s.alarms[a.name()] = a
	if !exists {
		a.tag(tags)
		s.note(a, types.HistoryItemTypeConfigurationUpdate, fmt.Sprintf("Alarm %q created", a.name()), map[string]any{"version": "1.0", "type": "Create"})
		return
	}
	a.metric.StateValue, a.metric.StateReason, a.metric.StateReasonData = old.metric.StateValue, old.metric.StateReason, old.metric.StateReasonData
	a.metric.StateUpdatedTimestamp, a.metric.StateTransitionedTimestamp = old.metric.StateUpdatedTimestamp, old.metric.StateTransitionedTimestamp
	a.tags = old.tags
	s.note(a, types.HistoryItemTypeConfigurationUpdate, fmt.Sprintf("Alarm %q updated", a.name()), map[string]any{"version": "1.0", "type": "Update"})
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// deleteAlarms deletes those of the alarms that there are, at most one of them a
// composite one. An alarm that the rule of another names stays, and all with it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
func (s *Service) deleteAlarms(_ context.Context, _ api.Caller, in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkRemoval(in.AlarmNames); err != nil {
		return nil, err
	}
	for _, name := range in.AlarmNames {
		if a, ok := s.alarms[name]; ok {
			s.note(a, types.HistoryItemTypeConfigurationUpdate, fmt.Sprintf("Alarm %q deleted", name), map[string]any{"version": "1.0", "type": "Delete"})
			delete(s.alarms, name)
		}
	}
	return nil, nil
}

// checkRemoval refuses to delete alarms. Call with the lock held.
func (s *Service) checkRemoval(names []string) error {
	if len(names) > maxDeleted {
		return tooMany("alarmNames", maxDeleted)
	}
	var needed []string
	composites := 0
	for _, name := range names {
		a, ok := s.alarms[name]
		if ok && a.rule != nil {
			composites++
		}
		if ok && len(s.parentsOf(name, names...)) > 0 {
			needed = append(needed, name)
		}
	}
	switch {
	case composites > 1:
		return invalid("At most one composite alarm can be deleted at a time; %d are to be deleted.", composites)
	case len(needed) == 1:
		return invalid("Cannot delete %s as there are composite alarm(s) depending on it.", needed[0])
	case len(needed) > 1:
		return invalid("Cannot delete %s as there are composite alarm(s) depending on them.", strings.Join(needed, ","))
	}
	return nil
}

func (s *Service) setAlarmState(ctx context.Context, _ api.Caller, in *cloudwatch.SetAlarmStateInput) (*cloudwatch.SetAlarmStateOutput, error) {
	if err := checkEnum("stateValue", in.StateValue, types.StateValueInsufficientData, types.StateValueAlarm, types.StateValueOk); err != nil {
		return nil, err
	}
	if in.StateReasonData != nil && !json.Valid([]byte(*in.StateReasonData)) {
		return nil, invalidFormat("StateReasonData was not syntactically valid JSON")
	}
	s.mu.Lock()
	a, ok := s.alarms[api.Deref(in.AlarmName)]
	s.mu.Unlock()
	if !ok {
		return nil, &api.Error{Code: "ResourceNotFound", Status: 404} // AWS gives no message here
	}
	s.change(ctx, a, judgement{state: in.StateValue, reason: api.Deref(in.StateReason), data: in.StateReasonData})
	return nil, nil
}
