package cloudwatch

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudwatch/expression"
)

// evaluation answers the queries of one question, expressions among them. An
// expression may name queries that come after it.
type evaluation struct {
	service  *Service
	queries  []types.MetricDataQuery
	checked  checked
	from, to time.Time
	answers  map[string]expression.Value
}

// checked are queries that are right: their expressions, and what each query is
// worth.
type checked struct {
	parsed map[string]*expression.Expression
	types  map[string]expression.Type
}

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// Limits of one query.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
const (
	maxID         = 255
	maxExpression = 2048
)

// check refuses queries that CloudWatch refuses, before any is answered.
func (s *Service) check(queries []types.MetricDataQuery) (checked, error) {
	parsed, seen := map[string]*expression.Expression{}, map[string]bool{}
	for i, q := range queries {
		id := api.Deref(q.Id)
		if err := s.checkQuery(i, q); err != nil {
			return checked{}, err
		}
		if seen[id] {
			return checked{}, invalid("The values for parameter id in MetricDataQueries are not unique.")
		}
		seen[id] = true
		if q.Expression == nil {
			continue
		}
		one, err := expression.Parse(*q.Expression)
		if err != nil {
			return checked{}, inExpression(id, err)
		}
		parsed[id] = one
	}
	if err := checkStats(queries); err != nil {
		return checked{}, err
	}
	worth, err := typesOf(queries, parsed)
	return checked{parsed: parsed, types: worth}, err
}

// checkQuery refuses a query for what it says itself.
func (s *Service) checkQuery(i int, q types.MetricDataQuery) error {
	id := api.Deref(q.Id)
	switch {
	case !queryID.MatchString(id):
		return invalid("The value %s for parameter MetricDataQueries.member.%d.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", id, i+1)
	case len(id) > maxID:
		return tooLong(fmt.Sprintf("metricDataQueries.%d.member.id", i+1), id, maxID)
	case q.Expression != nil && q.MetricStat != nil:
		return invalid("The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both.")
	case q.Expression == nil && (q.MetricStat == nil || q.MetricStat.Metric == nil):
		return invalid("The parameter MetricDataQueries.member.%d.MetricStat is required.\n", i+1)
	case len(api.Deref(q.Expression)) > maxExpression:
		return tooLong(fmt.Sprintf("metricDataQueries.%d.member.expression", i+1), *q.Expression, maxExpression)
	case strings.HasPrefix(strings.ToUpper(strings.TrimSpace(api.Deref(q.Expression))), "SELECT "):
		return invalid("The local cloud does not support Metrics Insights queries (%s).", id)
	case q.AccountId != nil && *q.AccountId != s.Env.Account:
		return invalid("The local cloud has no metrics of account %s.", *q.AccountId)
	case q.Period != nil && !validPeriod(int64(*q.Period)), q.MetricStat != nil && !validPeriod(int64(api.Deref(q.MetricStat.Period))):
		return errDataPeriod
	case q.MetricStat != nil && len(q.MetricStat.Metric.Dimensions) > maxDimensions:
		return tooMany(fmt.Sprintf("metricDataQueries.%d.member.metricStat.metric.dimensions", i+1), maxDimensions)
	}
	return nil
}

