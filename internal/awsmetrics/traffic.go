package awsmetrics

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/internal/judge"
	"weir/internal/release"
)

// hour is the period of the sums over days: one datum an hour and metric.
const hour = int32(time.Hour / time.Second)

// Traffic reads how many requests each alias served between two times, whichever
// version served them, and how many of them failed with an error.
func (c *Client) Traffic(ctx context.Context, targets []release.Target, from, to time.Time) ([]judge.Counts, error) {
	var wanted []types.MetricDataQuery
	for _, target := range targets {
		for _, metric := range []string{"Invocations", "Errors"} {
			wanted = append(wanted, hourly(len(wanted), lambdaNamespace, metric, "Sum", dimensions(target, "")))
		}
	}
	sums, _, err := c.sums(ctx, wanted, from, to)
	if err != nil {
		return nil, err
	}
	counts := make([]judge.Counts, len(targets))
	for i := range targets {
		counts[i] = release.Signal{Name: release.SignalErrors}.Counting().Counts(sums[2*i], sums[2*i+1])
	}
	return counts, nil
}

// Measured tells for each query whether the metric of its signal has any datum
// between two times. A metric without one does not exist as it is named, or the
// version does not write it.
func (c *Client) Measured(ctx context.Context, queries []Query, from, to time.Time) ([]bool, error) {
	var wanted []types.MetricDataQuery
	for _, q := range queries {
		wanted = append(wanted, hourly(len(wanted), q.Signal.Metric.Namespace, q.Signal.Metric.Name, "SampleCount", dimensions(q.Target, q.Version)))
	}
	_, found, err := c.sums(ctx, wanted, from, to)
	return found, err
}

func hourly(i int, namespace, metric, statistic string, of []types.Dimension) types.MetricDataQuery {
	return types.MetricDataQuery{
		Id: aws.String(queryID(i)), ReturnData: aws.Bool(true),
		MetricStat: &types.MetricStat{
			Period: aws.Int32(hour), Stat: &statistic,
			Metric: &types.Metric{Namespace: &namespace, MetricName: &metric, Dimensions: of},
		},
	}
}

// sums adds up the data of each query, and tells which of them had any.
func (c *Client) sums(ctx context.Context, wanted []types.MetricDataQuery, from, to time.Time) (sums []float64, found []bool, err error) {
	values := map[string]map[time.Time]float64{}
	for rest := wanted; len(rest) > 0; {
		batch := rest[:min(queriesPerCall, len(rest))]
		rest = rest[len(batch):]
		if err := c.read(ctx, batch, from, to, values); err != nil {
			return nil, nil, err
		}
	}
	sums, found = make([]float64, len(wanted)), make([]bool, len(wanted))
	for i := range wanted {
		data := values[queryID(i)]
		found[i] = len(data) > 0
		for _, value := range data {
			sums[i] += value
		}
	}
	return sums, found, nil
}
