package endpoint_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudformation/resource"
	"weir/localcloud/internal/endpoint"
)

var update = flag.Bool("update", false, "write localcloud/support.md anew")

// supportPage lists what the local cloud has.
const supportPage = "../../support.md"

// The page of what is supported says what the services and resource types declare.
func TestSupportPageIsInStep(t *testing.T) {
	page := support(start(t, endpoint.Options{}).Bus().Services())
	if *update {
		if err := os.WriteFile(supportPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(supportPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != page {
		t.Error("localcloud/support.md is stale; write it anew with: make update")
	}
}

func support(services []*api.Service) string {
	var page strings.Builder
	page.WriteString(`# What the local cloud supports

Written from the code by ` + "`make update`" + `. [README.md](README.md) says how far to believe it.

The local cloud refuses every other operation and every other resource type by name. A call that sets a refused member is refused by the member's name.

## Operations

| Service (as signed) | Operation | Refused members |
|---|---|---|
`)
	slices.SortFunc(services, func(a, b *api.Service) int { return strings.Compare(a.Name, b.Name) })
	for _, service := range services {
		for _, name := range slices.Sorted(maps.Keys(service.Operations)) {
			refused := slices.Sorted(slices.Values(service.Operations[name].Refuses))
			fmt.Fprintf(&page, "| %s | %s | %s |\n", service.Name, name, strings.Join(refused, ", "))
		}
	}
	page.WriteString(`
## Resource types of templates

A property that is not listed is refused by name before anything is created.

| Type | Properties (**required**) | A change replaces |
|---|---|---|
`)
	for _, name := range resource.Types() {
		kind, _ := resource.Find(name)
		immutable := kind.Immutable
		if kind.Update == nil {
			immutable = kind.Properties
		}
		fmt.Fprintf(&page, "| %s | %s | %s |\n", name, properties(kind), strings.Join(slices.Sorted(slices.Values(immutable)), ", "))
	}
	return page.String()
}

func properties(kind resource.Kind) string {
	if kind.Properties == nil {
		return "any"
	}
	names := slices.Sorted(slices.Values(kind.Properties))
	for i, name := range names {
		if slices.Contains(kind.Required, name) {
			names[i] = "**" + name + "**"
		}
	}
	return strings.Join(names, ", ")
}
