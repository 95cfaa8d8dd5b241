package expression

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// scope has three series over the minutes 0, 1 and 2.
func scope() *Scope {
	all := map[string]Series{
		"errors":      {Label: "Errors", Period: 60, Points: map[int64]float64{0: 3, 60: 1}},
		"invocations": {Label: "Invocations", Period: 60, Points: map[int64]float64{0: 60, 60: 0, 120: 10}},
		"empty":       {Label: "Empty", Period: 60, Points: map[int64]float64{}},
	}
	return &Scope{
		From: 0, To: 180, Period: 60,
		ID: func(id string) (Value, error) {
			s, ok := all[id]
			if !ok {
				return Value{}, fmt.Errorf("ID '%s' not found", id)
			}
			return One(s), nil
		},
		Metrics: func(containing string) ([]Series, error) {
			var found []Series
			for _, id := range slices.Sorted(maps.Keys(all)) {
				if strings.Contains(id, containing) {
					found = append(found, all[id])
				}
			}
			return found, nil
		},
		Search: func(search Search, statistic string, period int64) ([]Series, error) {
			s := Series{Label: statistic, Period: period, Points: map[int64]float64{0: float64(period)}}
			if !search.Match(Metric{Namespace: "N", Name: "Errors"}) {
				return nil, nil
			}
			return []Series{s}, nil
		},
	}
}

// show writes a value's series as {minute:value ...}, those of an array in
// brackets.
func show(v Value) string {
	list, isArray := v.Series()
	if v.kind == scalar {
		return fmt.Sprint(v.number)
	}
	parts := make([]string, len(list))
	for i, s := range list {
		var b strings.Builder
		for _, start := range starts(s) {
			fmt.Fprintf(&b, " %d:%v", start/60, math.Round(s.Points[start]*1000)/1000)
		}
		parts[i] = "{" + strings.TrimSpace(b.String()) + "}"
	}
	if isArray {
		return "[" + strings.Join(parts, " ") + "]"
	}
	return strings.Join(parts, "")
}

// read reads and checks an expression over the series of scope.
func read(text string) (*Expression, error) {
	parsed, err := Parse(text)
	if err != nil {
		return nil, err
	}
	_, err = parsed.Check(func(id string) (Type, error) {
		if _, err := scope().ID(id); err != nil {
			return Type{}, err
		}
		return OfMetric, nil
	})
	return parsed, err
}

