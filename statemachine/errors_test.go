package statemachine_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weir/statemachine"
)

const errorsFile = "../internal/release/errors.go"

// namedErrors reads the errors of internal/release: the meaning that stands
// beside each name.
func namedErrors(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), errorsFile, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	meanings := map[string]string{}
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			name := strings.Trim(constant.Values[0].(*ast.BasicLit).Value, `"`)
			if strings.HasPrefix(name, "Release.") {
				meanings[name] = strings.TrimSpace(constant.Comment.Text())
			}
		}
	}
	return meanings
}

// errorTable is the README's table of errors.
func errorTable(t *testing.T) string {
	t.Helper()
	meanings := namedErrors(t)
	var b strings.Builder
	b.WriteString("| error | meaning |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(meanings)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, meanings[name])
		if meanings[name] == "" {
			t.Errorf("%s has no meaning beside it in %s", name, errorsFile)
		}
	}
	return b.String()
}

var errorName = regexp.MustCompile(`\bRelease\.[A-Z][A-Za-z]+\b`)

// Names of errors are an API: no definition, no code and no page names one that
// internal/release does not list.
func TestEveryErrorIsListed(t *testing.T) {
	known := namedErrors(t)
	if len(known) < 30 {
		t.Fatalf("%d errors read from %s", len(known), errorsFile)
	}
	read := 0
	check := func(path string, text []byte) {
		read++
		for _, name := range errorName.FindAllString(string(text), -1) {
			if known[name] == "" {
				t.Errorf("%s names %s, which %s does not list", path, name, errorsFile)
			}
		}
	}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, _, _ := strings.Cut(strings.TrimPrefix(path, "../"), "/")
		if entry.IsDir() && path != ".." && !slices.Contains([]string{"cmd", "docs", "functions", "infra", "internal", "statemachine"}, inside) {
			return fs.SkipDir
		}
		if entry.IsDir() || !slices.Contains([]string{".go", ".md", ".json"}, filepath.Ext(path)) ||
			strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
			return nil
		}
		text, err := os.ReadFile(path)
		check(path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 100 {
		t.Errorf("%d files were read", read)
	}
}

// A release ends with errors of Weir's own: names that begin with States. belong
// to the language.
func TestFailStatesGiveErrorsOfOurs(t *testing.T) {
	each(definition(t), func(name string, s state, _ bool) {
		if s.Type == "Fail" && !strings.HasPrefix(s.Error, "Release.") && !strings.HasSuffix(s.Error, "ended.error %}") && !strings.Contains(s.Error, "'Release.Internal'") {
			t.Errorf("state %q may fail with %s", name, s.Error)
		}
	})
	if strings.Contains(statemachine.Definition, `"Error": "States.`) {
		t.Error("a state fails with an error of the language")
	}
}
