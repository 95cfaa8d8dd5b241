package infra

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// alarms makes alarms that tell a topic when they fire and when they are over.
// The description of each says what happened and which runbook to open.
type alarms struct {
	scope    constructs.Construct
	topic    awssns.ITopic
	runbooks string // base URL of the runbooks, or empty
	made     []awscloudwatch.IAlarm
}

// alarm is what differs between alarms: it fires when metric reaches threshold
// in points out of periods one-minute periods. A missing point is no trouble.
type alarm struct {
	id          string
	metric      awscloudwatch.IMetric
	threshold   float64
	points      float64
	periods     float64
	description string // what happened
	first       string // what to do first
	runbook     string // the file in docs/runbooks, without .md
}

// newAlarms makes alarms that tell topic, which may be nil, and name their runbooks
// below a base URL or, without one, as files of Weir's documentation.
func newAlarms(scope constructs.Construct, topic awssns.ITopic, runbooks string) *alarms {
	if topic != nil {
		grantPublish(scope, topic)
	}
	return &alarms{scope: scope, topic: topic, runbooks: runbooks}
}

func (a *alarms) add(spec alarm) {
	made := awscloudwatch.NewAlarm(a.scope, &spec.id, &awscloudwatch.AlarmProps{
		Metric:             spec.metric,
		Threshold:          &spec.threshold,
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		EvaluationPeriods:  &spec.periods,
		DatapointsToAlarm:  &spec.points,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
		AlarmDescription:   jsii.String(spec.description + " First: " + spec.first + " Runbook: " + runbookAt(a.runbooks, spec.runbook)),
	})
	if a.topic != nil {
		action := awscloudwatchactions.NewSnsAction(a.topic)
		made.AddAlarmAction(action)
		made.AddOkAction(action)
	}
	a.made = append(a.made, made)
}

// runbookAt is where a runbook is: below a base URL, or the file of that name in
// Weir's documentation.
func runbookAt(base, name string) string {
	if base == "" {
		return "docs/runbooks/" + name + ".md in Weir's documentation."
	}
	return strings.TrimSuffix(base, "/") + "/" + name + ".md"
}

// counted is a metric summed over each minute.
func counted(namespace, name string, dimensions map[string]*string) awscloudwatch.Metric {
	return measured(namespace, name, "Sum", dimensions)
}

func measured(namespace, name, statistic string, dimensions map[string]*string) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: &namespace, MetricName: &name, Statistic: &statistic,
		Period: awscdk.Duration_Minutes(jsii.Number(1)), DimensionsMap: &dimensions,
	})
}

// errorRate is failed invocations in percent of all, per minute. A minute without
// requests has no datum. MAX does not take a series and a number, so IF keeps the
// division from a zero.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
func errorRate(label string, dimensions map[string]*string) awscloudwatch.MathExpression {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Label:      &label,
		Expression: jsii.String("IF(invocations > 0, 100 * errors / invocations, 0)"),
		Period:     awscdk.Duration_Minutes(jsii.Number(1)),
		UsingMetrics: &map[string]awscloudwatch.IMetric{
			"errors":      counted("AWS/Lambda", "Errors", dimensions),
			"invocations": counted("AWS/Lambda", "Invocations", dimensions),
		},
	})
}
