package jsonata_test

import (
	"testing"

	"weir/local/jsonata"
)

func BenchmarkEval(b *testing.B) {
	e := jsonata.New(jsonata.Options{})
	for b.Loop() {
		s, err := e.Session(jsonata.Values{"states": jsonata.Values{"input": map[string]any{"a": 1.0}}, "x": map[string]any{"y": "z"}})
		if err != nil {
			b.Fatal(err)
		}
		if v, ok, err := s.Eval("$states.input.a + 1"); v != 2.0 || !ok || err != nil {
			b.Fatal(v, ok, err)
		}
		if v, ok, err := s.Eval("$x.y = 'z'"); v != true || !ok || err != nil {
			b.Fatal(v, ok, err)
		}
		s.Close()
	}
}
