package cloudwatch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
)

// evaluate answers queries by id, expressions among them.
func (s *Service) evaluate(queries []types.MetricDataQuery, from, to time.Time) (map[string]points, error) {
	answers := map[string]points{}
	for _, q := range queries {
		if q.MetricStat == nil {
			continue
		}
		answer, err := s.query(q.MetricStat, from, to)
		if err != nil {
			return nil, err
		}
		answers[deref(q.Id)] = answer
	}
	for _, q := range queries {
		if q.MetricStat != nil {
			continue
		}
		answer, err := compute(deref(q.Expression), answers)
		if err != nil {
			return nil, err
		}
		answers[deref(q.Id)] = answer
	}
	return answers, nil
}

// compute evaluates metric math: + - * / and parentheses over ids and numbers,
// FILL, MAX and MIN. But for the brackets around a list its grammar is within
// Go's, whose parser reads it.
func compute(expression string, answers map[string]points) (points, error) {
	tree, err := parser.ParseExpr(strings.NewReplacer("[", "", "]", "").Replace(expression))
	if err != nil {
		return nil, mathError(expression, "it cannot be read")
	}
	value, err := operand(tree, expression, answers)
	if err != nil {
		return nil, err
	}
	if value.series == nil {
		return nil, mathError(expression, "its value is a number and not a series")
	}
	return value.series, nil
}

func mathError(expression, why string) error {
	return api.Errorf("ValidationError", "Error in expression %q: %s. The local cloud knows + - * /, FILL, MAX and MIN.", expression, why)
}

// value is a series, or a number that stands for every period.
type value struct {
	series points
	number float64
}

func operand(tree ast.Expr, expression string, answers map[string]points) (value, error) {
	switch node := tree.(type) {
	case *ast.ParenExpr:
		return operand(node.X, expression, answers)
	case *ast.BasicLit:
		number, err := strconv.ParseFloat(node.Value, 64)
		if err != nil {
			return value{}, mathError(expression, node.Value+" is no number")
		}
		return value{number: number}, nil
	case *ast.Ident:
		series, ok := answers[node.Name]
		if !ok {
			return value{}, mathError(expression, "it names "+node.Name+", which is no id before it")
		}
		return value{series: series}, nil
	case *ast.CallExpr:
		return call(node, expression, answers)
	case *ast.BinaryExpr:
		left, err := operand(node.X, expression, answers)
		if err != nil {
			return value{}, err
		}
		right, err := operand(node.Y, expression, answers)
		if err != nil {
			return value{}, err
		}
		return combine(node.Op, left, right, expression)
	}
	return value{}, mathError(expression, "it has a form that is not known here")
}

func combine(op token.Token, left, right value, expression string) (value, error) {
	apply, ok := map[token.Token]func(a, b float64) float64{
		token.ADD: func(a, b float64) float64 { return a + b },
		token.SUB: func(a, b float64) float64 { return a - b },
		token.MUL: func(a, b float64) float64 { return a * b },
		token.QUO: func(a, b float64) float64 { return a / b },
	}[op]
	if !ok {
		return value{}, mathError(expression, "it uses "+op.String())
	}
	if left.series == nil && right.series == nil {
		return value{number: apply(left.number, right.number)}, nil
	}
	starts := left.series
	if starts == nil {
		starts = right.series
	}
	result := points{}
	for start := range starts {
		a, inLeft := at(left, start)
		b, inRight := at(right, start)
		// A period that either side lacks has no value, and neither has a
		// division by zero.
		if combined := apply(a, b); inLeft && inRight && !math.IsNaN(combined) && !math.IsInf(combined, 0) {
			result[start] = combined
		}
	}
	return value{series: result}, nil
}

func at(v value, start int64) (float64, bool) {
	if v.series == nil {
		return v.number, true
	}
	number, ok := v.series[start]
	return number, ok
}

// call evaluates FILL(series, number), and MAX and MIN of a list, which take the
// greatest or least of its members period by period.
func call(node *ast.CallExpr, expression string, answers map[string]points) (value, error) {
	name, ok := node.Fun.(*ast.Ident)
	if !ok || len(node.Args) == 0 {
		return value{}, mathError(expression, "it calls something that is no function")
	}
	arguments := make([]value, len(node.Args))
	for i, arg := range node.Args {
		argument, err := operand(arg, expression, answers)
		if err != nil {
			return value{}, err
		}
		arguments[i] = argument
	}
	switch {
	case name.Name == "FILL" && len(arguments) == 2:
		return fill(arguments[0], arguments[1].number, answers), nil
	case name.Name == "MAX":
		return extreme(arguments, math.Max), nil
	case name.Name == "MIN":
		return extreme(arguments, math.Min), nil
	}
	return value{}, mathError(expression, "it calls "+name.Name+", which is not known here")
}

// fill gives a number to the periods that another series has and this lacks.
func fill(series value, number float64, answers map[string]points) value {
	filled := maps.Clone(series.series)
	if filled == nil {
		filled = points{}
	}
	for _, other := range answers {
		for start := range other {
			if _, ok := filled[start]; !ok {
				filled[start] = number
			}
		}
	}
	return value{series: filled}
}

func extreme(arguments []value, choose func(a, b float64) float64) value {
	result := points{}
	for _, argument := range arguments {
		for start := range argument.series {
			result[start] = math.NaN()
		}
	}
	for start := range result {
		for _, argument := range arguments {
			if number, ok := at(argument, start); ok {
				if math.IsNaN(result[start]) {
					result[start] = number
				}
				result[start] = choose(result[start], number)
			}
		}
	}
	return value{series: result}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
