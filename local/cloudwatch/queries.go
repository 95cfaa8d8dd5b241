package cloudwatch

import (
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
	"weir/local/cloudwatch/expression"
)

// evaluation answers the queries of one question, expressions among them. An
// expression may name queries that come after it.
type evaluation struct {
	service  *Service
	queries  []types.MetricDataQuery
	parsed   map[string]*expression.Expression
	from, to time.Time
	answers  map[string]expression.Value
	open     map[string]bool // being evaluated
}

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// validate checks the form of queries as CloudWatch does, before any is answered.
func (s *Service) validate(queries []types.MetricDataQuery) (map[string]*expression.Expression, error) {
	parsed, seen := map[string]*expression.Expression{}, map[string]bool{}
	for i, q := range queries {
		id := deref(q.Id)
		switch {
		case !queryID.MatchString(id):
			return nil, invalid("The value %s for parameter MetricDataQueries.member.%d.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", id, i+1)
		case seen[id]:
			return nil, invalid("The values for parameter id in MetricDataQueries are not unique.")
		case q.AccountId != nil && *q.AccountId != s.Env.Account:
			return nil, invalid("The local cloud has no metrics of account %s.", *q.AccountId)
		case q.Expression != nil && q.MetricStat != nil:
			return nil, invalid("The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both.")
		case q.Expression == nil && (q.MetricStat == nil || q.MetricStat.Metric == nil):
			return nil, invalid("The parameter MetricDataQueries.member.%d.MetricStat is required.\n", i+1)
		}
		seen[id] = true
		if q.Expression == nil {
			continue
		}
		if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(*q.Expression)), "SELECT ") {
			return nil, invalid("The local cloud does not support Metrics Insights queries (%s).", id)
		}
		one, err := expression.Parse(*q.Expression)
		if err != nil {
			return nil, inExpression(id, err)
		}
		parsed[id] = one
	}
	return parsed, checkStats(queries)
}

// checkStats refuses what is the name of no statistic.
func checkStats(queries []types.MetricDataQuery) error {
	var wrong []*api.Error
	for i, q := range queries {
		if q.MetricStat == nil {
			continue
		}
		if name := deref(q.MetricStat.Stat); !isStatistic(name) {
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
	parsed, err := s.validate(queries)
	if err != nil {
		return nil, err
	}
	e := &evaluation{service: s, queries: queries, parsed: parsed, from: from, to: to, answers: map[string]expression.Value{}, open: map[string]bool{}}
	for _, q := range queries {
		if _, err := e.answer(deref(q.Id)); err != nil {
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
		if deref(q.Id) != id {
			continue
		}
		answer, err := e.evaluate(q)
		if err == nil {
			e.answers[id] = answer
		}
		return answer, err
	}
	return expression.Value{}, invalid("ID '%s' not found", id)
}

func (e *evaluation) evaluate(q types.MetricDataQuery) (expression.Value, error) {
	id := deref(q.Id)
	if q.MetricStat != nil {
		points, err := e.service.query(q.MetricStat, e.from, e.to)
		return expression.One(expression.Series{Label: deref(q.MetricStat.Metric.MetricName), Period: int64(deref(q.MetricStat.Period)), Points: points}), err
	}
	if e.open[id] {
		return expression.Value{}, inExpression(id, errCircular)
	}
	e.open[id] = true
	defer delete(e.open, id)
	for _, other := range e.parsed[id].IDs() {
		if !e.has(other) && other != "REPEAT" && other != "LINEAR" {
			return expression.Value{}, inExpression(id, notFound(other))
		}
	}
	answer, err := e.parsed[id].Eval(e.scope(q))
	if err != nil {
		return answer, inExpression(id, err)
	}
	if list, isArray := answer.Series(); len(list) == 0 && !isArray {
		return answer, invalid("The expression '%s' must return a time series or array of time series.", id)
	}
	return answer, nil
}

func (e *evaluation) has(id string) bool {
	for _, q := range e.queries {
		if deref(q.Id) == id {
			return true
		}
	}
	return false
}

// scope is what an expression sees. Its own period is the one it states, or the
// shortest of the metrics.
func (e *evaluation) scope(q types.MetricDataQuery) *expression.Scope {
	to := e.to
	if now := e.service.Clock.Now(); now.Before(to) {
		to = now
	}
	period := int64(deref(q.Period))
	for _, other := range e.queries {
		if other.MetricStat == nil || q.Period != nil {
			continue
		}
		if own := int64(deref(other.MetricStat.Period)); period == 0 || own < period {
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
		if q.MetricStat == nil || !strings.Contains(deref(q.Id), containing) {
			continue
		}
		answer, err := e.answer(deref(q.Id))
		if err != nil {
			return nil, err
		}
		list, _ := answer.Series()
		all = append(all, list...)
	}
	return all, nil
}
