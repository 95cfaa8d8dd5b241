package weir_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "draw the packages in docs/contribute/architecture.md anew")

// TestPackagesAreDrawn holds the picture in docs/contribute/architecture.md to the imports.
func TestPackagesAreDrawn(t *testing.T) {
	const file, from, to = "docs/contribute/architecture.md", "<!-- packages -->\n", "<!-- /packages -->"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), from)
	_, after, ended := strings.Cut(rest, to)
	if !found || !ended {
		t.Fatalf("%s has no place for the packages", file)
	}
	want := before + from + "```mermaid\n" + drawn(list(t)) + "```\n" + to + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Errorf("%s is not in step with the imports; run: go test . -update", file)
	}
}

// drawn is a graph of Weir's own packages, without the local cloud, whose
// services never import one another. An import that another path implies is left
// out.
func drawn(packages []listed) string {
	imports := map[string][]string{}
	for _, p := range packages {
		from, ok := shown(p.ImportPath)
		if !ok {
			continue
		}
		for _, dependency := range p.Deps {
			if to, ok := shown(dependency); ok && to != from && !slices.Contains(imports[from], to) {
				imports[from] = append(imports[from], to)
			}
		}
		if imports[from] == nil {
			imports[from] = []string{}
		}
	}
	var names, edges []string
	for name, all := range imports {
		names = append(names, name)
		for _, to := range all {
			implied := slices.ContainsFunc(all, func(other string) bool { return other != to && slices.Contains(imports[other], to) })
			if !implied {
				edges = append(edges, fmt.Sprintf("  %s --> %s\n", id(name), id(to)))
			}
		}
	}
	slices.Sort(names)
	slices.Sort(edges)
	var graph strings.Builder
	graph.WriteString("flowchart LR\n")
	for _, name := range names {
		fmt.Fprintf(&graph, "  %s[%s]\n", id(name), name)
	}
	return graph.String() + strings.Join(edges, "")
}

// shown is the name of a package in the picture; not every package is in it.
func shown(path string) (string, bool) {
	name, own := strings.CutPrefix(path, "weir/")
	for _, folder := range []string{"acceptance", "bench", "build", "docs", "examples", "internal/awstest", "internal/built", "internal/judge/simulate"} {
		if name == folder || strings.HasPrefix(name, folder+"/") {
			return "", false
		}
	}
	if strings.HasPrefix(name, "localcloud/") {
		return "localcloud", own
	}
	return name, own && name != "" && name != "functions" // whose only file is a test
}

func id(name string) string { return strings.ReplaceAll(name, "/", "_") }
