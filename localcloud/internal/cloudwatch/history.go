package cloudwatch

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// keepHistory is how long CloudWatch keeps what happened to an alarm.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
const keepHistory = 30 * 24 * time.Hour

// note adds an item to an alarm's history. Call with the lock held.
func (s *Service) note(a *alarm, kind types.HistoryItemType, summary string, data any) {
	now := s.Clock.Now()
	oldest := now.Add(-keepHistory)
	for len(s.history) > 0 && s.history[0].Timestamp.Before(oldest) {
		s.history = s.history[1:]
	}
	alarmType := types.AlarmTypeMetricAlarm
	if a.rule != nil {
		alarmType = types.AlarmTypeCompositeAlarm
	}
	s.history = append(s.history, types.AlarmHistoryItem{AlarmName: a.metric.AlarmName, AlarmType: alarmType, HistoryItemType: kind,
		HistorySummary: &summary, HistoryData: new(marshal(data)), Timestamp: &now})
}

// stateChange is HistoryData of a change of state.
func stateChange(before, after types.MetricAlarm) any {
	type state struct {
		Value  types.StateValue `json:"stateValue"`
		Reason *string          `json:"stateReason"`
		Data   json.RawMessage  `json:"stateReasonData,omitempty"`
	}
	of := func(m types.MetricAlarm) state {
		return state{m.StateValue, m.StateReason, json.RawMessage(api.Deref(m.StateReasonData))}
	}
	return struct {
		Version string `json:"version"`
		Old     state  `json:"oldState"`
		New     state  `json:"newState"`
	}{"1.0", of(before), of(after)}
}

func (s *Service) describeAlarmHistory(_ context.Context, _ api.Caller, in *cloudwatch.DescribeAlarmHistoryInput) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	const standard = 100
	most := standard
	if in.MaxRecords != nil {
		most = int(*in.MaxRecords)
	}
	if most < 1 || most > standard {
		return nil, invalid("1 validation error detected: Value '%d' at 'maxRecords' failed to satisfy constraint: Member must be between 1 and 100", most)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []types.AlarmHistoryItem{}
	for _, item := range s.history {
		if in.AlarmName != nil && *in.AlarmName != api.Deref(item.AlarmName) || in.HistoryItemType != "" && in.HistoryItemType != item.HistoryItemType ||
			in.StartDate != nil && item.Timestamp.Before(*in.StartDate) || in.EndDate != nil && item.Timestamp.After(*in.EndDate) || !wants(in.AlarmTypes, item.AlarmType) {
			continue
		}
		items = append(items, item)
	}
	if in.ScanBy != types.ScanByTimestampAscending {
		for i, j := 0, len(items)-1; i < j; i, j = i+1, j-1 {
			items[i], items[j] = items[j], items[i]
		}
	}
	begin, err := begins(in.NextToken, len(items))
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.DescribeAlarmHistoryOutput{AlarmHistoryItems: items[begin:]}
	if len(out.AlarmHistoryItems) > most {
		out.AlarmHistoryItems, out.NextToken = out.AlarmHistoryItems[:most], pageToken(begin+most)
	}
	return out, nil
}

// wants tells whether an alarm's type is asked for: metric alarms are what a
// caller gets who names none.
func wants(asked []types.AlarmType, kind types.AlarmType) bool {
	if len(asked) == 0 {
		return kind == types.AlarmTypeMetricAlarm
	}
	for _, one := range asked {
		if one == kind {
			return true
		}
	}
	return false
}

func (s *Service) enableAlarmActions(_ context.Context, _ api.Caller, in *cloudwatch.EnableAlarmActionsInput) (*cloudwatch.EnableAlarmActionsOutput, error) {
	s.setActions(in.AlarmNames, true)
	return nil, nil
}

func (s *Service) disableAlarmActions(_ context.Context, _ api.Caller, in *cloudwatch.DisableAlarmActionsInput) (*cloudwatch.DisableAlarmActionsOutput, error) {
	s.setActions(in.AlarmNames, false)
	return nil, nil
}

// setActions ignores names that no alarm has, as CloudWatch does.
func (s *Service) setActions(names []string, enabled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		if a, ok := s.alarms[name]; ok {
			a.metric.ActionsEnabled = &enabled
		}
	}
}

func (s *Service) alarmARNs(names []string) []string {
	arns := make([]string, len(names))
	for i, name := range names {
		arns[i] = s.alarmARN(name)
	}
	return arns
}

// each makes an IAM permission of one action on each resource.
func each(action string, resources []string) []api.Permission {
	permissions := make([]api.Permission, len(resources))
	for i, resource := range resources {
		permissions[i] = api.Permission{Action: action, Resource: resource}
	}
	return permissions
}
