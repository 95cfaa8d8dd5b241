package jsonata_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/localcloud/internal/jsonata"
	"weir/localcloud/internal/ordered"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func engine() *jsonata.Engine {
	return jsonata.New(jsonata.Options{Now: func() time.Time { return now }, Limit: 20 * time.Second})
}

const data = `{"name":"Ann","n":5,"s":"a,b","arr":[1,2,3],"obj":{"a":1,"b":{"c":2}},"empty":[],"null":null,
 "orders":[{"id":1,"total":10,"open":true,"lines":[{"sku":"x","q":2},{"sku":"y","q":1}]},{"id":2,"total":30,"open":false,"lines":[{"sku":"x","q":5}]},{"id":3,"total":20,"open":true,"lines":[]}]}`

func eval(t testing.TB, e *jsonata.Engine, source string) (string, error) {
	t.Helper()
	input, err := ordered.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	s := e.Session(jsonata.Values{
		"states": jsonata.Values{"input": input, "context": ordered.New().Set("State", ordered.New().Set("Name", "S"))},
		"order":  ordered.New().Set("id", 7.0), "limit": 3.0,
	})
	defer s.Close()
	value, defined, err := s.Eval(source)
	if err != nil || !defined {
		return "", err
	}
	return ordered.Encode(value), nil
}

