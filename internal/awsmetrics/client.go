// Package awsmetrics reads from CloudWatch what a release is judged by: per
// minute, what each version served of an alias's traffic, and the state of
// alarms. It is the one place that speaks to the CloudWatch API.
package awsmetrics

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/internal/awserr"
	"weir/internal/judge"
	"weir/internal/release"
)

// Client reads metrics and alarms.
type Client struct {
	api api
}

// api is what a Client calls.
type api interface {
	cloudwatch.GetMetricDataAPIClient
	cloudwatch.DescribeAlarmsAPIClient
}

// New returns a client for the account and region of config.
func New(config aws.Config) *Client { return &Client{api: cloudwatch.NewFromConfig(config)} }

// queriesPerCall is GetMetricData's limit.
const queriesPerCall = 500

// lambdaNamespace is where Lambda counts.
const lambdaNamespace = "AWS/Lambda"

// Query asks for the counts of one signal of one version behind an alias.
type Query struct {
	Target  release.Target
	Version string
	Signal  release.Signal
	// Alone says that the alias serves this version alone. What the service
	// itself counts is then asked for by the alias: the documentation speaks of
	// ExecutedVersion for aliases with weights, and not of those without.
	// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
	Alone bool
}

// Series holds the counts of a query by the start of the minute; a minute
// without traffic is absent.
type Series map[time.Time]judge.Counts

// Counts reads every query for the whole minutes from from (inclusive) to to
// (exclusive), in as few calls as the API allows. An answer that CloudWatch
// itself calls incomplete is an error named Unavailable.
func (c *Client) Counts(ctx context.Context, queries []Query, from, to time.Time) ([]Series, error) {
	result := make([]Series, len(queries))
	for i := range result {
		result[i] = Series{}
	}
	if !from.Before(to) || len(queries) == 0 {
		return result, nil
	}
	wanted, signals := c.dataQueries(queries)
	values := map[string]map[time.Time]float64{}
	for len(wanted) > 0 {
		batch := wanted[:min(queriesPerCall, len(wanted))]
		wanted = wanted[len(batch):]
		if err := c.read(ctx, batch, from, to, values); err != nil {
			return nil, err
		}
	}
	for i, signal := range signals {
		for minute, invocations := range values[signal.invocations] {
			events, measured := values[signal.events][minute]
			if signal.MeasuredOnly && !measured {
				continue
			}
			result[i][minute] = signal.Counts(invocations, events)
		}
		for minute, events := range values[signal.events] {
			if _, ok := result[i][minute]; !ok {
				result[i][minute] = signal.Counts(0, events)
			}
		}
	}
	return result, nil
}

// queryID names the queries of one reading.
func queryID(i int) string { return fmt.Sprintf("q%d", i) }

// counted is a signal with the ids of the two series that its counts come from.
type counted struct {
	release.Counting

	invocations, events string
}

// dataQueries turns queries into GetMetricData's, asking once for what several
// signals share.
func (c *Client) dataQueries(queries []Query) ([]types.MetricDataQuery, []counted) {
	var wanted []types.MetricDataQuery
	ids := map[string]string{}
	ask := func(q Query, namespace, metric, statistic string) string {
		version := q.Version
		if q.Alone && namespace == lambdaNamespace {
			version = ""
		}
		key := fmt.Sprintf("%s|%s|%s|%s|%s", q.Target, version, namespace, metric, statistic)
		if id, ok := ids[key]; ok {
			return id
		}
		id := queryID(len(ids))
		ids[key] = id
		wanted = append(wanted, types.MetricDataQuery{
			Id: &id, ReturnData: aws.Bool(true),
			MetricStat: &types.MetricStat{
				Period: aws.Int32(60), Stat: &statistic,
				Metric: &types.Metric{Namespace: &namespace, MetricName: &metric, Dimensions: dimensions(q.Target, version)},
			},
		})
		return id
	}
	signals := make([]counted, len(queries))
	for i, q := range queries {
		how := q.Signal.Counting()
		signals[i] = counted{Counting: how, invocations: ask(q, lambdaNamespace, "Invocations", "Sum"), events: ask(q, how.Namespace, how.Metric, how.Statistic)}
	}
	return wanted, signals
}

// dimensions are those under which Lambda counts what one version served through
// an alias, or all that the alias served where no version is given.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
func dimensions(target release.Target, version string) []types.Dimension {
	of := []types.Dimension{
		{Name: aws.String("FunctionName"), Value: aws.String(target.Function)},
		{Name: aws.String("Resource"), Value: aws.String(target.String())},
	}
	if version != "" {
		of = append(of, types.Dimension{Name: aws.String("ExecutedVersion"), Value: aws.String(version)})
	}
	return of
}

func (c *Client) read(ctx context.Context, batch []types.MetricDataQuery, from, to time.Time, into map[string]map[time.Time]float64) error {
	pages := cloudwatch.NewGetMetricDataPaginator(c.api, &cloudwatch.GetMetricDataInput{
		StartTime: &from, EndTime: &to, MetricDataQueries: batch, ScanBy: types.ScanByTimestampAscending,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return awserr.Wrap(err, "read metrics")
		}
		for _, result := range page.MetricDataResults {
			if result.StatusCode == types.StatusCodeInternalError || result.StatusCode == types.StatusCodeForbidden {
				return release.Errorf(release.Unavailable, "CloudWatch answered %s for metric %s.", result.StatusCode, aws.ToString(result.Label))
			}
			values := into[aws.ToString(result.Id)]
			if values == nil {
				values = map[time.Time]float64{}
				into[aws.ToString(result.Id)] = values
			}
			for i, at := range result.Timestamps {
				values[at.UTC()] = result.Values[i]
			}
		}
	}
	return nil
}

// Percentile reads a percentile (such as "p99") of the duration, in
// milliseconds, of all that a version served behind an alias from from to to, or
// of all that the alias served where version is empty; ok is false when that is
// nothing.
func (c *Client) Percentile(ctx context.Context, target release.Target, version, statistic string, from, to time.Time) (milliseconds float64, ok bool, err error) {
	period := int32(to.Sub(from) / time.Second)
	id := queryID(0)
	values := map[string]map[time.Time]float64{}
	err = c.read(ctx, []types.MetricDataQuery{{
		Id: &id, ReturnData: aws.Bool(true),
		MetricStat: &types.MetricStat{Period: &period, Stat: &statistic, Metric: &types.Metric{
			Namespace: aws.String(lambdaNamespace), MetricName: aws.String("Duration"), Dimensions: dimensions(target, version)}},
	}}, from, to, values)
	if err != nil {
		return 0, false, fmt.Errorf("read the %s duration of %s: %w", statistic, target, err)
	}
	for _, value := range values[id] {
		milliseconds, ok = max(milliseconds, value), true
	}
	return milliseconds, ok, nil
}
