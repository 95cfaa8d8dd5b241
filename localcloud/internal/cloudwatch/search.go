package cloudwatch

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudwatch/expression"
)

var (
	errCircular = errors.New("The expression refers to itself")
	errNoPeriod = errors.New("Period must not be null")
)

func notFound(id string) error { return fmt.Errorf("ID '%s' not found", id) }

func asError(err error, target **api.Error) bool { return errors.As(err, target) }

// maxFound is how many series a search may find.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
const maxFound = 500

// search answers a SEARCH: the series that it finds, in the order of their
// names, each labelled by what tells it from the others.
func (s *Service) search(search expression.Search, name string, period int64, from, to time.Time) ([]expression.Series, error) {
	var found []*series
	s.store.mu.Lock()
	for _, k := range sortedKeys(s.store.all) {
		one := s.store.all[k]
		m := expression.Metric{Namespace: one.namespace, Name: one.name}
		for _, d := range one.dimensions {
			m.Dimensions = append(m.Dimensions, expression.Dimension{Name: d.Name, Value: d.Value})
		}
		if search.Match(m) && len(found) < maxFound {
			found = append(found, one)
		}
	}
	s.store.mu.Unlock()
	answers := make([]expression.Series, len(found))
	for i, one := range found {
		stat := &types.MetricStat{Stat: &name, Period: new(int32(period)), Metric: &types.Metric{Namespace: &one.namespace, MetricName: &one.name}}
		for _, d := range one.dimensions {
			stat.Metric.Dimensions = append(stat.Metric.Dimensions, types.Dimension{Name: &d.Name, Value: &d.Value})
		}
		points, err := s.query(stat, from, to)
		if err != nil {
			return nil, err
		}
		answers[i] = expression.Series{Label: distinction(one, found), Period: period, Points: points}
	}
	return answers, nil
}

// distinction is what tells a series from the others found with it: the values
// of the dimensions in which they differ, and its name where names differ.
func distinction(one *series, found []*series) string {
	differs := func(property func(*series) string) bool {
		for _, other := range found {
			if property(other) != property(one) {
				return true
			}
		}
		return false
	}
	var parts []string
	for _, d := range one.dimensions {
		if differs(func(s *series) string { return s.dimension(d.Name) }) {
			parts = append(parts, d.Value)
		}
	}
	if len(parts) == 0 || differs(func(s *series) string { return s.name }) {
		parts = append(parts, one.name)
	}
	return strings.Join(parts, " ")
}

func (s *series) dimension(name string) string {
	for _, d := range s.dimensions {
		if d.Name == name {
			return d.Value
		}
	}
	return ""
}
