package jsonpath_test

import (
	"encoding/json"
	"strings"
	"testing"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/jsonpath"
)

const store = `{"store":{"book":[
 {"title":"a","price":8.95,"tags":["x"]},{"title":"b","price":12.99},{"title":"c","price":8.99,"isbn":"1"}],
 "bicycle":{"price":19.95,"a key":{"d.e":1}}},"nothing":null,"n":3}`

func TestEval(t *testing.T) {
	root, err := ordered.Decode(store)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ path, want string }{
		{"$.n", `3`},
		{"$.nothing", `null`},
		{"$.store.book[0].title", `"a"`},
		{"$.store.book[-1].title", `"c"`},
		{"$['store']['bicycle'][\"a key\"]['d.e']", `1`},
		{"$.store.book[*].title", `["a","b","c"]`},
		{"$.store.book[0,2].title", `["a","c"]`},
		{"$.store.book[1:].title", `["b","c"]`},
		{"$.store.book[:2].title", `["a","b"]`},
		{"$.store.book[::2].title", `["a","c"]`},
		{"$.store.book[-2:].title", `["b","c"]`},
		{"$.store.book[0]['title','price']", `{"title":"a","price":8.95}`},
		{"$['store']['bicycle']['price','missing']", `{"price":19.95}`},
		{"$.store.bicycle.['a key'].['d.e']", `1`},
		{"$.store.book.[1].title", `"b"`},
		{"$.store.book.[?(@.price < 10)].title", `["a","c"]`},
		{"$.store.book[?(@.price < $.n)].title", `[]`},
		{"$.store.book[?(@.price > $.n)].title", `["a","b","c"]`},
		{"$.store.book[?(@.title =~ /[AB]/i)].title", `["a","b"]`},
		{"$.store.book[?(@.title =~ /x/)].title", `[]`},
		{"$.store.book[?(@.title in ['b', 'c'])].title", `["b","c"]`},
		{"$.store.book[?(@.title nin ['b', 'c'])].title", `["a"]`},
		{"$.store['book','bicycle'].price", `[19.95]`},
		{"$.store.book[?(@.price =~ /8[.].*/)].title", `["a","c"]`},
		{"$.missing[1:].x", `[]`},
		{"$.missing[?(@.a)]", `[]`},
		{"$..price", `[8.95,12.99,8.99,19.95]`},
		{"$.store..title", `["a","b","c"]`},
		{"$.store.book[?(@.price < 10)].title", `["a","c"]`},
		{"$.store.book[?(@.price < 10 && @.isbn)].title", `["c"]`},
		{"$.store.book[?(@.title == 'a' || @.title == 'b')].price", `[8.95,12.99]`},
		{"$.store.book[?(!(@.isbn))].title", `["a","b"]`},
		{"$.store.book[?(@.isbn != '1')].title", `["a","b"]`},
		{"$.store.book[*].missing", `[]`},
		{"$.missing", ``},
		{"$.missing[*].x", `[]`},
		{"$.store.book[3]", ``},
		{"$.n.deeper", ``},
	} {
		path, err := jsonpath.Parse(tt.path)
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		value, ok := path.Eval(root)
		got, _ := json.Marshal(value)
		if !ok {
			got = nil
		}
		if string(got) != tt.want {
			t.Errorf("%s = %s, want %s", tt.path, got, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "a", "$.", "$..", "$[", "$[]", "$['a", "$.a.length()", "$[?(@.a ==)]", "$[?@.a]", "$.a b", "$[1:2:0]", "$.a[1,]"} {
		if path, err := jsonpath.Parse(text); err == nil {
			t.Errorf("%q was read as %v", text, path)
		}
	}
}

// What the local cloud lacks is not said in AWS's words for a mistake.
func TestWhatPathsLackIsAGap(t *testing.T) {
	for path, says := range map[string]string{
		"$.a.length()": "the local cloud does not support functions in paths", "$[?(@.a empty true)]": "the local cloud does not support the operator empty",
	} {
		if _, err := jsonpath.Parse(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestRoots(t *testing.T) {
	for text, want := range map[string]jsonpath.Path{
		"$":               {Root: jsonpath.Input},
		"$.a":             {Root: jsonpath.Input},
		"$$.Execution":    {Root: jsonpath.Context},
		"$order.items[0]": {Root: jsonpath.Variable, Name: "order"},
	} {
		path, err := jsonpath.Parse(text)
		if err != nil || path.Root != want.Root || path.Name != want.Name {
			t.Errorf("%s = %+v, %v", text, path, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"$", "$$.a", "$x.y[0]", "$..a[?(@.b == 'c' && !(@.d))]", "$['a','b'][1:2:3]", "$[*]"} {
		f.Add(seed)
	}
	root, err := ordered.Decode(store)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path, err := jsonpath.Parse(text)
		if err != nil {
			return
		}
		if path.String() != text {
			t.Errorf("%q reads back as %q", text, path)
		}
		path.Eval(root)
	})
}
