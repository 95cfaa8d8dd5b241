package expression

import (
	"fmt"
	"math"
)

// Scope is what an expression can see.
type Scope struct {
	// From and To bound the periods that functions may make, in Unix seconds: To
	// is the end of the question, and no later than now.
	From, To int64
	// Period of series that come from no metric, in seconds.
	Period int64
	// ID finds the value of a query by its id.
	ID func(id string) (Value, error)
	// Metrics lists the series of the queries for metrics, those whose ids
	// contain a text if there is one.
	Metrics func(containing string) ([]Series, error)
	// Search finds the series of a SEARCH. A period of 0 is the query's own.
	Search func(search Search, statistic string, period int64) ([]Series, error)
}

// Eval evaluates an expression that Check found right.
func (e *Expression) Eval(scope *Scope) (Value, error) { return scope.eval(e.root) }

func (s *Scope) eval(n node) (Value, error) {
	switch n := n.(type) {
	case numberNode:
		return num(float64(n)), nil
	case textNode:
		return Value{kind: word, text: string(n)}, nil
	case idNode:
		return s.ID(string(n))
	case listNode:
		return s.evalList(n)
	case callNode:
		return s.call(n)
	case unaryNode:
		of, err := s.eval(n.of)
		if err != nil {
			return Value{}, err
		}
		return pointwise(of, func(x float64) float64 { return -x })
	case binaryNode:
		left, err := s.eval(n.left)
		if err != nil {
			return Value{}, err
		}
		right, err := s.eval(n.right)
		if err != nil {
			return Value{}, err
		}
		return combine(left, right, operators[n.op]), nil
	}
	return Value{}, errSyntax
}

// evalList makes an array; arrays within it are flattened.
func (s *Scope) evalList(list listNode) (Value, error) {
	out := Value{kind: array}
	for _, n := range list {
		item, err := s.eval(n)
		if err != nil {
			return Value{}, err
		}
		out.series = append(out.series, item.series...)
	}
	return out, nil
}

// operators by name. Zero is false and all else true; comparisons answer 1 or 0.
var operators = map[string]func(a, b float64) float64{
	"+":   func(a, b float64) float64 { return a + b },
	"-":   func(a, b float64) float64 { return a - b },
	"*":   func(a, b float64) float64 { return a * b },
	"/":   func(a, b float64) float64 { return a / b },
	"^":   math.Pow,
	"==":  func(a, b float64) float64 { return truth(a == b) },
	"!=":  func(a, b float64) float64 { return truth(a != b) },
	"<":   func(a, b float64) float64 { return truth(a < b) },
	"<=":  func(a, b float64) float64 { return truth(a <= b) },
	">":   func(a, b float64) float64 { return truth(a > b) },
	">=":  func(a, b float64) float64 { return truth(a >= b) },
	"AND": func(a, b float64) float64 { return truth(a != 0 && b != 0) },
	"&&":  func(a, b float64) float64 { return truth(a != 0 && b != 0) },
	"OR":  func(a, b float64) float64 { return truth(a != 0 || b != 0) },
	"||":  func(a, b float64) float64 { return truth(a != 0 || b != 0) },
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func (s *Scope) call(n callNode) (Value, error) {
	args := make([]Value, len(n.args))
	for i, arg := range n.args {
		if isFiller(n.function, i, arg) {
			args[i] = Value{kind: filler, text: string(arg.(idNode))}
			continue
		}
		var err error
		if args[i], err = s.eval(arg); err != nil {
			return Value{}, err
		}
	}
	return functions()[n.function](s, args)
}

// known refuses a call of a function that there is not.
func known(call callNode) (node, error) {
	if elsewhere[call.function] {
		return nil, fmt.Errorf("The local cloud does not support the function '%s'", call.function)
	}
	if _, ok := signatures[call.function]; !ok {
		return nil, fmt.Errorf("Function '%s' not found", call.function)
	}
	return call, nil
}

// elsewhere are AWS's functions that are not here.
var elsewhere = map[string]bool{
	"ANOMALY_DETECTION_BAND": true, "DB_PERF_INSIGHTS": true, "INSIGHT_RULE_METRIC": true, "LAMBDA": true, "SERVICE_QUOTA": true,
	"SLICE": true, "SORT": true,
}