// The behaviours are those of https://docs.jsonata.org; i stands for the input.
func TestLanguage(t *testing.T) {
	e := engine()
	for _, tt := range []struct{ source, want string }{
		// paths, predicates, sequences
		{`$states.input.name`, `"Ann"`},
		{`$states.input.obj.b.c`, `2`},
		{`$states.input.missing`, ``},
		{"$states.input.`null`", `null`},
		{`$states.input.arr[0]`, `1`},
		{`$states.input.arr[-1]`, `3`},
		{`$states.input.arr[9]`, ``},
		{`$states.input.arr[[0..1]]`, `[1,2]`},
		{`$states.input.empty`, `[]`},
		{`$states.input.orders.total`, `[10,30,20]`},
		{`$states.input.orders[open].id`, `[1,3]`},
		{`$states.input.orders[id=2].total`, `30`},
		{`$states.input.orders[id=2].total[]`, `[30]`},
		{`$states.input.orders.lines.sku`, `["x","y","x"]`},
		{`$states.input.orders^(>total).id`, `[2,3,1]`},
		{`$states.input.orders^($string(open), <total).id`, `[2,1,3]`},
		{`$states.input.obj.*`, `[1,{"c":2}]`},
		{`$states.input.**.c`, `2`},
		{`$states.input.orders.lines.%.id`, `[1,1,2]`},
		{`$states.input.orders#$i[open].{"i":$i,"id":id}`, `[{"i":0,"id":1},{"i":2,"id":3}]`},
		{`$states.input.orders@$o.$o.lines.(sku & $o.id)`, `["x1","y1","x2"]`},
		{"$states.input.`name`", `"Ann"`},
		// operators
		{`1 + 2 * 3 - 4 / 2`, `5`},
		{`7 % 4`, `3`},
		{`-$states.input.n`, `-5`},
		{`"a" & 1 & true & null`, `"a1truenull"`},
		{`$states.input.n = 5 and $not(false) or false`, `true`},
		{`1 != 2`, `true`},
		{`"b" > "a"`, `true`},
		{`2 in [1,2]`, `true`},
		{`[1..5]`, `[1,2,3,4,5]`},
		{`$states.input.n > 3 ? "big" : "small"`, `"big"`},
		{`$states.input.missing ? 1`, ``},
		{`{"a":[1,{"b":$states.input.n}]}`, `{"a":[1,{"b":5}]}`},
		{`$states.input.orders{$string(open): $sum(total)}`, `{"true":30,"false":30}`},
		{`$states.input.obj ~> |$|{"a":9},"b"|`, `{"a":9}`},
		{`$states.input.name ~> $uppercase ~> $length`, `3`},
		// variables, functions, recursion
		{`$order.id + $limit`, `10`},
		{`$states.context.State.Name`, `"S"`},
		{`($x := 2; $y := $x * 3; $x + $y)`, `8`},
		{`($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(5))`, `120`},
		{`($f := function($n, $a) { $n = 0 ? $a : $f($n - 1, $a + $n) }; $f(500, 0))`, `125250`},
		{`($add := function($a, $b) { $a + $b }; $inc := $add(?, 1); $inc(4))`, `5`},
		{`$map([1,2,3], function($v, $i) { $v * $i })`, `[0,2,6]`},
		{`$filter([1,2,3,4], function($v) { $v % 2 = 0 })`, `[2,4]`},
		{`$reduce([1,2,3], function($a, $b) { $a + $b }, 10)`, `16`},
		{`$single([1,2,3], function($v) { $v = 2 })`, `2`},
		{`$sift({"a":1,"b":2}, function($v) { $v > 1 })`, `{"b":2}`},
		{`$each({"a":1}, function($v, $k) { $k & $v })`, `"a1"`},
		// string functions
		{`$substring("hello", 1, 3)`, `"ell"`},
		{`$substringBefore("a-b", "-") & $substringAfter("a-b", "-")`, `"ab"`},
		{`$lowercase("AB") & $uppercase("ab") & $trim("  a  b ")`, `"abABa b"`},
		{`$pad("x", -3, "#") & $pad("x", 3)`, `"##xx  "`},
		{`$contains("abc", /b./)`, `true`},
		{`$split($states.input.s, ",")`, `["a","b"]`},
		{`$join(["a","b"], "-")`, `"a-b"`},
		{`$replace("2026-01", /(\d+)-(\d+)/, "$2/$1")`, `"01/2026"`},
		{`$match("ab12", /[a-z]+/).match`, `"ab"`},
		{`$base64decode($base64encode("weir"))`, `"weir"`},
		{`$encodeUrlComponent("a b&c")`, `"a%20b%26c"`},
		{`$string({"a":1})`, `"{\"a\":1}"`},
		{`$formatNumber(12345.6, "#,##0.00")`, `"12,345.60"`},
		{`$formatBase(255, 16)`, `"ff"`},
		{`$formatInteger(12, "w")`, `"twelve"`},
		{`$parseInteger("twelve", "w")`, `12`},
		// numbers, aggregation, arrays, objects
		{`$number("0x1f") + $abs(-1) + $floor(1.9) + $ceil(1.1) + $round(2.5) + $power(2, 3) + $sqrt(9)`, `48`},
		{`[$sum([1,2]), $max([1,2]), $min([1,2]), $average([1,2])]`, `[3,2,1,1.5]`},
		{`$count($states.input.orders)`, `3`},
		{`$append([1],[2])`, `[1,2]`},
		{`$sort([3,1,2])`, `[1,2,3]`},
		{`$reverse([1,2])`, `[2,1]`},
		{`$distinct([1,1,2])`, `[1,2]`},
		{`$zip([1,2],["a","b"])`, `[[1,"a"],[2,"b"]]`},
		{`$keys($states.input.obj)`, `["a","b"]`},
		{`$lookup({"a":1}, "a")`, `1`},
		{`$spread({"a":1,"b":2})`, `[{"a":1},{"b":2}]`},
		{`$merge([{"a":1},{"b":2}])`, `{"a":1,"b":2}`},
		{`$exists($states.input."null") and $boolean([0]) = false and $not(0)`, `true`},
		{`$type($states.input."null") & $type([]) & $type({})`, `"nullarrayobject"`},
		// time is cloud time
		{`$now()`, `"2026-01-02T03:04:05.000Z"`},
		{`$millis()`, `1767323045000`},
		{`$fromMillis(0, "[Y]-[M01]-[D01]")`, `"1970-01-01"`},
		{`$toMillis("1970-01-01T00:00:01Z")`, `1000`},
		// what Step Functions adds
		{`$parse("{\"a\":1}").a`, `1`},
		{`$partition([1,2,3,4,5], 2)`, `[[1,2],[3,4],[5]]`},
		{`$range(0, 6, 2)`, `[0,2,4,6]`},
		{`$range(0, 5, 2)`, `[0,2,4]`},
		{`$range(3, 1, -1)`, `[3,2,1]`},
		{`$hash("input", "SHA-1")`, `"140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"`},
		{`$hash("input", "MD5")`, `"a43c1b0aa53a0c908810c06ab1ff3967"`},
		{`$random(42) = $random(42) and $random(42) != $random(43)`, `true`},
		{`$random() < 1 and $random() >= 0`, `true`},
		{`$length($uuid())`, `36`},
	} {
		got, err := eval(t, e, tt.source)
		if err != nil || got != tt.want {
			t.Errorf("%s = %s, %v, want %s", tt.source, got, err, tt.want)
		}
	}
}

