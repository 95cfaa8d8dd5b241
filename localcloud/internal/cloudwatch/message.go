package cloudwatch

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// notice is a change of state that an alarm's actions are told of.
type notice struct {
	env      api.Env
	before   types.MetricAlarm
	alarm    alarm
	children []child // those that a composite alarm was judged by
}

// event is what a Lambda function is told.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
func (n notice) event() any {
	m := n.alarm.metric
	return struct {
		Source    string `json:"source"`
		AlarmARN  string `json:"alarmArn"`
		AccountID string `json:"accountId"`
		Time      string `json:"time"`
		Region    string `json:"region"`
		AlarmData detail `json:"alarmData"`
	}{"aws.cloudwatch", api.Deref(m.AlarmArn), n.env.Account, stamp(api.Deref(m.StateUpdatedTimestamp)), n.env.Region, detailOf(n.before, n.alarm)}
}

// message is what an SNS topic is told: of a metric alarm with its trigger, of
// a composite one with its rule.
type message struct {
	AlarmName                          string
	AlarmDescription                   *string
	AWSAccountID                       string `json:"AWSAccountId"`
	AlarmConfigurationUpdatedTimestamp string `json:",omitempty"`
	NewStateValue                      types.StateValue
	NewStateReason                     string
	StateChangeTime                    string
	Region                             string
	AlarmARN                           string `json:"AlarmArn"`
	OldStateValue                      types.StateValue
	OKActions                          []string
	AlarmActions                       []string
	InsufficientDataActions            []string
	AlarmRule                          string         `json:",omitempty"`
	Trigger                            any            `json:",omitempty"`
	TriggeringChildren                 []messageChild `json:",omitempty"`
}

type messageChild struct {
	ARN   string `json:"Arn"`
	State struct {
		Value     types.StateValue
		Timestamp string
	}
}

func (n notice) message() message {
	m := n.alarm.metric
	told := message{AlarmName: api.Deref(m.AlarmName), AlarmDescription: m.AlarmDescription, AWSAccountID: n.env.Account,
		NewStateValue: m.StateValue, NewStateReason: api.Deref(m.StateReason), StateChangeTime: stamp(api.Deref(m.StateUpdatedTimestamp)),
		Region: n.env.Region, AlarmARN: api.Deref(m.AlarmArn), OldStateValue: n.before.StateValue,
		OKActions: m.OKActions, AlarmActions: m.AlarmActions, InsufficientDataActions: m.InsufficientDataActions, AlarmRule: n.alarm.text}
	for _, c := range n.children {
		one := messageChild{ARN: c.ARN}
		one.State.Value, one.State.Timestamp = c.State.Value, c.State.Timestamp
		told.TriggeringChildren = append(told.TriggeringChildren, one)
	}
	if n.alarm.rule == nil {
		told.AlarmConfigurationUpdatedTimestamp = stamp(api.Deref(m.AlarmConfigurationUpdatedTimestamp))
		told.Trigger = triggerOf(m)
	}
	return told
}

// trigger is what a metric alarm looks at and when it goes off.
type trigger struct {
	*metricTrigger
	Period                           int32
	EvaluationPeriods                *int32
	DatapointsToAlarm                *int32 `json:",omitempty"`
	ComparisonOperator               types.ComparisonOperator
	Threshold                        json.Number
	TreatMissingData                 string
	EvaluateLowSampleCountPercentile string
	Metrics                          []queryTrigger `json:",omitempty"`
}

// metricTrigger is the one metric of an alarm that has no expression.
type metricTrigger struct {
	MetricName        *string
	Namespace         *string
	StatisticType     string
	Statistic         string `json:",omitempty"`
	ExtendedStatistic string `json:",omitempty"`
	Unit              *types.StandardUnit
	Dimensions        []dimensionTrigger
}

type dimensionTrigger struct {
	Value *string `json:"value"`
	Name  *string `json:"name"`
}

type queryTrigger struct {
	Expression *string      `json:",omitempty"`
	ID         *string      `json:"Id"`
	Label      *string      `json:",omitempty"`
	MetricStat *statTrigger `json:",omitempty"`
	ReturnData bool
}

type statTrigger struct {
	Metric struct {
		Dimensions []dimensionTrigger
		MetricName *string
		Namespace  *string
	}
	Period *int32
	Stat   *string
}

func triggerOf(m types.MetricAlarm) trigger {
	t := trigger{Period: int32(alarmPeriod(m).Seconds()), EvaluationPeriods: m.EvaluationPeriods, DatapointsToAlarm: m.DatapointsToAlarm,
		ComparisonOperator: m.ComparisonOperator, Threshold: number(api.Deref(m.Threshold)), TreatMissingData: api.Deref(m.TreatMissingData),
		EvaluateLowSampleCountPercentile: api.Deref(m.EvaluateLowSampleCountPercentile)}
	for _, q := range m.Metrics {
		one := queryTrigger{Expression: q.Expression, ID: q.Id, Label: q.Label, ReturnData: q.ReturnData == nil || *q.ReturnData}
		if q.MetricStat != nil {
			one.MetricStat = &statTrigger{Period: q.MetricStat.Period, Stat: q.MetricStat.Stat}
			one.MetricStat.Metric.MetricName, one.MetricStat.Metric.Namespace = q.MetricStat.Metric.MetricName, q.MetricStat.Metric.Namespace
			one.MetricStat.Metric.Dimensions = dimensionTriggers(q.MetricStat.Metric.Dimensions)
		}
		t.Metrics = append(t.Metrics, one)
	}
	if len(m.Metrics) > 0 {
		return t
	}
	t.metricTrigger = &metricTrigger{MetricName: m.MetricName, Namespace: m.Namespace, Dimensions: dimensionTriggers(m.Dimensions)}
	if m.Unit != "" {
		t.Unit = &m.Unit
	}
	if m.ExtendedStatistic != nil {
		t.StatisticType, t.ExtendedStatistic = "ExtendedStatistic", *m.ExtendedStatistic
	} else {
		t.StatisticType, t.Statistic = "Statistic", statisticNames[m.Statistic]
	}
	return t
}

// statisticNames are the statistics as triggers spell them.
var statisticNames = map[types.Statistic]string{types.StatisticAverage: "AVERAGE", types.StatisticMaximum: "MAXIMUM",
	types.StatisticMinimum: "MINIMUM", types.StatisticSampleCount: "SAMPLE_COUNT", types.StatisticSum: "SUM"}

func dimensionTriggers(dimensions []types.Dimension) []dimensionTrigger {
	list := make([]dimensionTrigger, len(dimensions))
	for i, d := range dimensions {
		list[i] = dimensionTrigger{Value: d.Value, Name: d.Name}
	}
	return list
}
