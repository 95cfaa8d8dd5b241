package cloudwatch

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudwatch/expression"
)

// labels tells what a metric's label says beside its name where the query has
// none: that in which the queries differ.
type labels struct{ statistic, period bool }

func labelling(queries []types.MetricDataQuery) labels {
	var first *types.MetricStat
	var l labels
	for _, q := range queries {
		switch {
		case q.MetricStat == nil:
		case first == nil:
			first = q.MetricStat
		default:
			l.statistic = l.statistic || api.Deref(q.MetricStat.Stat) != api.Deref(first.Stat)
			l.period = l.period || api.Deref(q.MetricStat.Period) != api.Deref(first.Period)
		}
	}
	return l
}

func (l labels) of(q types.MetricDataQuery, series expression.Series, isArray bool) string {
	switch {
	case isArray:
		return strings.TrimSpace(api.Deref(q.Label) + " " + series.Label)
	case q.Label != nil:
		return *q.Label
	case q.MetricStat == nil:
		return api.Deref(q.Id)
	}
	parts := []string{series.Label}
	if l.statistic {
		parts = append(parts, api.Deref(q.MetricStat.Stat))
	}
	if l.period {
		parts = append(parts, strconv.Itoa(int(api.Deref(q.MetricStat.Period))))
	}
	return strings.Join(parts, " ")
}
