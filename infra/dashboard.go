package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"
)

// newDashboard shows each target's traffic by version over the releases that
// moved it, and the alarms.
func (p *ReleasePipeline) newDashboard(props ReleasePipelineProps, made []awscloudwatch.IAlarm) {
	board := awscloudwatch.NewDashboard(p.Construct, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName: jsii.String(props.Name),
	})
	board.AddWidgets(
		awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
			Markdown: jsii.String("# Releases by " + props.Name + "\nOne line per version behind the production alias. " +
				"The right axis of each graph marks when releases started."),
			Width: jsii.Number(24), Height: jsii.Number(2),
		}),
	)
	board.AddWidgets(
		p.graph("Releases", 12, p.ended("ExecutionsStarted", "started"), p.ended("ExecutionsSucceeded", "succeeded"), p.ended("ExecutionsFailed", "rolled back or refused"),
			p.ended("ExecutionsAborted", "stopped"), p.ended("ExecutionsTimedOut", "timed out")),
		awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
			Alarms: &made, Title: jsii.String("Alarms"), Width: jsii.Number(12), Height: jsii.Number(6),
		}),
	)
	board.AddWidgets(
		p.graph("Time from first traffic to rollback, s", 8, p.told(props, "SecondsToDetect", "Maximum", "rolledBack")),
		p.graph("Duration of releases, s", 8, p.told(props, "DurationSeconds", "Maximum", "succeeded"), p.told(props, "DurationSeconds", "Maximum", "rolledBack")),
		p.graph("Requests that a candidate answered before its rollback", 8,
			p.told(props, "ExposedRequests", "Sum", "rolledBack"), p.told(props, "ExposedToFailures", "Sum", "rolledBack")),
	)
	for _, target := range props.Targets {
		name := target.functionName() + ":" + target.Alias
		lines := func(title, metric, statistic string) awscloudwatch.IWidget {
			return p.graph(name+" "+title, 6, perVersion(target.functionName(), target.Alias, metric, statistic))
		}
		board.AddWidgets(
			lines("requests", "Invocations", "Sum"),
			lines("errors", "Errors", "Sum"),
			p.graph(name+" error rate, all versions, %", 6, errorRate("error rate", aliasTraffic(target.functionName(), target.Alias))),
			lines("throttles", "Throttles", "Sum"),
		)
		board.AddWidgets(
			lines("duration p50, ms", "Duration", "p50"),
			lines("duration p90, ms", "Duration", "p90"),
			lines("duration p99, ms", "Duration", "p99"),
			lines("duration, longest, ms", "Duration", "Maximum"),
		)
	}
}

// graph draws metrics over the releases: the right axis marks their starts.
func (p *ReleasePipeline) graph(title string, width float64, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: &title, Width: &width, Height: jsii.Number(6), Left: &metrics,
		Right:      &[]awscloudwatch.IMetric{p.ended("ExecutionsStarted", "release started")},
		LeftYAxis:  &awscloudwatch.YAxisProps{Min: jsii.Number(0)},
		RightYAxis: &awscloudwatch.YAxisProps{Min: jsii.Number(0), ShowUnits: jsii.Bool(false)},
	})
}

// told is a metric that the handlers write when a release ends; internal/emf
// has their names.
func (p *ReleasePipeline) told(props ReleasePipelineProps, metric, statistic, outcome string) awscloudwatch.IMetric {
	told := measured("Weir", metric, statistic, map[string]*string{"StateMachine": &props.Name, "Outcome": &outcome})
	return told.With(&awscloudwatch.MetricOptions{Label: jsii.String(outcome + " " + metric)})
}

func (p *ReleasePipeline) ended(metric, label string) awscloudwatch.IMetric {
	counted := counted("AWS/States", metric, map[string]*string{"StateMachineArn": p.StateMachine.StateMachineArn()})
	return counted.With(&awscloudwatch.MetricOptions{Label: &label})
}