// typesOf finds what queries are worth: a metric is a time series, and an
// expression must be one or an array of them.
func typesOf(queries []types.MetricDataQuery, parsed map[string]*expression.Expression) (map[string]expression.Type, error) {
	found, open := map[string]expression.Type{}, map[string]bool{}
	for _, q := range queries {
		if q.Expression == nil {
			found[api.Deref(q.Id)] = expression.OfMetric
		}
	}
	var resolve func(id string) (expression.Type, error)
	resolve = func(id string) (expression.Type, error) {
		if known, ok := found[id]; ok {
			return known, nil
		}
		if parsed[id] == nil {
			return expression.Type{}, notFound(id)
		}
		if open[id] {
			return expression.Type{}, inExpression(id, errCircular)
		}
		open[id] = true
		of, err := parsed[id].Check(resolve)
		if err == nil && !of.IsSeries() && !of.IsArray() {
			err = invalid("The expression '%s' must return a time series or array of time series.", id)
		}
		if err != nil {
			return of, inExpression(id, err)
		}
		found[id] = of
		return of, nil
	}
	for _, q := range queries {
		if _, err := resolve(api.Deref(q.Id)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// checkStats refuses what is the name of no statistic.
func checkStats(queries []types.MetricDataQuery) error {
	var wrong []*api.Error
	for i, q := range queries {
		if q.MetricStat == nil {
			continue
		}
		if name := api.Deref(q.MetricStat.Stat); !isStatistic(name) {
			wrong = append(wrong, invalid("The value %s for parameter MetricDataQueries.member.%d.MetricStat.Stat is not a valid statistic.", name, i+1))
		}
	}
	return together(wrong)
}

// inExpression is the error of an expression, in AWS's form.
func inExpression(id string, err error) error {
	if awsErr := (*api.Error)(nil); asError(err, &awsErr) {
		return awsErr
	}
	return invalid("Error in expression '%s': %s", id, err.Error())
}

// evaluate answers queries by id.
func (s *Service) evaluate(queries []types.MetricDataQuery, from, to time.Time) (map[string]expression.Value, error) {
	right, err := s.check(queries)
	if err != nil {
		return nil, err
	}
	e := &evaluation{service: s, queries: queries, checked: right, from: from, to: to, answers: map[string]expression.Value{}}
	for _, q := range queries {
		if _, err := e.answer(api.Deref(q.Id)); err != nil {
			return nil, err
		}
	}
	return e.answers, nil
}

func (e *evaluation) answer(id string) (expression.Value, error) {
	if answer, ok := e.answers[id]; ok {
		return answer, nil
	}
	for _, q := range e.queries {
		if api.Deref(q.Id) != id {
			continue
		}
		answer, err := e.evaluate(q)
		if err == nil {
			e.answers[id] = answer
		}
		return answer, err
	}
	return expression.Value{}, notFound(id)
}

func (e *evaluation) evaluate(q types.MetricDataQuery) (expression.Value, error) {
	id := api.Deref(q.Id)
	if q.MetricStat != nil {
		points, err := e.service.query(q.MetricStat, e.from, e.to)
		return expression.One(expression.Series{Label: api.Deref(q.MetricStat.Metric.MetricName), Period: int64(api.Deref(q.MetricStat.Period)), Points: points}), err
	}
	answer, err := e.checked.parsed[id].Eval(e.scope(q))
	if err != nil {
		return answer, inExpression(id, err)
	}
	return answer, nil
}

// scope is what an expression sees. Its own period is the one it states, or the
// shortest of the metrics.
func (e *evaluation) scope(q types.MetricDataQuery) *expression.Scope {
	to := e.to
	if now := e.service.Clock.Now(); now.Before(to) {
		to = now
	}
	period := int64(api.Deref(q.Period))
	for _, other := range e.queries {
		if other.MetricStat == nil || q.Period != nil {
			continue
		}
		if own := int64(api.Deref(other.MetricStat.Period)); period == 0 || own < period {
			period = own
		}
	}
	return &expression.Scope{From: e.from.Unix(), To: to.Unix(), Period: period, ID: e.answer, Metrics: e.metrics,
		Search: func(search expression.Search, statistic string, own int64) ([]expression.Series, error) {
			if own == 0 {
				own = period
			}
			if own == 0 {
				return nil, errNoPeriod
			}
			return e.service.search(search, statistic, own, e.from, e.to)
		}}
}

// metrics lists the series of the queries for metrics whose ids contain a text.
func (e *evaluation) metrics(containing string) ([]expression.Series, error) {
	var all []expression.Series
	for _, q := range e.queries {
		if q.MetricStat == nil || !strings.Contains(api.Deref(q.Id), containing) {
			continue
		}
		answer, err := e.answer(api.Deref(q.Id))
		if err != nil {
			return nil, err
		}
		list, _ := answer.Series()
		all = append(all, list...)
	}
	return all, nil
}
