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

// Eval evaluates an expression. What an expression may be worth is its user's to
// judge.
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
		return combine(left, right, operators[n.op])
	}
	return Value{}, errSyntax
}

// evalList makes an array; arrays within it are flattened.
func (s *Scope) evalList(list listNode) (Value, error) {
	out := Value{kind: array}
	for _, n := range list {
		item, err := s.eval(n)
		switch {
		case err != nil:
			return Value{}, err
		case item.kind == word:
			return Value{}, errSyntax
		case item.kind == array:
			out.array = append(out.array, item.array...)
		default:
			out.array = append(out.array, item)
		}
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
	f := functions()[n.function] // known, or it would not have been read
	args := make([]Value, len(n.args))
	for i, arg := range n.args {
		// The words that FILL takes look like ids.
		if id, ok := arg.(idNode); ok && n.function == "FILL" && i == 1 && (id == "REPEAT" || id == "LINEAR") {
			args[i] = Value{kind: word, text: string(id)}
			continue
		}
		var err error
		if args[i], err = s.eval(arg); err != nil {
			return Value{}, err
		}
	}
	return f.do(s, args)
}

// known refuses a call of a function that there is not, or with a number of
// arguments that it does not take.
func known(call callNode) (node, error) {
	if elsewhere[call.function] {
		return nil, fmt.Errorf("The local cloud does not support the function '%s'", call.function)
	}
	f, ok := functions()[call.function]
	switch {
	case !ok:
		return nil, fmt.Errorf("Function '%s' not found", call.function)
	case len(call.args) < f.least || len(call.args) > f.most:
		return nil, fmt.Errorf("Function '%s' does not take %d arguments", call.function, len(call.args))
	}
	return call, nil
}

// elsewhere are AWS's functions that need services or data that are not here.
var elsewhere = map[string]bool{
	"ANOMALY_DETECTION_BAND": true, "INSIGHT_RULE_METRIC": true, "LAMBDA": true, "SERVICE_QUOTA": true, "DB_PERF_INSIGHTS": true,
}
