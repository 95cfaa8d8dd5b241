package ordered_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"weir/localcloud/internal/ordered"
)

func decode(t testing.TB, text string) any {
	t.Helper()
	value, err := ordered.Decode(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// text writes some JSON value as Encode would.
func text(random *rand.Rand, depth int) string {
	scalars := []string{
		`null`, `true`, `false`, `0`, `-1`, `1.5`, `0.0`, `1.0`, `1e400`, `12345678901234567890`, `0.0000001`, `""`, `"<a&b>"`,
		`"\"\\\n\u0001"`, `"é 😀 \u2028"`,
	}
	kind := random.IntN(len(scalars) + 8)
	if depth == 0 || kind < len(scalars) {
		return scalars[kind%len(scalars)]
	}
	var parts []string
	for i := range random.IntN(6) {
		part := text(random, depth-1)
		if kind%2 == 0 {
			part = fmt.Sprintf(`"%c%d":`, 'a'+random.IntN(26), i) + part
		}
		parts = append(parts, part)
	}
	if kind%2 == 0 {
		return "{" + strings.Join(parts, ",") + "}"
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// What is read is written as it was, but for white space.
func TestTextsSurvive(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		want := text(random, 5)
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, []byte(want), " ", "\t"); err != nil {
			t.Fatal(err)
		}
		value := decode(t, spaced.String())
		if got := ordered.Encode(value); got != want {
			t.Fatalf("%s became %s", want, got)
		}
		if !ordered.Equal(value, decode(t, want)) {
			t.Fatalf("%s does not equal itself", want)
		}
	}
}

// FuzzDecode holds Decode to the texts that encoding/json takes.
func FuzzDecode(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		f.Add(text(random, 3))
	}
	for _, seed := range []string{`{"a":1,"b":2,"a":3}`, `{`, `[1,]`, `1 2`, `{"a" 1}`, ``, "\"\xff\"", `-0`, `"\ud800"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, err := ordered.Decode(text)
		if valid := json.Valid([]byte(text)) && utf8.ValidString(text); (err == nil) != valid {
			t.Fatalf("%q: %v, and it is JSON: %v", text, err, valid)
		}
		if err != nil {
			return
		}
		again := ordered.Encode(value)
		if once := ordered.Encode(decode(t, again)); once != again {
			t.Errorf("%q is written as %s and then as %s", text, again, once)
		}
		if !json.Valid([]byte(again)) {
			t.Errorf("%q is written as %s", text, again)
		}
	})
}

func TestObject(t *testing.T) {
	object := decode(t, `{"b":1,"a":2,"b":3}`).(*ordered.Object)
	if got := ordered.Encode(object); got != `{"b":3,"a":2}` {
		t.Errorf("a name given twice: %s", got)
	}
	copied := object.Clone().Set("c", nil).Set("a", "x").Merge(ordered.New().Set("0", true).Set("b", 4.0))
	if got := ordered.Encode(copied); got != `{"b":4,"a":"x","c":null,"0":true}` {
		t.Errorf("changed: %s", got)
	}
	if got := ordered.Encode(copied.Sort()); got != `{"0":true,"a":"x","b":4,"c":null}` {
		t.Errorf("sorted: %s", got)
	}
	if got := ordered.Encode(object); got != `{"b":3,"a":2}` {
		t.Errorf("the copy was the object itself: %s", got)
	}
	if value, ok := copied.Lookup("c"); value != nil || !ok || copied.Has("d") || copied.Len() != 4 {
		t.Errorf("c is %v, %v of %d", value, ok, copied.Len())
	}
	var none *ordered.Object
	if none.Len() != 0 || none.Get("a") != nil || none.Clone().Set("a", 1.0).Len() != 1 {
		t.Error("no object has members")
	}
	inside, err := json.Marshal(map[string]any{"o": []any{object}})
	if err != nil || string(inside) != `{"o":[{"b":3,"a":2}]}` {
		t.Errorf("within another value: %s, %v", inside, err)
	}
}

func TestEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[{"c":null}]}`, `{"b":[{"c":null}],"a":1}`, true},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":null}`, `{"b":null}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`[1,2]`, `[1,2,3]`, false},
		{`1`, `1.0`, true},
		{`1`, `"1"`, false},
		{`null`, `{}`, false},
		{`"a"`, `[]`, false},
		{`{}`, `[]`, false},
		{`true`, `true`, true},
	} {
		a, b := decode(t, tt.a), decode(t, tt.b)
		if ordered.Equal(a, b) != tt.want || ordered.Equal(b, a) != tt.want {
			t.Errorf("%s and %s: want %v", tt.a, tt.b, tt.want)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	input := `[` + strings.Repeat(`{"id":123,"name":"something","tags":["a","b"],"nested":{"x":1.5,"y":null}},`, 1000) + `0]`
	b.SetBytes(int64(len(input)))
	for b.Loop() {
		decode(b, input)
	}
}
