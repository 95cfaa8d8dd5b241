package cloudwatch

import "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

// reconfigured is what EventBridge is told of an alarm that was created, updated
// or deleted.
type reconfigured struct {
	arn           *string
	AlarmName     string    `json:"alarmName"`
	Operation     string    `json:"operation"`
	State         stateAt   `json:"state"`
	Configuration settings  `json:"configuration"`
	Previous      *settings `json:"previousConfiguration,omitempty"`
}

// settings are all of an alarm's configuration.
type settings struct {
	EvaluationPeriods *int32                   `json:"evaluationPeriods,omitempty"`
	DatapointsToAlarm *int32                   `json:"datapointsToAlarm,omitempty"`
	Threshold         *float64                 `json:"threshold,omitempty"`
	Comparison        types.ComparisonOperator `json:"comparisonOperator,omitempty"`
	TreatMissingData  *string                  `json:"treatMissingData,omitempty"`
	configuration
	AlarmName               string   `json:"alarmName"`
	ActionsEnabled          bool     `json:"actionsEnabled"`
	Timestamp               string   `json:"timestamp"`
	OKActions               []string `json:"okActions"`
	AlarmActions            []string `json:"alarmActions"`
	InsufficientDataActions []string `json:"insufficientDataActions"`
}

func (a *alarm) reconfigured(operation string) reconfigured {
	return reconfigured{arn: a.metric.AlarmArn, AlarmName: a.name(), Operation: operation, Configuration: a.settings(),
		State: stateAt{a.metric.StateValue, stamp(deref(a.metric.StateUpdatedTimestamp))}}
}

func (a *alarm) settings() settings {
	m := a.metric
	return settings{EvaluationPeriods: m.EvaluationPeriods, DatapointsToAlarm: m.DatapointsToAlarm, Threshold: m.Threshold,
		Comparison: m.ComparisonOperator, TreatMissingData: m.TreatMissingData, configuration: a.configuration(),
		AlarmName: a.name(), ActionsEnabled: deref(m.ActionsEnabled), Timestamp: stamp(deref(m.AlarmConfigurationUpdatedTimestamp)),
		OKActions: m.OKActions, AlarmActions: m.AlarmActions, InsufficientDataActions: m.InsufficientDataActions}
}
