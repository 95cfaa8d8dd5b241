package expression

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

// Metric is what a search looks at.
type Metric struct {
	Namespace, Name string
	// Dimensions in the order of their names.
	Dimensions []Dimension
}

// Dimension of a metric.
type Dimension struct{ Name, Value string }

// Search is a search expression that has been read: a schema, and the values
// that are wanted of some properties.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
type Search struct {
	namespace  string
	dimensions []string // sorted
	wanted     [][2]string
}

// Match tells whether a metric is found. A schema's dimensions are all those
// that a metric has.
func (s Search) Match(m Metric) bool {
	names, has := make([]string, len(m.Dimensions)), map[string]string{"MetricName": m.Name, "Namespace": m.Namespace}
	for i, d := range m.Dimensions {
		names[i], has[d.Name] = d.Name, d.Value
	}
	slices.Sort(names)
	return m.Namespace == s.namespace && slices.Equal(names, s.dimensions) &&
		!slices.ContainsFunc(s.wanted, func(property [2]string) bool { return has[property[0]] != property[1] })
}

var errSearch = errors.New(`The local cloud supports searches of the form {Namespace,Dimension} Property="value" alone`)

// The form of the searches that are read: a schema, and properties whose whole
// values are given.
var (
	search   = regexp.MustCompile(`^\s*\{([^{}]+)\}((?:\s+(?:AND\s+)?\w+="[^"]*")*)\s*$`)
	property = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

// ParseSearch reads the first argument of SEARCH.
func ParseSearch(text string) (Search, error) {
	parts := search.FindStringSubmatch(text)
	if parts == nil {
		return Search{}, errSearch
	}
	var schema []string
	for _, name := range strings.Split(parts[1], ",") {
		schema = append(schema, strings.Trim(strings.TrimSpace(name), `"`))
	}
	s := Search{namespace: schema[0], dimensions: slices.Sorted(slices.Values(schema[1:]))}
	for _, found := range property.FindAllStringSubmatch(parts[2], -1) {
		s.wanted = append(s.wanted, [2]string{found[1], found[2]})
	}
	return s, nil
}
