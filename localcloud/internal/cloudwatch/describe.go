package cloudwatch

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// Alarms that DescribeAlarms answers at a time.
const (
	standardAlarms = 50
	maxAlarms      = 100
)

func (s *Service) describeAlarms(_ context.Context, _ api.Caller, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	most := standardAlarms
	switch {
	case in.MaxRecords != nil:
		most = int(*in.MaxRecords)
	case len(in.AlarmNames) > 0:
		most = maxAlarms
	}
	if most < 1 || most > maxAlarms {
		return nil, invalid("1 validation error detected: Value '%d' at 'maxRecords' failed to satisfy constraint: Member must be between 1 and 100", most)
	}
	if err := checkAsked(in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*alarm
	for _, name := range sortedKeys(s.alarms) {
		if s.alarms[name].fits(in) {
			found = append(found, s.alarms[name])
		}
	}
	begin, err := begins(in.NextToken, len(found))
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []types.MetricAlarm{}, CompositeAlarms: []types.CompositeAlarm{}}
	if found = found[begin:]; len(found) > most {
		found, out.NextToken = found[:most], pageToken(begin+most)
	}
	for _, a := range found {
		if a.rule == nil {
			out.MetricAlarms = append(out.MetricAlarms, a.metric)
		} else {
			out.CompositeAlarms = append(out.CompositeAlarms, a.composite())
		}
	}
	return out, nil
}

// alarmTypes are the types that alarms can be asked by. The local cloud makes no
// log alarms, so there never are any.
var alarmTypes = []types.AlarmType{types.AlarmTypeCompositeAlarm, types.AlarmTypeMetricAlarm, "LogAlarm"}

// checkAsked refuses a question that CloudWatch refuses.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
func checkAsked(in *cloudwatch.DescribeAlarmsInput) error {
	switch {
	case len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil:
		return invalid("AlarmNamePrefix and AlarmNames are mutually exclusive and you have specified both.")
	case len(in.AlarmNames) > maxDeleted:
		return tooMany("alarmNames", maxDeleted)
	case in.StateValue != "":
		if err := checkEnum("stateValue", in.StateValue, in.StateValue.Values()...); err != nil {
			return err
		}
	}
	for _, kind := range in.AlarmTypes {
		if err := checkEnum("alarmTypes", kind, alarmTypes...); err != nil {
			return err
		}
	}
	return nil
}

// fits tells whether an alarm is asked for.
func (a *alarm) fits(in *cloudwatch.DescribeAlarmsInput) bool {
	kind, name := types.AlarmTypeMetricAlarm, api.Deref(a.metric.AlarmName)
	if a.rule != nil {
		kind = types.AlarmTypeCompositeAlarm
	}
	actions := slices.Concat(a.metric.AlarmActions, a.metric.OKActions, a.metric.InsufficientDataActions)
	switch {
	case !wants(in.AlarmTypes, kind),
		len(in.AlarmNames) > 0 && !slices.Contains(in.AlarmNames, name),
		!strings.HasPrefix(name, api.Deref(in.AlarmNamePrefix)),
		in.StateValue != "" && in.StateValue != a.metric.StateValue:
		return false
	}
	return in.ActionPrefix == nil || slices.ContainsFunc(actions, func(action string) bool { return strings.HasPrefix(action, *in.ActionPrefix) })
}

func (a *alarm) composite() types.CompositeAlarm {
	m := a.metric
	return types.CompositeAlarm{
		AlarmName: m.AlarmName, AlarmArn: m.AlarmArn, AlarmDescription: m.AlarmDescription, AlarmRule: &a.text, ActionsEnabled: m.ActionsEnabled,
		AlarmActions: m.AlarmActions, OKActions: m.OKActions, InsufficientDataActions: m.InsufficientDataActions, StateValue: m.StateValue,
		StateReason: m.StateReason, StateReasonData: m.StateReasonData, StateUpdatedTimestamp: m.StateUpdatedTimestamp,
		AlarmConfigurationUpdatedTimestamp: m.AlarmConfigurationUpdatedTimestamp, StateTransitionedTimestamp: m.StateTransitionedTimestamp,
	}
}
