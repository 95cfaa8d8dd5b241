// Package awsmetrics reads from CloudWatch what a release is judged by: per
// minute, what each version served of an alias's traffic, and the state of
// alarms. It is the one place that speaks to the CloudWatch API.
package awsmetrics

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/internal/awserr"
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
	// Whole says that the alias serves this version alone. What the service
	// itself counts is then asked for by the alias: the documentation speaks of
	// ExecutedVersion for aliases with weights, and not of those without.
	// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
	Whole bool
}

// Count is what one version served in one minute, and how many of those
// requests were events of the signal.
type Count struct{ Requests, Events int64 }

// Series holds the counts of a query by the start of the minute; a minute
// without traffic is absent.
type Series map[time.Time]Count

// Counts reads every query for the whole minutes from from (inclusive) to to
// (exclusive), in as few calls as the API allows. An answer that CloudWatch
// itself calls incomplete is an error named Unavailable: half the counts would
// judge half the truth.
func (c *Client) Counts(ctx context.Context, queries []Query, from, to time.Time) ([]Series, error) {
	result := make([]Series, len(queries))
	for i := range result {
		result[i] = Series{}
	}
	if !from.Before(to) || len(queries) == 0 {
		return result, nil
	}
	wanted, kinds := c.dataQueries(queries)
	values := map[string]map[time.Time]float64{}
	for len(wanted) > 0 {
		batch := wanted[:min(queriesPerCall, len(wanted))]
		wanted = wanted[len(batch):]
		if err := c.read(ctx, batch, from, to, values); err != nil {
			return nil, err
		}
	}
	for i, k := range kinds {
		for minute, requests := range values[k.requests] {
			events, measured := values[k.events][minute]
			if k.measuredOnly && !measured {
				continue
			}
			result[i][minute] = k.count(requests, events)
		}
		for minute, events := range values[k.events] {
			if _, ok := result[i][minute]; !ok {
				result[i][minute] = k.count(0, events)
			}
		}
	}
	return result, nil
}

// queryID names the queries of one reading.
func queryID(i int) string { return fmt.Sprintf("q%d", i) }

// kind tells how a signal's count comes out of two data series.
type kind struct {
	requests, events string // ids
	signal           string
	// measuredOnly leaves out minutes in which the metric of the events has no
	// datum: what was not measured is not zero events.
	measuredOnly bool
}

func (k kind) count(requests, events float64) Count {
	switch k.signal {
	case release.SignalSlow:
		// events is the percentile rank of the threshold: the percentage of
		// requests that took no longer.
		return Count{Requests: whole(requests), Events: whole(requests * (100 - events) / 100)}
	case release.SignalThrottles:
		// A throttled request is no invocation; it was a request all the same.
		return Count{Requests: whole(requests + events), Events: whole(events)}
	}
	// Errors are counted at the start of the invocation, like invocations; a
	// custom metric may count more events than requests, which no binomial
	// share can express.
	return Count{Requests: whole(requests), Events: min(whole(requests), whole(events))}
}

// longerThan is the statistic that tells the percentile rank of a threshold, in
// whole milliseconds: CloudWatch documents at most ten decimals for such a bound.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
func longerThan(milliseconds int) string { return fmt.Sprintf("PR(:%d)", milliseconds) }

func whole(x float64) int64 { return int64(math.Round(max(0, x))) }

// dataQueries turns queries into GetMetricData's, asking once for what several
// signals share.
func (c *Client) dataQueries(queries []Query) ([]types.MetricDataQuery, []kind) {
	var wanted []types.MetricDataQuery
	ids := map[string]string{}
	ask := func(q Query, namespace, metric, statistic string) string {
		version := q.Version
		if q.Whole && namespace == lambdaNamespace {
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
	kinds := make([]kind, 0, len(queries))
	for _, q := range queries {
		k := kind{signal: q.Signal.Name, requests: ask(q, lambdaNamespace, "Invocations", "Sum")}
		switch {
		case q.Signal.Metric != nil:
			k.events = ask(q, q.Signal.Metric.Namespace, q.Signal.Metric.Name, "Sum")
			k.measuredOnly = !q.Signal.Metric.OnEventsOnly
		case q.Signal.Name == release.SignalSlow:
			k.events = ask(q, lambdaNamespace, "Duration", longerThan(q.Signal.ThresholdMilliseconds))
			k.measuredOnly = true
		case q.Signal.Name == release.SignalThrottles:
			k.events = ask(q, lambdaNamespace, "Throttles", "Sum")
		default:
			k.events = ask(q, lambdaNamespace, "Errors", "Sum")
		}
		kinds = append(kinds, k)
	}
	return wanted, kinds
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
	out, err := c.api.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: &from, EndTime: &to,
		MetricDataQueries: []types.MetricDataQuery{{
			Id: aws.String("p"), ReturnData: aws.Bool(true),
			MetricStat: &types.MetricStat{Period: &period, Stat: &statistic, Metric: &types.Metric{
				Namespace: aws.String(lambdaNamespace), MetricName: aws.String("Duration"), Dimensions: dimensions(target, version)}},
		}},
	})
	if err != nil {
		return 0, false, awserr.Wrap(err, "read the %s duration of %s", statistic, target)
	}
	for _, result := range out.MetricDataResults {
		for _, value := range result.Values {
			milliseconds, ok = max(milliseconds, value), true
		}
	}
	return milliseconds, ok, nil
}
