package cloudwatch

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
)

func (s *Service) putMetricData(_ context.Context, _ api.Caller, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
	for i, d := range in.MetricData {
		at := s.Clock.Now()
		if d.Timestamp != nil {
			at = *d.Timestamp
		}
		base := api.Datum{Namespace: deref(in.Namespace), Name: deref(d.MetricName), Dimensions: dimensions(d.Dimensions), Unit: string(d.Unit), Time: at}
		switch resolution := deref(d.StorageResolution); {
		case d.StorageResolution != nil && resolution != 1 && resolution != 60:
			return nil, api.Errorf("InvalidParameterValue", "The value %d for parameter MetricData.member.%d.StorageResolution is invalid; it must be 1 or 60.", resolution, i+1)
		default:
			s.store.resolve(base, resolution == 1)
		}
		switch {
		case d.Value != nil:
			base.Value = *d.Value
			s.store.add(base, 1)
		case len(d.Values) > 0:
			for j, value := range d.Values {
				base.Value = value
				weight := 1.0
				if j < len(d.Counts) {
					weight = d.Counts[j]
				}
				s.store.add(base, weight)
			}
		case d.StatisticValues != nil:
			if err := s.addSet(base, *d.StatisticValues); err != nil {
				return nil, err
			}
		default:
			return nil, api.Errorf("InvalidParameterCombination", "At least one of the parameters Value, Values and StatisticValues must be specified for metric %s.", base.Name)
		}
	}
	return nil, nil
}

// addSet keeps a statistic set as its extremes and, for the rest, their mean:
// count, sum, minimum, maximum and average are exact, percentiles are not (AWS
// gives none unless the extremes are equal).
func (s *Service) addSet(d api.Datum, set types.StatisticSet) error {
	count, sum, low, high := deref(set.SampleCount), deref(set.Sum), deref(set.Minimum), deref(set.Maximum)
	if count <= 0 || low > high {
		return api.Errorf("InvalidParameterValue", "The statistic set of metric %s must have a SampleCount above 0 and a Minimum that is not above its Maximum.", d.Name)
	}
	add := func(value, weight float64) {
		d.Value = value
		s.store.add(d, weight)
	}
	if count < 2 {
		add(sum/count, count)
		return nil
	}
	add(low, 1)
	add(high, 1)
	if count > 2 {
		add((sum-low-high)/(count-2), count-2)
	}
	return nil
}

func dimensions(list []types.Dimension) []api.Dimension {
	out := make([]api.Dimension, len(list))
	for i, d := range list {
		out[i] = api.Dimension{Name: deref(d.Name), Value: deref(d.Value)}
	}
	return out
}
