package cloudwatch

import (
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// stateChanged is the event that EventBridge gets.
const stateChanged = "CloudWatch Alarm State Change"

// detail is what EventBridge and Lambda functions are told of a change of state.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
type detail struct {
	AlarmName     string        `json:"alarmName"`
	State         stateDetail   `json:"state"`
	PreviousState stateDetail   `json:"previousState"`
	Configuration configuration `json:"configuration"`
}

type stateDetail struct {
	Value      types.StateValue `json:"value"`
	Reason     string           `json:"reason"`
	ReasonData string           `json:"reasonData,omitempty"`
	Timestamp  string           `json:"timestamp"`
}

// configuration is a metric alarm's metrics or a composite alarm's rule.
type configuration struct {
	Description string         `json:"description,omitempty"`
	AlarmRule   string         `json:"alarmRule,omitempty"`
	Metrics     []metricDetail `json:"metrics,omitempty"`
}

type metricDetail struct {
	ID         string      `json:"id"`
	Expression string      `json:"expression,omitempty"`
	Label      string      `json:"label,omitempty"`
	MetricStat *statDetail `json:"metricStat,omitempty"`
	ReturnData bool        `json:"returnData"`
}

type statDetail struct {
	Metric struct {
		Namespace  string            `json:"namespace"`
		Name       string            `json:"name"`
		Dimensions map[string]string `json:"dimensions"`
	} `json:"metric"`
	Period int32  `json:"period"`
	Stat   string `json:"stat"`
	Unit   string `json:"unit,omitempty"`
}

func detailOf(before types.MetricAlarm, after alarm) detail {
	return detail{AlarmName: after.name(), State: stateDetailOf(after.metric), PreviousState: stateDetailOf(before), Configuration: after.configuration()}
}

func stateDetailOf(m types.MetricAlarm) stateDetail {
	return stateDetail{Value: m.StateValue, Reason: api.Deref(m.StateReason), ReasonData: api.Deref(m.StateReasonData), Timestamp: stamp(api.Deref(m.StateUpdatedTimestamp))}
}

func (a *alarm) configuration() configuration {
	c := configuration{Description: api.Deref(a.metric.AlarmDescription), AlarmRule: a.text}
	queries := a.metric.Metrics
	if a.rule == nil && len(queries) == 0 {
		queries = []types.MetricDataQuery{{Id: &a.id, MetricStat: alarmStat(a.metric, alarmStatistic(a.metric))}}
	}
	for _, q := range queries {
		c.Metrics = append(c.Metrics, metricDetail{ID: api.Deref(q.Id), Expression: api.Deref(q.Expression), Label: api.Deref(q.Label),
			MetricStat: statDetailOf(q.MetricStat), ReturnData: q.ReturnData == nil || *q.ReturnData})
	}
	return c
}

func statDetailOf(stat *types.MetricStat) *statDetail {
	if stat == nil {
		return nil
	}
	d := &statDetail{Period: api.Deref(stat.Period), Stat: api.Deref(stat.Stat), Unit: string(stat.Unit)}
	d.Metric.Namespace, d.Metric.Name, d.Metric.Dimensions = api.Deref(stat.Metric.Namespace), api.Deref(stat.Metric.MetricName), map[string]string{}
	for _, one := range stat.Metric.Dimensions {
		d.Metric.Dimensions[api.Deref(one.Name)] = api.Deref(one.Value)
	}
	return d
}
