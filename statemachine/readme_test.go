package statemachine_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"weir/internal/release"
)

var update = flag.Bool("update", false, "write the generated parts of README.md anew")

// The README's picture, its table of fields and its table of errors are made from
// the definition, from the schema that validates requests and from the errors of
// internal/release; go test ./statemachine -update writes them.
func TestReadmeIsInStep(t *testing.T) {
	raw, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := string(raw)
	for _, part := range []struct{ name, text string }{
		{"graph", "```mermaid\n" + mermaid(definition(t)) + "```\n"},
		{"request", requestTable(t)},
		{"errors", errorTable(t)},
	} {
		want = replacePart(t, want, part.name, part.text)
	}
	if want == string(raw) {
		return
	}
	if !*update {
		t.Fatal("statemachine/README.md is not in step; run: go test ./statemachine -update")
	}
	if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func replacePart(t *testing.T, text, name, part string) string {
	t.Helper()
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, ok := strings.Cut(text, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("README.md has no part %q", name)
	}
	return before + begin + part + end + after
}

// mermaid draws the definition; GitHub renders it.
func mermaid(m machine) string {
	var b strings.Builder
	ids := map[string]string{}
	id := func(name string) string {
		if ids[name] == "" {
			ids[name] = fmt.Sprintf("s%d", len(ids))
		}
		return ids[name]
	}
	b.WriteString("flowchart TD\n")
	var draw func(m machine, indent string)
	draw = func(m machine, indent string) {
		for _, name := range slices.Sorted(maps.Keys(m.States)) {
			s := m.States[name]
			inner := append([]machine{}, s.Branches...)
			if s.ItemProcessor != nil {
				inner = append(inner, *s.ItemProcessor)
			}
			if len(inner) > 0 {
				fmt.Fprintf(&b, "%ssubgraph %s[%q]\n", indent, id(name), name)
				for _, branch := range inner {
					draw(branch, indent+"  ")
				}
				fmt.Fprintf(&b, "%send\n", indent)
			} else {
				open, shut := shapeOf(s.Type)
				fmt.Fprintf(&b, "%s%s%s%q%s\n", indent, id(name), open, name, shut)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(m.States)) {
			s := m.States[name]
			for _, to := range []string{s.Next, s.Default} {
				if to != "" {
					fmt.Fprintf(&b, "%s%s --> %s\n", indent, id(name), id(to))
				}
			}
			for _, c := range s.Choices {
				fmt.Fprintf(&b, "%s%s --> %s\n", indent, id(name), id(c.Next))
			}
			for _, c := range s.Catch {
				fmt.Fprintf(&b, "%s%s -. error .-> %s\n", indent, id(name), id(c.Next))
			}
		}
	}
	draw(m, "  ")
	return b.String()
}

func shapeOf(kind string) (open, shut string) {
	switch kind {
	case "Choice":
		return "{", "}"
	case "Succeed", "Fail":
		return "([", "])"
	case "Wait":
		return "[/", "/]"
	}
	return "[", "]"
}

// schema is the part of JSON Schema that the request uses.
type schema struct {
	Ref         string `json:"$ref"`
	Description string
	Type        any
	Enum        []string
	Properties  map[string]schema
	Items       *schema
	Required    []string
	Default     json.RawMessage
	Defs        map[string]schema `json:"$defs"`
}

func requestTable(t *testing.T) string {
	t.Helper()
	var root schema
	if err := json.Unmarshal(release.Schema, &root); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| field | type | default | meaning |\n| --- | --- | --- | --- |\n")
	var rows func(prefix string, s schema)
	rows = func(prefix string, s schema) {
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			field := s.Properties[name]
			resolved := resolve(root, field)
			fmt.Fprintf(&b, "| `%s%s` | %s | %s | %s |\n", prefix, name, typeOf(root, field), strings.Trim(string(field.Default), `"`), field.Description)
			if field.Description == "" {
				t.Errorf("field %s%s has no description", prefix, name)
			}
			if resolved.Items != nil {
				resolved = resolve(root, *resolved.Items)
				name += "[]"
			}
			// The target is told once.
			if name != "targets[]" {
				rows(prefix+name+".", resolved)
			}
		}
	}
	rows("", root)
	return b.String()
}

func resolve(root, s schema) schema {
	if s.Ref == "" {
		return s
	}
	return root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")]
}

func typeOf(root, s schema) string {
	if name := strings.TrimPrefix(s.Ref, "#/$defs/"); name == "duration" || name == "weight" || name == "version" {
		return name
	}
	s = resolve(root, s)
	switch {
	case len(s.Enum) > 0:
		return "`" + strings.Join(s.Enum, "`, `") + "`"
	case s.Items != nil:
		return "list of " + typeOf(root, *s.Items)
	}
	switch kind := s.Type.(type) {
	case string:
		return kind
	case []any:
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(kind), " ", " or "), "[]")
	}
	return "any"
}
