package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"weir/internal/awsmetrics"
	"weir/internal/release"
)

// Metrics reads metric data and lists metrics.
type Metrics interface {
	GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
	ListMetrics(ctx context.Context, in *cloudwatch.ListMetricsInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.ListMetricsOutput, error)
}

// function stands for the function whose metrics are asked for: none has to exist.
const function = "weir-doctor"

// Expressions are those of the alarms and the dashboard, and Statistics those of
// the alarms, the dashboard and the judge. A test holds them equal to the
// template's.
var (
	Expressions = []string{
		"IF(invocations > 0, 100 * errors / invocations, 0)",
		`SEARCH('{AWS/Lambda,ExecutedVersion,FunctionName,Resource} MetricName="Invocations" FunctionName="weir-doctor" Resource="weir-doctor:prod"', 'Sum', 60)`,
	}
	Statistics = []string{"Sum", "Maximum", "SampleCount", "p50", "p90", "p99", "PR(:250)"}
)

// MetricMath checks that CloudWatch takes the expressions and the statistics.
func MetricMath(api Metrics, expressions, statistics []string, now time.Time) Check {
	return Check{Name: "metric math", Look: func(ctx context.Context) []Finding {
		var found []Finding
		for _, text := range expressions {
			found = append(found, refused(ctx, api, now, text,
				types.MetricDataQuery{Id: aws.String("e"), Expression: &text, Period: aws.Int32(60), ReturnData: aws.Bool(true)},
				lambdaMetric("invocations", "Invocations", "Sum", false), lambdaMetric("errors", "Errors", "Sum", false))...)
		}
		if Any(found, NotChecked) {
			return found[:1]
		}
		for _, statistic := range statistics {
			found = append(found, refused(ctx, api, now, "the statistic "+statistic, lambdaMetric("s", "Duration", statistic, true))...)
		}
		if len(found) > 0 {
			return found
		}
		return one(OK, fmt.Sprintf("CloudWatch takes %d expressions and %d statistics", len(expressions), len(statistics)), "")
	}}
}

func lambdaMetric(id, name, statistic string, returned bool) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, ReturnData: &returned, MetricStat: &types.MetricStat{Period: aws.Int32(60), Stat: &statistic,
		Metric: &types.Metric{Namespace: aws.String("AWS/Lambda"), MetricName: &name,
			Dimensions: []types.Dimension{{Name: aws.String("FunctionName"), Value: aws.String(function)}}}}}
}

// refused is the finding for queries that CloudWatch does not take, or none.
func refused(ctx context.Context, api Metrics, now time.Time, what string, queries ...types.MetricDataQuery) []Finding {
	out, err := api.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{StartTime: aws.Time(now.Add(-time.Hour)), EndTime: &now, MetricDataQueries: queries})
	if refusal, ok := errors.AsType[smithy.APIError](err); ok && isValidation(refusal.ErrorCode()) {
		return one(Failed, fmt.Sprintf("CloudWatch refuses %s: %s", what, refusal.ErrorMessage()), "Report it with the output of weir version: the stack would not deploy.")
	}
	if err != nil {
		return unasked(err, "cloudwatch:GetMetricData")
	}
	for _, result := range out.MetricDataResults {
		if result.StatusCode == types.StatusCodeInternalError || result.StatusCode == types.StatusCodeForbidden {
			return one(NotChecked, fmt.Sprintf("CloudWatch answers %s to %s", result.StatusCode, what), "Run it again; it needs cloudwatch:GetMetricData.")
		}
	}
	return nil
}

func isValidation(code string) bool {
	return code == "ValidationError" || code == "ValidationException" || code == "InvalidParameterValue" || code == "InvalidParameterCombination"
}

// Measured tells whether custom metrics have data.
type Measured interface {
	Measured(ctx context.Context, queries []awsmetrics.Query, from, to time.Time) ([]bool, error)
}

// Signal checks that a custom metric of the version that a target serves has had a
// datum in the last two weeks: without one a release that judges it is refused.
func Signal(api Measured, aliases Aliases, target release.Target, metric release.Metric, now time.Time) Check {
	return Check{Name: fmt.Sprintf("metric %s of %s", metric, target), Look: func(ctx context.Context) []Finding {
		alias, err := aliases.Alias(ctx, target)
		if err != nil {
			return one(NotChecked, err.Error(), "Name the target whose function writes the metric.")
		}
		query := awsmetrics.Query{Target: target, Version: alias.Version, Signal: release.Signal{Name: "custom", Metric: &metric}}
		found, err := api.Measured(ctx, []awsmetrics.Query{query}, now.Add(-14*24*time.Hour).Truncate(time.Hour), now)
		if err != nil {
			return unasked(err, "cloudwatch:GetMetricData")
		}
		if !found[0] {
			return one(Failed, fmt.Sprintf("it has no datum in the last 14 days with FunctionName=%s, Resource=%s, ExecutedVersion=%s", target.Function, target, alias.Version),
				"Check its name and its dimensions; statemachine/README.md says how a function writes it.")
		}
		return one(OK, "it has data of version "+alias.Version, "")
	}}
}
