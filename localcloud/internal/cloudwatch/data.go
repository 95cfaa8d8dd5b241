package cloudwatch

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudwatch/expression"
)

// maxQueries is GetMetricData's limit.
const maxQueries = 500

// maxPoints is how many points one answer of GetMetricData holds.
const maxPoints = 100_800

func (s *Service) getMetricData(_ context.Context, _ api.Caller, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	if len(in.MetricDataQueries) == 0 || len(in.MetricDataQueries) > maxQueries {
		return nil, invalid("The parameter MetricDataQueries has %d entries; it must have 1 to %d.", len(in.MetricDataQueries), maxQueries)
	}
	from, to := api.Deref(in.StartTime), api.Deref(in.EndTime)
	if !from.Before(to) {
		return nil, invalid("The parameter StartTime must be less than the parameter EndTime.")
	}
	answers, err := s.evaluate(in.MetricDataQueries, from, to)
	if err != nil {
		return nil, err
	}
	var results []types.MetricDataResult
	expressions := false
	labels := labelling(in.MetricDataQueries)
	for _, q := range in.MetricDataQueries {
		expressions = expressions || q.Expression != nil
		if q.ReturnData == nil || *q.ReturnData {
			results = append(results, s.resultsOf(q, answers[api.Deref(q.Id)], in, labels)...)
		}
	}
	return page(results, in, expressions)
}

// resultsOf are the results of one query: an array's have one id and a label
// each.
func (s *Service) resultsOf(q types.MetricDataQuery, answer expression.Value, in *cloudwatch.GetMetricDataInput, labels labels) []types.MetricDataResult {
	list, isArray := answer.Series()
	ascending := in.ScanBy == types.ScanByTimestampAscending
	var messages []types.MessageData
	if q.MetricStat != nil && q.MetricStat.Unit == "" {
		messages = unitMessages(s.store.units(questionOf(q.MetricStat, api.Deref(in.StartTime), api.Deref(in.EndTime))))
	}
	results := make([]types.MetricDataResult, len(list))
	for i, one := range list {
		result := types.MetricDataResult{Id: q.Id, Label: new(labels.of(q, one, isArray)), StatusCode: types.StatusCodeComplete,
			Timestamps: []time.Time{}, Values: []float64{}, Messages: messages}
		for _, start := range points(one.Points).starts(ascending) {
			result.Timestamps = append(result.Timestamps, time.Unix(start, 0).UTC())
			result.Values = append(result.Values, one.Points[start])
		}
		results[i] = result
	}
	return results
}

// page cuts an answer to the points it may hold. A result that is cut is
// PartialData, and goes on in the page of the token; there is no token where
// there are expressions, as AWS documents. A token is the result and the point
// at which its page begins.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
func page(results []types.MetricDataResult, in *cloudwatch.GetMetricDataInput, expressions bool) (*cloudwatch.GetMetricDataOutput, error) {
	room := maxPoints
	if in.MaxDatapoints != nil {
		if *in.MaxDatapoints < 1 {
			return nil, invalid("The value %d for parameter MaxDatapoints is invalid; it must be 1 or more.", *in.MaxDatapoints)
		}
		room = min(room, int(*in.MaxDatapoints))
	}
	first, skip, err := position(in.NextToken, results)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: []types.MetricDataResult{}, Messages: []types.MessageData{}}
	for i := first; i < len(results); i++ {
		result := results[i]
		result.Timestamps, result.Values = result.Timestamps[skip:], result.Values[skip:]
		cut := len(result.Values) > room
		if cut {
			result.Timestamps, result.Values, result.StatusCode = result.Timestamps[:room], result.Values[:room], types.StatusCodePartialData
		}
		room -= len(result.Values)
		out.MetricDataResults = append(out.MetricDataResults, result)
		if cut && !expressions {
			out.NextToken = new(fmt.Sprintf("%d.%d", i, skip+len(result.Values)))
			return out, nil
		}
		skip = 0
	}
	return out, nil
}

// position is what a token of page says.
func position(token *string, results []types.MetricDataResult) (result, skip int, err error) {
	if token == nil {
		return 0, 0, nil
	}
	before, after, _ := strings.Cut(*token, ".")
	result, errResult := strconv.Atoi(before)
	skip, errSkip := strconv.Atoi(after)
	if errResult != nil || errSkip != nil || result < 0 || result >= len(results) || skip < 0 || skip > len(results[result].Values) {
		return 0, 0, api.Errorf("InvalidNextToken", "NextToken %q is not one that this API gave.", *token)
	}
	return result, skip, nil
}

// points are values by the start of their period, in seconds.
type points map[int64]float64
