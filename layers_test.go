// Package weir_test checks the whole repository: who may import whom.
package weir_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// layer says what packages below a path may never depend on, directly or
// through others.
type layer struct {
	of    string   // import path prefix
	never []string // import path prefixes
	why   string
}

var layers = []layer{
	{of: "weir/internal/release", never: []string{"github.com/aws/", "weir/localcloud", "weir/infra"}, why: "the domain is pure Go"},
	{of: "weir/internal/judge", never: []string{"github.com/aws/", "weir/localcloud", "weir/infra"}, why: "the judge is pure Go"},
	{of: "weir/internal", never: []string{"weir/localcloud", "weir/infra", "weir/functions", "weir/cmd"}, why: "internal serves the functions and the CLI"},
	{of: "weir/functions", never: []string{"weir/localcloud", "weir/infra", "weir/cmd", "github.com/aws/aws-cdk-go"}, why: "a function cannot tell where it runs"},
	{of: "weir/statemachine", never: []string{"weir/", "github.com/"}, why: "the definition is a text"},
	{of: "weir/infra", never: []string{"weir/internal", "weir/localcloud", "weir/functions", "weir/cmd"}, why: "infra knows the definition and built files alone"},
	{of: "weir/localcloud", never: []string{"weir/internal", "weir/infra", "weir/functions", "weir/cmd", "weir/statemachine"}, why: "the local cloud stands in for AWS and knows nothing of Weir"},
	{of: "weir/cmd", never: []string{"weir/infra", "weir/functions", "github.com/aws/aws-cdk-go"}, why: "the CLI runs the CDK app as a program"},
}

type listed struct {
	ImportPath string
	Deps       []string
}

// TestLayers reads the import graph; it compiles nothing. Tests are free to
// import what they test against.
func TestLayers(t *testing.T) {
	packages := list(t)
	for _, rule := range layers {
		if broken := rule.broken(packages); len(broken) > 0 {
			t.Errorf("%s: %s", rule.why, strings.Join(broken, "; "))
		}
	}
}

// TestLayersCanFail shows that a forbidden import is found.
func TestLayersCanFail(t *testing.T) {
	rule := layer{of: "weir/internal/release", never: []string{"github.com/aws/"}}
	broken := rule.broken([]listed{
		{ImportPath: "weir/internal/release/sub", Deps: []string{"fmt", "github.com/aws/aws-sdk-go-v2/aws"}},
		{ImportPath: "weir/internal/releases", Deps: []string{"github.com/aws/aws-sdk-go-v2/aws"}},
	})
	if len(broken) != 1 || !strings.HasPrefix(broken[0], "weir/internal/release/sub ") {
		t.Errorf("found %q, want the first package alone", broken)
	}
}

func (l layer) broken(packages []listed) []string {
	var broken []string
	for _, p := range packages {
		if p.ImportPath != l.of && !strings.HasPrefix(p.ImportPath, l.of+"/") {
			continue
		}
		for _, dependency := range p.Deps {
			// A layer may use itself.
			if strings.HasPrefix(dependency, l.of) {
				continue
			}
			for _, never := range l.never {
				if strings.HasPrefix(dependency, never) {
					broken = append(broken, p.ImportPath+" depends on "+dependency)
				}
			}
		}
	}
	return broken
}

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Deps", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("go list found %d packages only", len(packages))
	}
	return packages
}