func TestExpressions(t *testing.T) {
	tests := []struct{ expression, want string }{
		{"errors + 1", "{0:4 1:2}"},
		{"errors / invocations", "{0:0.05 2:0}"}, // no division by zero; what a side lacks is 0
		{"100 * (invocations - FILL(errors, 0))/2", "{0:2850 1:-50 2:500}"},
		{"-errors ^ 2", "{0:-9 1:-1}"},
		{"2 ^ 3 ^ 2", "512"},
		{"-2 - -3 * 2", "4"},
		{"1.5e1 + .5", "15.5"},
		{"errors > 2", "{0:1 1:0}"},
		{"errors < invocations", "{0:1 1:0 2:1}"},
		{"errors >= 1 AND invocations != 0", "{0:1 1:0 2:0}"},
		{"errors == 3 || errors == 1", "{0:1 1:1}"},
		{"1 < 2 == 1", "1"},
		{"IF(invocations > 0, errors / invocations, 0)", "{0:0.05 1:0 2:0}"},
		{"IF(errors > 2, errors)", "{0:3}"},
		{"IF(invocations, errors, 5)", "{0:3 1:5 2:0}"},
		{"IF(invocations, 7, errors)", "{0:7 1:1 2:7}"},
		{"IF(1, errors, invocations)", "{0:3 1:1}"},
		{"IF(0, errors)", "{}"},
		{"FILL(errors, 0)", "{0:3 1:1 2:0}"},
		{"FILL(errors, REPEAT)", "{0:3 1:1 2:1}"},
		{"FILL(DIFF(invocations), LINEAR)", "{1:-60 2:10}"},
		{"FILL(errors, invocations)", "{0:3 1:1 2:10}"},
		{"FILL(empty, 7)", "{0:7 1:7 2:7}"},
		{"SUM([errors, invocations])", "{0:63 1:1 2:10}"},
		{"AVG([errors, invocations])", "{0:31.5 1:0.5 2:5}"}, // what is missing is 0
		{"MIN([errors, invocations])", "{0:3 1:0 2:10}"},
		{"MAX([errors, [invocations, empty]])", "{0:60 1:1 2:10}"},
		{"STDDEV([errors, invocations])", "{0:28.5 1:0.5 2:5}"},
		{"SUM(100/[errors, invocations])", "{0:35 1:100 2:10}"},
		{"SUM(-[errors, invocations])", "{0:-63 1:-1 2:-10}"},
		{"SUM(METRICS())", "{0:63 1:1 2:10}"},
		{"SUM(METRICS(\"err\"))", "{0:3 1:1}"},
		{"METRICS('i') * 2", "[{0:120 1:0 2:20}]"},
		{"invocations - MIN(invocations) + SUM(errors)", "{0:64 1:4 2:14}"},
		{"AVG(errors) + MAX(errors)", "5"},
		{"ABS(errors - 3)", "{0:0 1:2}"},
		{"CEIL(errors / 2) + FLOOR(errors / 2)", "{0:3 1:1}"},
		{"RATE(invocations) * 60", "{1:-60 2:10}"},
		{"DIFF_TIME(invocations)", "{1:60 2:60}"},
		{"RUNNING_SUM(errors)", "{0:3 1:4}"},
		{"PERIOD(errors) * DATAPOINT_COUNT(errors)", "120"},
		{"DATAPOINT_COUNT([errors, invocations])", "{0:2 1:2 2:1}"},
		{"errors / PERIOD(errors)", "{0:0.05 1:0.017}"},
		{"TIME_SERIES(4) + errors", "{0:7 1:5 2:4}"},
		{"HOUR(errors) + DAY(errors)", "{0:4 1:4}"}, // 1 January 1970 was a Thursday
		{"FIRST([errors, invocations])", "{0:3 1:1}"},
		{"METRIC_COUNT(REMOVE_EMPTY(METRICS()))", "2"},
		{`SEARCH('{N} MetricName="Errors"', 'Sum', 60)`, "[{0:60}]"},
		{`SUM(SEARCH(' {N} MetricName="Errors" ', "p99"))`, "{0:0}"},
		{`SEARCH('{M} MetricName="Errors"', 'Sum', 60)`, "[]"},
		{"LOG10(10 * errors / errors)", "{0:1 1:1}"},
	}
	for _, test := range tests {
		parsed, err := read(test.expression)
		if err != nil {
			t.Errorf("%s: %v", test.expression, err)
			continue
		}
		v, err := parsed.Eval(scope())
		if got := show(v); err != nil || got != test.want {
			t.Errorf("%s = %s, %v, want %s", test.expression, got, err, test.want)
		}
	}
}

// The texts on types were answered by AWS for MAX([m1, 1]) and MAX(m1, 1).
func TestExpressionsThatAreRefused(t *testing.T) {
	tests := []struct{ expression, want string }{
		{"", "Invalid syntax"},
		{"errors +", "Invalid syntax"},
		{"errors % 2", "Invalid syntax"},
		{"(errors", "Invalid syntax"},
		{"errors errors", "Invalid syntax"},
		{"[]", "Invalid syntax"},
		{"SUM([errors,])", "Invalid syntax"},
		{"SEARCH('x)", "Invalid syntax"},
		{strings.Repeat("(", 10_000), "Invalid syntax"},
		{strings.Repeat("-", 10_000) + "1", "Invalid syntax"},
		{"latency", "ID 'latency' not found"},
		{"ANOMALY_DETECTOR(errors)", "Function 'ANOMALY_DETECTOR' not found"},
		{"ANOMALY_DETECTION_BAND(errors)", "The local cloud does not support the function 'ANOMALY_DETECTION_BAND'"},
		{"SORT(METRICS(), AVG, DESC)", "The local cloud does not support the function 'SORT'"},
		{"100 * errors / MAX([invocations, 1])", "Unsupported operand type(s) for MAX: '[Array[TimeSeries, Scalar]]'"},
		{"MAX(invocations, 1)", "Unsupported operand type(s) for MAX: '[TimeSeries, Scalar]'"},
		{"SUM(errors, invocations)", "Unsupported operand type(s) for SUM: '[TimeSeries, TimeSeries]'"},
		{"SUM()", "Unsupported operand type(s) for SUM: '[]'"},
		{"RATE(1)", "Unsupported operand type(s) for RATE: '[Scalar]'"},
		{"ABS(-1)", "Unsupported operand type(s) for ABS: '[Scalar]'"},
		{"HOUR([errors, invocations])", "Unsupported operand type(s) for HOUR: '[Array[TimeSeries, TimeSeries]]'"},
		{"METRICS() + METRICS()", "Unsupported operand type(s) for +: '[Array[TimeSeries], Array[TimeSeries]]'"},
		{"METRICS() > 1", "Unsupported operand type(s) for >: '[Array[TimeSeries], Scalar]'"},
		{"[errors, 1] * 2", "Unsupported operand type(s) for *: '[Array[TimeSeries, Scalar], Scalar]'"},
		{"errors + 'x'", "Unsupported operand type(s) for +: '[TimeSeries, String]'"},
		{"IF(METRICS(), 1, 0)", "Unsupported operand type(s) for IF: '[Array[TimeSeries], Scalar, Scalar]'"},
		{"IF(1, 2, 3)", "Unsupported operand type(s) for IF: '[Scalar, Scalar, Scalar]'"},
		{"FILL(errors, 'MEAN')", "Unsupported operand type(s) for FILL: '[TimeSeries, String]'"},
		{"FILL(1, 0)", "Unsupported operand type(s) for FILL: '[Scalar, Scalar]'"},
		{"PERIOD(errors + 1)", "PERIOD takes the id of a metric and not the result of an expression"},
		{"SEARCH('{N', 'Sum')", "The local cloud supports searches of the form {Namespace,Dimension} Property=\"value\" alone"},
		{"SEARCH('{N} errors', 'Sum')", "The local cloud supports searches of the form {Namespace,Dimension} Property=\"value\" alone"},
	}
	for _, test := range tests {
		parsed, err := read(test.expression)
		if err == nil {
			_, err = parsed.Eval(scope())
		}
		if err == nil || err.Error() != test.want {
			t.Errorf("%.40s: error %v, want %s", test.expression, err, test.want)
		}
	}
}

