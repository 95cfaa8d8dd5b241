package doctor

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/internal/release"
)

// Belief is a rule of AWS that no source settles and that an account can show. ID is
// its row in docs/aws.md.
type Belief struct {
	ID     string
	Metric string // that Lambda writes with a version behind an alias
	Shown  string
	Absent string
}

// Beliefs are those that can be asked without harm.
var Beliefs = []Belief{
	{"metric-throttles", "Throttles", "Lambda writes Throttles by version behind an alias: the signal throttles works here",
		"Lambda has written no Throttles by version behind this alias in the last two weeks: the signal throttles is not measured here"},
	{"metric-executed-version-whole", "Invocations", "Lambda writes Invocations by version behind this alias",
		"Lambda has written no Invocations by version behind this alias in the last two weeks: it had no requests, or it writes them for split aliases alone"},
}

// Believed asks what the account shows of a belief, on one target. Neither answer is
// a failure: Weir rests on none of them.
func Believed(api Metrics, belief Belief, target release.Target) Check {
	return Check{fmt.Sprintf("%s on %s", belief.ID, target), func(ctx context.Context) []Finding {
		out, err := api.ListMetrics(ctx, &cloudwatch.ListMetricsInput{
			Namespace: aws.String("AWS/Lambda"), MetricName: &belief.Metric, Dimensions: []types.DimensionFilter{
				{Name: aws.String("FunctionName"), Value: &target.Function}, {Name: aws.String("Resource"), Value: aws.String(target.String())},
				{Name: aws.String("ExecutedVersion")}},
		})
		if err != nil {
			return unasked(err, "cloudwatch:ListMetrics")
		}
		if len(out.Metrics) == 0 {
			return one(Warning, belief.Absent, "Look again after a release.")
		}
		return one(OK, belief.Shown, "")
	}}
}
