package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/internal/release"
)

// Belief is a rule of AWS that no source settles and that an account can show
// without harm. Weir rests on none of them: neither answer is a failure.
type Belief struct {
	ID string // of its row in docs/contribute/aws.md
	// Shown and Absent say what either answer means.
	Shown, Absent string
	holds         func(ctx context.Context, api Metrics, target release.Target, now time.Time) (bool, error)
}

// Beliefs are those that a target's own metrics show.
var Beliefs = []Belief{
	{
		"metric-throttles", "Lambda writes Throttles by version behind an alias: the signal throttles works here",
		"Lambda has written no Throttles by version behind this alias in the last two weeks: the signal throttles is not measured here", writes("Throttles"),
	}, {
		"metric-executed-version-whole", "Lambda writes Invocations by version behind this alias; that settles the row if the alias never had weights",
		"Lambda has written no Invocations by version behind this alias in the last two weeks: it had no requests, or it writes them for split aliases alone", writes("Invocations"),
	}, {
		"math-missing", "CloudWatch takes a missing point in a sum as 0",
		"CloudWatch gave no point of a sum in which one metric had none: there were no requests in the last three hours, or it drops such points", missingIsZero,
	},
}

// Believed asks what the account shows of a belief, on one target.
func Believed(api Metrics, belief Belief, target release.Target, now time.Time) Check {
	return Check{Name: fmt.Sprintf("%s on %s", belief.ID, target), Look: func(ctx context.Context) []Finding {
		holds, err := belief.holds(ctx, api, target, now)
		if err != nil {
			return unasked(err, "cloudwatch:ListMetrics and cloudwatch:GetMetricData")
		}
		if !holds {
			return one(Warning, belief.Absent, "Look again after a release.")
		}
		return one(OK, belief.Shown, "")
	}}
}

// writes tells whether Lambda has written a metric with a version behind an alias.
func writes(metric string) func(context.Context, Metrics, release.Target, time.Time) (bool, error) {
	return func(ctx context.Context, api Metrics, target release.Target, _ time.Time) (bool, error) {
		out, err := api.ListMetrics(ctx, &cloudwatch.ListMetricsInput{
			Namespace: aws.String("AWS/Lambda"), MetricName: &metric, Dimensions: []types.DimensionFilter{
				{Name: aws.String("FunctionName"), Value: &target.Function}, {Name: aws.String("Resource"), Value: aws.String(target.String())},
				{Name: aws.String("ExecutedVersion")}},
		})
		if err != nil {
			return false, fmt.Errorf("list the metrics: %w", err)
		}
		return len(out.Metrics) > 0, nil
	}
}

// missingIsZero adds a metric that nobody writes to the invocations of a function.
func missingIsZero(ctx context.Context, api Metrics, target release.Target, now time.Time) (bool, error) {
	dimensions := []types.Dimension{{Name: aws.String("FunctionName"), Value: &target.Function}}
	metric := func(id, name string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: &id, ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{Period: aws.Int32(60), Stat: aws.String("Sum"),
			Metric: &types.Metric{Namespace: aws.String("AWS/Lambda"), MetricName: &name, Dimensions: dimensions}}}
	}
	out, err := api.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{StartTime: aws.Time(now.Add(-3 * time.Hour)), EndTime: &now,
		MetricDataQueries: []types.MetricDataQuery{
			{Id: aws.String("e"), Expression: aws.String("there + missing"), ReturnData: aws.Bool(true)},
			metric("there", "Invocations"), metric("missing", "WrittenByNobody"),
		}})
	if err != nil {
		return false, fmt.Errorf("add a metric without data: %w", err)
	}
	return len(out.MetricDataResults) == 1 && len(out.MetricDataResults[0].Values) > 0, nil
}
