package cloudwatch

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
)

func (s *Service) putMetricData(_ context.Context, _ api.Caller, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
	for i, d := range in.MetricData {
		if err := checkDatum(i+1, d); err != nil {
			return nil, err
		}
	}
	for _, d := range in.MetricData {
		s.put(deref(in.Namespace), d)
	}
	return nil, nil
}

// checkDatum refuses a datum, the nth of its request, that says its value twice
// or not at all. Values beside StatisticValues are no error.
func checkDatum(n int, d types.MetricDatum) error {
	name := func(member string) string { return fmt.Sprintf("MetricData.member.%d.%s", n, member) }
	both := func(member string) error {
		return invalidCombination("The parameters %s and %s are mutually exclusive and you have specified both.", name("Value"), name(member))
	}
	resolution := deref(d.StorageResolution)
	switch {
	case d.StorageResolution != nil && resolution != 1 && resolution != 60:
		return invalidValue("The value %d for parameter %s is invalid; it must be 1 or 60.", resolution, name("StorageResolution"))
	case d.Value != nil && len(d.Values) > 0:
		return both("Values")
	case d.Value != nil && d.StatisticValues != nil:
		return both("StatisticValues")
	case len(d.Counts) > 0 && len(d.Counts) != len(d.Values):
		return invalidValue("The parameters %s and %s must be of the same size.", name("Values"), name("Counts"))
	case d.Value == nil && len(d.Values) == 0 && d.StatisticValues == nil:
		return invalidCombination("At least one of the parameters Value, Values and StatisticValues must be specified for metric %s.", deref(d.MetricName))
	case d.StatisticValues != nil && (deref(d.StatisticValues.SampleCount) <= 0 || deref(d.StatisticValues.Minimum) > deref(d.StatisticValues.Maximum)):
		return invalidValue("The statistic set of metric %s must have a SampleCount above 0 and a Minimum that is not above its Maximum.", deref(d.MetricName))
	}
	return nil
}

// put keeps a datum that was checked.
func (s *Service) put(namespace string, d types.MetricDatum) {
	at := s.Clock.Now()
	if d.Timestamp != nil {
		at = *d.Timestamp
	}
	base := api.Datum{Namespace: namespace, Name: deref(d.MetricName), Dimensions: dimensions(d.Dimensions), Unit: string(d.Unit), Time: at}
	s.store.resolve(base, deref(d.StorageResolution) == 1)
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
	count, sum, low, high := deref(set.SampleCount), deref(set.Sum), deref(set.Minimum), deref(set.Maximum)
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
		out[i] = api.Dimension{Name: deref(d.Name), Value: deref(d.Value)}
	}
	return out
}