func TestEveryFunctionHasASignature(t *testing.T) {
	for name := range functions() {
		if len(signatures[name]) == 0 {
			t.Errorf("%s has none", name)
		}
	}
	if len(signatures) != len(functions()) {
		t.Errorf("%d signatures for %d functions", len(signatures), len(functions()))
	}
}

func TestSearches(t *testing.T) {
	lambda := Metric{Namespace: "AWS/Lambda", Name: "ConcurrentExecutions", Dimensions: []Dimension{{"FunctionName", "shop-checkout2"}, {"Resource", "shop-checkout2:prod"}}}
	tests := map[string]bool{
		`{AWS/Lambda,Resource,FunctionName}`:                                                                  true,
		`{AWS/Lambda,FunctionName}`:                                                                           false, // dimension sets are exact
		`{"AWS/Lambda", "FunctionName","Resource"} MetricName="ConcurrentExecutions"`:                         true,
		`{AWS/Lambda,FunctionName,Resource} MetricName="concurrent"`:                                          false,
		`{AWS/Lambda,FunctionName,Resource} FunctionName="shop-checkout2" AND Resource="shop-checkout2:prod"`: true,
		`{AWS/Lambda,FunctionName,Resource} FunctionName="shop-checkout2" Resource="staging"`:                 false,
	}
	for text, want := range tests {
		parsed, err := ParseSearch(text)
		if err != nil || parsed.Match(lambda) != want {
			t.Errorf("%s: error %v, or found is not %v", text, err, want)
		}
	}
	for _, text := range []string{"", "{", "{}", `{A} "a`, "{A} a", "a", `{A} B="b" OR B="c"`, `{A} NOT B="b"`, `{A} B=("b" OR "c")`} {
		if _, err := ParseSearch(text); err == nil {
			t.Errorf("%.20q was read", text)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"100 * errors / MAX([invocations, 1])", "PERIOD(errors) / SUM(-METRICS())", "IF(errors > 2 AND 1, -errors ^ 2, FILL(errors, REPEAT))",
		`SUM(SEARCH('{N,D} MetricName="a"', 'p99.9', 60))`, "METRICS(\"e\") + RATE(empty)", "AVG([[1, errors], 2e3])", "LAST(METRICS()) == .5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := read(text)
		if err != nil {
			return
		}
		v, err := parsed.Eval(scope())
		if err != nil {
			return
		}
		list, _ := v.Series()
		for _, s := range list {
			for _, point := range s.Points {
				if math.IsNaN(point) || math.IsInf(point, 0) {
					t.Fatalf("%q has the point %v", text, point)
				}
			}
		}
	})
}

func FuzzSearch(f *testing.F) {
	f.Add(`{AWS/Lambda,"A b"} MetricName="x" AND NOT (a OR b) c=(d OR "e")`)
	f.Fuzz(func(_ *testing.T, text string) {
		if parsed, err := ParseSearch(text); err == nil {
			parsed.Match(Metric{Namespace: "AWS/Lambda", Name: "X1y", Dimensions: []Dimension{{"A b", "c"}}})
		}
	})
}
