package support

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

const sample = `package sample

type Input struct{ Read, Refused, InPart, Listed, Ignored, Written, Permitted string; Number int }
type Output struct{ Set, Literal, Copied, Never string; Count int }
type stored struct{ Copied string }

func Op(name string, do func(*Input) *Output, options ...any) {}
func refuse(operation string, in any, members ...string) error { return nil }
func unsupported(what string) error { return nil }

func do(in *Input) (*Output, error) {
	if in.Refused != "" {
		return nil, unsupported("Refused")
	}
	switch {
	case in.InPart == "one":
		return nil, unsupported("InPart one")
	case in.Number > 3:
		return nil, refuse("", nil)
	}
	if err := refuse("do", in, "Listed"); err != nil {
		return nil, err
	}
	in.Written = in.Read
	out := &Output{Literal: "x"}
	out.Set = "y"
	out.Count++
	return as[Output](stored{Copied: "z"}), nil
}

func as[O, I any](from I) *O { return nil }

var _ = func() int { Op("do", nil, func(in *Input) string { return in.Permitted }); return 0 }()
`

func TestUsesOfMembers(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "sample.go", sample, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	s := source{path: "sample", files: []*ast.File{file}, info: newInfo()}
	if _, err := (&types.Config{}).Check("sample", fset, s.files, s.info); err != nil {
		t.Fatal(err)
	}
	u := newUses()
	u.add(s)
	tests := map[string][2]bool{ // read, refused
		"Read": {true, false}, "Refused": {false, true}, "InPart": {true, true}, "Listed": {false, true},
		"Ignored": {false, false}, "Written": {false, false}, "Permitted": {false, false}, "Number": {true, false},
	}
	for name, want := range tests {
		key := member{"sample.Input", name}
		if got := [2]bool{u.read[key], u.refused[key]}; got != want {
			t.Errorf("%s: read and refused = %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]bool{"Set": true, "Literal": true, "Copied": true, "Count": true, "Never": false} {
		if got := u.fills("sample.Output", name); got != want {
			t.Errorf("%s: answered = %v, want %v", name, got, want)
		}
	}
}
