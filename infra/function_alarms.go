package infra

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"
)

// aliasTraffic are the dimensions under which Lambda counts what an alias
// serves. Version.metric...() of the CDK would set Resource to function:version
// and see no traffic of an alias.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
func aliasTraffic(function, alias string) map[string]*string {
	return map[string]*string{
		"FunctionName": &function,
		"Resource":     jsii.String(function + ":" + alias),
	}
}

// versionTraffic are those of one version behind an alias.
func versionTraffic(function, alias string, version *string) map[string]*string {
	dimensions := aliasTraffic(function, alias)
	dimensions["ExecutedVersion"] = version
	return dimensions
}

// addFunctionAlarms watches the production alias and, behind it, the version
// that was deployed last: the candidate of the next release, and the stable one
// after it. Where releases publish, the stack does not know that version.
//
// Lambda documents ExecutedVersion for an alias with weights. The alarm on the
// newest version need not see more: what serves alone, the alias's alarm watches.
func addFunctionAlarms(to *alarms, f *VersionedFunction, percent float64) {
	function := *f.Function.FunctionName()
	whole := aliasTraffic(function, f.ProductionAlias)
	name := fmt.Sprintf("%s:%s", function, f.ProductionAlias)
	to.add(alarm{
		id: "ProductionErrors", metric: errorRate("error rate of "+f.ProductionAlias, whole),
		threshold: percent, points: 3, periods: 5, runbook: "alarm-production-errors",
		first:       "if a release is running, stop it; if none is, roll back to the version before.",
		description: fmt.Sprintf("%s fails %g %% of its requests or more, over all versions.", name, percent),
	})
	if f.Version != nil {
		newest := versionTraffic(function, f.ProductionAlias, f.Version.Version())
		to.add(alarm{
			id: "NewestVersionErrors", metric: errorRate("error rate of the newest version", newest),
			threshold: percent, points: 3, periods: 5, runbook: "alarm-newest-version-errors",
			first:       "if a release is running, wait for its verdict or stop it.",
			description: fmt.Sprintf("The newest version behind %s fails %g %% of its requests or more.", name, percent),
		})
	}
	to.add(alarm{
		id: "ProductionThrottles", metric: counted("AWS/Lambda", "Throttles", whole),
		threshold: 1, points: 3, periods: 5, runbook: "alarm-production-throttles",
		first:       "compare the durations of the versions on the dashboard, then the concurrency limits.",
		description: fmt.Sprintf("%s turns requests away for want of concurrency.", name),
	})
}

// perVersion draws a metric of the alias's traffic with one line per version,
// versions to come included.
func perVersion(function, alias, metric, statistic string) awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: jsii.String(fmt.Sprintf(
			`SEARCH('{AWS/Lambda,ExecutedVersion,FunctionName,Resource} MetricName=%q FunctionName=%q Resource=%q', '%s', 60)`,
			metric, function, function+":"+alias, statistic)),
		Label:        jsii.String("${PROP('Dim.ExecutedVersion')}"),
		UsingMetrics: &map[string]awscloudwatch.IMetric{},
	})
}
