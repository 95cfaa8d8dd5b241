package jsonata

import (
	"reflect"
	"testing"

	"weir/localcloud/internal/ordered"
)

// The shortcut must never answer otherwise than the engine.
func TestTheShortcutAgreesWithTheEngine(t *testing.T) {
	input, err := ordered.Decode(`{"a":{"b":{"c":1,"s":"x","t":true,"n":null,"list":[1,2],"one":[5],"none":[]}},"objs":[{"k":1},{"k":2}],"_x1":2}`)
	if err != nil {
		t.Fatal(err)
	}
	values := Values{"states": Values{"input": input}, "v": input, "scalar": 3.0, "list": []any{1.0}, "empty": []any{}, "null": nil}
	engine := New(Options{})
	answered := 0
	for _, source := range []string{
		"$states.input", "$states.input.a.b.c", "$v.a.b.s", "$v.a.b.n", "$v.a.b.list", "$v.a.b.one", "$v.a.b.none", "$v.objs", "$v.objs.k",
		"$v.a.b.list.x", "$v.a.b.c.d", "$v.a.b.s.length", "$v.missing", "$v.missing.deeper", "$gone", "$gone.x", "$scalar", "$list", "$empty", "$null",
		"$v._x1", "$states", "$states.other",
		"$scalar = 3", "$scalar=3", "$scalar != 3", "$scalar = '3'", "$v.a.b.s = 'x'", `$v.a.b.s = "x"`, "$v.a.b.s != 'y'", "$v.a.b.t = true",
		"$v.a.b.n = null", "$v.a.b.n = false", "$gone = null", "$gone != 3", "$gone = 3", "$list = 1", "$v.a.b = 1", "$v.a.b.one = 5", "$v.objs.k = 1",
		"$scalar = 3 and true", "$scalar = 1 + 2", "$scalar > 2", "$scalar >= 3", "$scalar<3", "$scalar <= 2", "$v.a.b.s > 'w'", "$v.a.b.s < \"w\"", "$scalar > 'a'", "$gone > 1", "$v.a.b.t > 1", "$scalar ~> 3", "$scalar == 3", "$scalar =", "$v.a.b.s = trueish", "$scalar & 3", "$v.a.b.s = 'it''s'", "$scalar = -3", "$scalar = 3.0", "$v.a.and", "$uuid", "$v.a.`b`", "$v.a .b",
	} {
		got, gotDefined, ok := shortcut(source, values)
		if !ok {
			continue
		}
		answered++
		s := engine.Session(values)
		want, wantDefined, err := s.evaluate(source)
		s.Close()
		if err != nil || gotDefined != wantDefined || !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %v, %v by the shortcut, %v, %v, %v by the engine", source, got, gotDefined, want, wantDefined, err)
		}
	}
	if answered < 25 {
		t.Errorf("the shortcut answered only %d", answered)
	}
}
