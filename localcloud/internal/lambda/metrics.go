package lambda

import (
	"time"

	"weir/localcloud/internal/api"
)

type measure struct {
	name  string
	value float64
	unit  string
}

// record counts under Lambda's dimension sets: none (the account), by function,
// by resource as it was named in the request, and behind an alias by the
// version that ran too. The resource of an unqualified request is the function.
// The data of a request are stamped with its start, and recorded at its end.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
func (s *Service) record(at time.Time, t target, measures ...measure) {
	if s.Metrics == nil {
		return
	}
	resource := t.f.name
	if t.qualifier != "" {
		resource += ":" + t.qualifier
	}
	dimensions := []api.Dimension{
		{Name: "ExecutedVersion", Value: t.executed}, {Name: "FunctionName", Value: t.f.name}, {Name: "Resource", Value: resource},
	}
	sets := [][]api.Dimension{nil, dimensions[1:2:2], dimensions[1:3:3], dimensions}
	if !t.aliased {
		sets = sets[:3]
	}
	data := make([]api.Datum, 0, len(sets)*len(measures))
	for _, m := range measures {
		for _, set := range sets {
			data = append(data, api.Datum{Namespace: "AWS/Lambda", Name: m.name, Dimensions: set, Value: m.value, Unit: m.unit, Time: at})
		}
	}
	s.Metrics.Record(data...)
}
