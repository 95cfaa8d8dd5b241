package cloudwatch

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// maxListed is how many metrics ListMetrics answers at a time.
const maxListed = 500

func (s *Service) listMetrics(_ context.Context, _ api.Caller, in *cloudwatch.ListMetricsInput) (*cloudwatch.ListMetricsOutput, error) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	out := &cloudwatch.ListMetricsOutput{Metrics: []types.Metric{}}
	now := s.Clock.Now()
	for _, k := range sortedKeys(s.store.all) {
		found := s.store.all[k]
		if in.Namespace != nil && *in.Namespace != found.namespace || in.MetricName != nil && *in.MetricName != found.name || !has(found.dimensions, in.Dimensions) ||
			in.RecentlyActive != "" && !found.active(now) {
			continue
		}
		metric := types.Metric{Namespace: &found.namespace, MetricName: &found.name, Dimensions: []types.Dimension{}}
		for _, d := range found.dimensions {
			metric.Dimensions = append(metric.Dimensions, types.Dimension{Name: &d.Name, Value: &d.Value})
		}
		out.Metrics = append(out.Metrics, metric)
	}
	begin, err := begins(in.NextToken, len(out.Metrics))
	if err != nil {
		return nil, err
	}
	if out.Metrics = out.Metrics[begin:]; len(out.Metrics) > maxListed {
		out.Metrics, out.NextToken = out.Metrics[:maxListed], pageToken(begin+maxListed)
	}
	return out, nil
}

// active tells whether a metric had data in the last three hours: PT3H is the
// one value of RecentlyActive.
func (s *series) active(now time.Time) bool {
	for id := range s.slots {
		if time.Unix(id.start, 0).After(now.Add(-highWindow)) {
			return true
		}
	}
	return false
}

func has(dimensions []api.Dimension, filters []types.DimensionFilter) bool {
	for _, filter := range filters {
		found := false
		for _, d := range dimensions {
			found = found || d.Name == api.Deref(filter.Name) && (filter.Value == nil || d.Value == *filter.Value)
		}
		if !found {
			return false
		}
	}
	return true
}