func TestErrorsKeepTheirCode(t *testing.T) {
	e := engine()
	for source, want := range map[string]string{
		`"a" + 1`:                 "T2001: The left side of the \"+\" operator must evaluate to a number",
		`$abs("x")`:               "T0410: Argument 1 of function \"abs\" does not match function signature",
		`$eval("1+1")`:            "T1006: Attempted to invoke a non-function",
		`$error("mine")`:          "D3137: mine",
		`$number("x")`:            "D3030: Unable to cast value to a number: \"x\"",
		`1 +`:                     "S0207: Unexpected end of expression",
		`$hash("a", "CRC")`:       "$hash: CRC is not one of MD5, SHA-1, SHA-256, SHA-384, SHA-512",
		`$parse("{")`:             "$parse: the text is not valid JSON",
		`[1..873783] ~> $count()`: "Expression evaluation memory limit exceeded: Check for excessive memory usage",
		`$range(1, 2, 0)`:         "$range: the step must not be zero",
		`($f := function($n) { 1 + $f($n) }; $f(1))`: "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.",
	} {
		_, err := eval(t, e, source)
		if failure, ok := errors.AsType[*jsonata.Error](err); !ok || failure.Error() != want {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
	if _, err := eval(t, e, `function($x) { $x }`); !errors.Is(err, jsonata.ErrUnsupportedResult) {
		t.Errorf("a function as result: %v", err)
	}
}

func TestAnEndlessExpressionIsStoppedAndTheSessionGoesOn(t *testing.T) {
	e := jsonata.New(jsonata.Options{Limit: 50 * time.Millisecond, Runtimes: 1})
	s := e.Session(jsonata.Values{"x": 1.0})
	defer s.Close()
	_, _, err := s.Eval(`($f := function($n) { $f($n + 1) }; $f(1))`)
	if failure, ok := errors.AsType[*jsonata.Error](err); !ok || !strings.Contains(failure.Message, "timeout") {
		t.Fatalf("got %v", err)
	}
	if value, _, err := s.Eval(`$x + 1`); err != nil || value != 2.0 {
		t.Errorf("afterwards: %v, %v", value, err)
	}
}

func TestExpressionsDoNotSeeEachOther(t *testing.T) {
	e := jsonata.New(jsonata.Options{Runtimes: 1})
	if _, err := eval(t, e, `($leak := 5; $leak)`); err != nil {
		t.Fatal(err)
	}
	if got, err := eval(t, e, `$leak`); got != "" || err != nil {
		t.Errorf("$leak = %s, %v", got, err)
	}
}

func TestConcurrentUse(t *testing.T) {
	e := engine()
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			got, err := eval(t, e, fmt.Sprintf(`%d + $limit`, i))
			if want := fmt.Sprint(i + 3); got != want || err != nil {
				t.Errorf("got %s, %v, want %s", got, err, want)
			}
		})
	}
	group.Wait()
}

func TestCheckGivesTheSyntaxTree(t *testing.T) {
	tree, err := engine().Check(`$states.input.a`)
	if err != nil || tree["type"] != "path" {
		t.Errorf("%v, %v", tree, err)
	}
	if _, err := engine().Check(`a[1,2)`); err == nil || err.Error() != `S0202: Expected "]", got ","` {
		t.Errorf("got %v", err)
	}
}

func BenchmarkEval(b *testing.B) {
	e := engine()
	for b.Loop() {
		if got, err := eval(b, e, `$states.input.n + 0 = 5`); got != "true" {
			b.Fatal(got, err)
		}
	}
}

func FuzzEval(f *testing.F) {
	for _, seed := range []string{`$states.input.orders[open]^(>total).id`, `{"a":$x}`, `$map([1..3], function($v){$v})`, `/a+/`, `"\u0041" & 'b'`} {
		f.Add(seed)
	}
	e := jsonata.New(jsonata.Options{Limit: 200 * time.Millisecond})
	f.Fuzz(func(t *testing.T, source string) {
		if _, err := eval(t, e, source); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}

// Step Functions documents JSONata 2.0.6, without $eval and without the operators
// of 2.1.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
func TestOperatorsOfLaterVersionsAreRefused(t *testing.T) {
	for _, source := range []string{`a ?? b`, `a ?: b`} {
		if _, err := engine().Check(source); err == nil {
			t.Errorf("%s was taken", source)
		}
	}
}
