package cloudwatch

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

func (s *Service) putMetricData(_ context.Context, _ api.Caller, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
	if err := checkData(api.Deref(in.Namespace), in.MetricData, s.Clock.Now()); err != nil {
		return nil, err
	}
	for _, d := range in.MetricData {
		s.put(api.Deref(in.Namespace), d)
	}
	return nil, nil
}

// put keeps a datum that was checked.
func (s *Service) put(namespace string, d types.MetricDatum) {
	at := s.Clock.Now()
	if d.Timestamp != nil {
		at = *d.Timestamp
	}
	base := api.Datum{Namespace: namespace, Name: api.Deref(d.MetricName), Dimensions: dimensions(d.Dimensions), Unit: string(d.Unit),
		High: api.Deref(d.StorageResolution) == 1, Time: at}
	if d.Value != nil {
		base.Value = *d.Value
		s.store.add(base, 1)
	}
	for i, value := range d.Values {
		base.Value = value
		weight := 1.0
		if len(d.Counts) > 0 {
			weight = d.Counts[i]
		}
		s.store.add(base, weight)
	}
	if d.StatisticValues != nil {
		s.addSet(base, *d.StatisticValues)
	}
}

// addSet keeps a statistic set as its extremes and, for the rest, their mean:
// count, sum, minimum, maximum and average are exact, percentiles are not (AWS
// gives none unless the extremes are equal).
func (s *Service) addSet(d api.Datum, set types.StatisticSet) {
	count, sum, low, high := api.Deref(set.SampleCount), api.Deref(set.Sum), api.Deref(set.Minimum), api.Deref(set.Maximum)
	add := func(value, weight float64) {
		d.Value = value
		s.store.add(d, weight)
	}
	if count < 2 {
		add(sum/count, count)
		return
	}
	add(low, 1)
	add(high, 1)
	if count > 2 {
		add((sum-low-high)/(count-2), count-2)
	}
}

func dimensions(list []types.Dimension) []api.Dimension {
	out := make([]api.Dimension, len(list))
	for i, d := range list {
		out[i] = api.Dimension{Name: api.Deref(d.Name), Value: api.Deref(d.Value)}
	}
	return out
}
