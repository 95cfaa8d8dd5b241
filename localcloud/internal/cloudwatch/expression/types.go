package expression

import (
	"fmt"
	"strings"
)

// Type is what an expression is worth before there are any data: a number, a time
// series, an array of time series, or a string.
type Type struct {
	kind valueKind
	// members are the kinds of an array's members, or the one that all have.
	members []valueKind
}

// OfMetric is the type of a query for one metric.
var OfMetric = Type{kind: single}

// IsSeries tells whether a value of the type is one time series.
func (t Type) IsSeries() bool { return t.kind == single }

// IsArray tells whether a value of the type is an array of time series.
func (t Type) IsArray() bool { return t.letter() == 'A' }

// String is the type as CloudWatch names it in its refusals.
func (t Type) String() string {
	if t.kind != array {
		return t.kind.String()
	}
	names := make([]string, len(t.members))
	for i, member := range t.members {
		names[i] = member.String()
	}
	return "Array[" + strings.Join(names, ", ") + "]"
}

func (k valueKind) String() string {
	return [...]string{scalar: "Scalar", single: "TimeSeries", array: "Array", word: "String", filler: "String"}[k]
}

// letter is how signatures write a type. No signature takes an array of numbers.
func (t Type) letter() byte {
	for _, member := range t.members {
		if member != single {
			return '?'
		}
	}
	return letters[t.kind]
}

// letters are those of signatures, by kind.
const letters = "STAXR"

// The signatures of operators and functions are written with a letter for each
// argument and one for the result: S is a number, T a time series, A an array of
// time series, X a string, R one of REPEAT and LINEAR.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
var (
	arithmetic  = []string{"SS>S", "ST>T", "TS>T", "TT>T", "SA>A", "AS>A", "TA>A", "AT>A"}
	comparisons = []string{"SS>S", "ST>T", "TS>T", "TT>T"}
	negation    = []string{"S>S", "T>T", "A>A"}

	pointwiseFunction = []string{"T>T", "A>A"}
	aggregate         = []string{"T>S", "A>T"}
	calendar          = []string{"T>T"}
)

var signatures = map[string][]string{
	"ABS": pointwiseFunction, "CEIL": pointwiseFunction, "FLOOR": pointwiseFunction, "LOG": pointwiseFunction, "LOG10": pointwiseFunction,
	"DIFF": pointwiseFunction, "DIFF_TIME": pointwiseFunction, "RATE": pointwiseFunction, "RUNNING_SUM": pointwiseFunction,
	"AVG": aggregate, "MAX": aggregate, "MIN": aggregate, "STDDEV": aggregate, "SUM": aggregate, "DATAPOINT_COUNT": aggregate,
	"MINUTE": calendar, "HOUR": calendar, "DAY": calendar, "DATE": calendar, "MONTH": calendar, "YEAR": calendar, "EPOCH": calendar,
	"FILL":  {"TS>T", "TT>T", "TR>T", "AS>A", "AT>A", "AR>A"},
	"FIRST": {"A>T"}, "LAST": {"A>T"}, "METRIC_COUNT": {"A>S"}, "REMOVE_EMPTY": {"A>A"},
	"IF":      {"TT>T", "TS>T", "TTT>T", "TST>T", "TTS>T", "TSS>T", "ST>T", "STT>T"},
	"METRICS": {">A", "X>A"}, "PERIOD": {"T>S"}, "SEARCH": {"XX>A", "XXS>A"}, "TIME_SERIES": {"S>T"},
}

// Check finds the type of an expression, and refuses one that CloudWatch cannot
// evaluate whatever the data are. The types of ids are the caller's to know.
func (e *Expression) Check(ids func(id string) (Type, error)) (Type, error) {
	return checker(ids).check(e.root)
}

type checker func(id string) (Type, error)

func (c checker) check(n node) (Type, error) {
	switch n := n.(type) {
	case numberNode:
		return Type{kind: scalar}, nil
	case textNode:
		return Type{kind: word}, nil
	case idNode:
		return c(string(n))
	case listNode:
		return c.list(n)
	case unaryNode:
		return c.apply("-", negation, n.of)
	case binaryNode:
		switch n.op {
		case "+", "-", "*", "/", "^":
			return c.apply(n.op, arithmetic, n.left, n.right)
		}
		return c.apply(n.op, comparisons, n.left, n.right)
	case callNode:
		return c.call(n)
	}
	return Type{}, errSyntax
}

// list is the type of an array; arrays within it are flattened.
func (c checker) list(items listNode) (Type, error) {
	made := Type{kind: array}
	for _, n := range items {
		item, err := c.check(n)
		switch {
		case err != nil:
			return Type{}, err
		case item.kind == array:
			made.members = append(made.members, item.members...)
		default:
			made.members = append(made.members, item.kind)
		}
	}
	return made, nil
}

func (c checker) call(n callNode) (Type, error) {
	if n.function == "PERIOD" && len(n.args) == 1 {
		if _, isID := n.args[0].(idNode); !isID {
			return Type{}, fmt.Errorf("PERIOD takes the id of a metric and not the result of an expression")
		}
	}
	return c.apply(n.function, signatures[n.function], n.args...)
}

// apply finds what an operator or a function makes of its arguments.
func (c checker) apply(name string, takes []string, args ...node) (Type, error) {
	types, given := make([]string, len(args)), make([]byte, len(args))
	for i, arg := range args {
		of, err := c.argument(name, i, arg)
		if err != nil {
			return Type{}, err
		}
		types[i], given[i] = of.String(), of.letter()
	}
	for _, signature := range takes {
		if result, ok := strings.CutPrefix(signature, string(given)+">"); ok {
			return ofLetter(result), nil
		}
	}
	return Type{}, fmt.Errorf("Unsupported operand type(s) for %s: '[%s]'", name, strings.Join(types, ", "))
}

// ofLetter is the type that a signature's letter stands for.
func ofLetter(letter string) Type {
	t := Type{kind: valueKind(strings.Index(letters, letter))}
	if t.kind == array {
		t.members = []valueKind{single}
	}
	return t
}

// argument is the type of an argument. The words that FILL takes look like ids.
func (c checker) argument(function string, place int, arg node) (Type, error) {
	if isFiller(function, place, arg) {
		return Type{kind: filler}, nil
	}
	return c.check(arg)
}

func isFiller(function string, place int, arg node) bool {
	id, ok := arg.(idNode)
	return ok && function == "FILL" && place == 1 && (id == "REPEAT" || id == "LINEAR")
}
