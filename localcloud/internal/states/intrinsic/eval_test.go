package intrinsic_test

import (
	"fmt"
	"testing"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/intrinsic"
	"weir/localcloud/internal/states/jsonpath"
)

const input = `{"name":"Ann","n":2,"list":[1,2,3,3],"object":{"a":1,"b":2},"other":{"b":3},"json":"{\"x\":[1]}","null":null}`

func evaluate(text string) (string, error) {
	call, err := intrinsic.Parse(text)
	if err != nil {
		return "", err
	}
	root, err := ordered.Decode(input)
	if err != nil {
		return "", err
	}
	value, err := call.Eval(func(path *jsonpath.Path) (any, error) {
		value, ok := path.Eval(root)
		if !ok {
			return nil, fmt.Errorf("%s leads nowhere", path)
		}
		return value, nil
	})
	if err != nil {
		return "", err
	}
	return ordered.Encode(value), nil
}

// The examples are those of AWS's documentation, with other data.
func TestFunctions(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`States.Format('Hello, my name is {}.', $.name)`, `"Hello, my name is Ann."`},
		{`States.Format('{} and \{\} and {}', $.n, $.list)`, `"2 and {} and [1, 2, 3, 3]"`},
		{`States.Format('it\'s {}', true)`, `"it's true"`},
		{`States.StringToJson($.json)`, `{"x":[1]}`},
		{`States.JsonToString($.object)`, `"{\"a\":1,\"b\":2}"`},
		{`States.Array($.n, 'b', null, false, 1.5)`, `[2,"b",null,false,1.5]`},
		{`States.Array()`, `[]`},
		{`States.ArrayPartition($.list, 3)`, `[[1,2,3],[3]]`},
		{`States.ArrayContains($.list, 3)`, `true`},
		{`States.ArrayContains($.list, 5)`, `false`},
		{`States.ArrayRange(1, 9, 2)`, `[1,3,5,7,9]`},
		{`States.ArrayRange(3, 1, -1)`, `[3,2,1]`},
		{`States.ArrayGetItem($.list, 1)`, `2`},
		{`States.ArrayLength($.list)`, `4`},
		{`States.ArrayUnique($.list)`, `[1,2,3]`},
		{`States.Base64Encode('Data to encode')`, `"RGF0YSB0byBlbmNvZGU="`},
		{`States.Base64Decode('RGVjb2RlZCBkYXRh')`, `"Decoded data"`},
		{`States.Hash('input data', 'SHA-1')`, `"aaff4a450a104cd177d28d18d74485e8cae074b7"`},
		{`States.JsonMerge($.object, $.other, false)`, `{"a":1,"b":3}`},
		{`States.MathAdd($.n, -1)`, `1`},
		{`States.StringSplit('1,2,3+4,5', ',+')`, `["1","2","3","4","5"]`},
		{`States.Format('{}', States.ArrayGetItem(States.StringSplit('a b', ' '), 1))`, `"b"`},
		{`States.ArrayGetItem($.list[?(@ > 1)], 0)`, `2`},
	} {
		got, err := evaluate(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("%s = %s, %v, want %s", tt.text, got, err, tt.want)
		}
	}
}

// recorded: stepfunctions/v2/intrinsic_functions of github.com/localstack/localstack,
// test_generic.snapshot.json, test_json_manipulation.snapshot.json,
// test_math_operations.snapshot.json, test_string_operations.snapshot.json,
// test_array.snapshot.json and test_encode_decode.snapshot.json
func TestRecordedFunctions(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`States.Format('fst={}.', $.null)`, `"fst=null."`},
		{`States.Format('{} {}', 1.1, '')`, `"1.1 "`},
		{`States.Format('{}', $.object)`, `"{a=1, b=2}"`},
		{`States.Format('{}', States.StringToJson('{"Arg1": 1, "Arg2": []}'))`, `"{Arg1=1, Arg2=[]}"`},
		{`States.Format('{}', States.Array('a', null, States.Array(true)))`, `"[a, null, [true]]"`},
		{`States.StringToJson('')`, `null`},
		{`States.StringToJson(' ')`, `null`},
		{`States.StringToJson('-0')`, `0`},
		{`States.StringToJson('"HelloWorld"')`, `"HelloWorld"`},
		{`States.JsonToString('HelloWorld')`, `"\"HelloWorld\""`},
		{`States.MathAdd(-9, 3)`, `-6`},
		{`States.MathAdd(1.49, 1.5)`, `3`},
		{`States.MathAdd(1.5, 1.51)`, `4`},
		{`States.MathAdd(-1.49, -1.5)`, `-2`},
		{`States.StringSplit(' , ', ',')`, `[" "," "]`},
		{`States.StringSplit(',,,,', ',')`, `[]`},
		{"States.StringSplit('Hello\nWorld', '\n')", `["Hello","World"]`},
		{`States.ArrayPartition(States.Array(), 5)`, `[]`},
		{`States.ArrayPartition(States.Array(0), 4)`, `[[0]]`},
		{`States.Base64Decode('')`, `""`},
	} {
		got, err := evaluate(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("%s = %s, %v, want %s", tt.text, got, err, tt.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, text := range []string{
		`States.Nothing()`, `Format('a')`, `States.Format('{}')`, `States.Format('a', 1)`, `States.Format('a`,
		`States.ArrayLength($.n)`, `States.ArrayGetItem($.list, 9)`, `States.ArrayRange(1, 2, 0)`, `States.ArrayRange(1, 2000, 1)`,
		`States.JsonMerge($.object, $.other, true)`, `States.UUID(1)`, `States.MathAdd('a', 1)`, `States.Hash('a', 'CRC')`,
		`States.StringToJson('{')`, `States.Array($.missing)`, `States.Array(1,)`, `States.Array(1) x`, `States.MathRandom(3, 1)`,
		`States.Array(States.Array(States.Array(States.Array(States.Array(States.Array(States.Array(States.Array(States.Array(States.Array(States.Array()))))))))))`,
	} {
		if got, err := evaluate(text); err == nil {
			t.Errorf("%s = %s, want an error", text, got)
		}
	}
}

func TestRandom(t *testing.T) {
	for range 50 {
		if got, err := evaluate(`States.MathRandom(1, 3)`); err != nil || got != "1" && got != "2" {
			t.Fatalf("got %s, %v", got, err)
		}
	}
	first, _ := evaluate(`States.MathRandom(1, 999999, 42)`)
	second, _ := evaluate(`States.MathRandom(1, 999999, 42)`)
	if first != second {
		t.Errorf("one seed gave %s and %s", first, second)
	}
	if got, err := evaluate(`States.UUID()`); err != nil || len(got) != 38 {
		t.Errorf("UUID = %s, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`States.Format('a{}\'', $.name)`, `States.Array(States.UUID(), 1e3, null)`, `States.ArrayRange(1,9,2)`, `States.JsonMerge($.object,$$.a['b)'],false)`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := evaluate(text); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
