package template

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Active lists the resources whose condition holds, by name.
func (t *Template) Active(conditions map[string]bool) (map[string]Resource, error) {
	active := map[string]Resource{}
	for name, resource := range t.Resources {
		if resource.Condition != "" {
			holds, known := conditions[resource.Condition]
			if !known {
				return nil, fmt.Errorf("Template format error: Unresolved dependencies [%s]. Cannot reference resources in the Resources block of the template", resource.Condition)
			}
			if !holds {
				continue
			}
		}
		active[name] = resource
	}
	return active, nil
}

// Dependencies lists what each active resource depends on, explicitly or by
// reference. Properties must have been evaluated without known resources, so
// that the branches not chosen are gone.
func Dependencies(active map[string]Resource, properties map[string]any) (map[string][]string, error) {
	graph := make(map[string][]string, len(active))
	for _, name := range slices.Sorted(maps.Keys(active)) {
		found := map[string]bool{}
		var unresolved []string
		for _, reference := range References(properties[name]) {
			found[reference] = true
			if _, known := active[reference]; !known {
				unresolved = append(unresolved, reference)
			}
		}
		if len(unresolved) > 0 {
			return nil, fmt.Errorf("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", strings.Join(unresolved, ", "))
		}
		for _, dependency := range active[name].DependsOn {
			if _, known := active[dependency]; known { // one whose condition fails is no hindrance
				found[dependency] = true
			}
		}
		graph[name] = slices.Sorted(maps.Keys(found))
	}
	return graph, nil
}

// Order sorts resources so that each comes after what it depends on, by name
// where they are free.
func Order(graph map[string][]string) ([]string, error) {
	order := make([]string, 0, len(graph))
	placed := map[string]bool{}
	for len(order) < len(graph) {
		before := len(order)
		for _, name := range slices.Sorted(maps.Keys(graph)) {
			if placed[name] || slices.ContainsFunc(graph[name], func(d string) bool { return !placed[d] && d != "" }) {
				continue
			}
			placed[name] = true
			order = append(order, name)
		}
		if len(order) == before {
			var circle []string
			for _, name := range slices.Sorted(maps.Keys(graph)) {
				if !placed[name] {
					circle = append(circle, name)
				}
			}
			return nil, fmt.Errorf("Circular dependency between resources: [%s]", strings.Join(circle, ", "))
		}
	}
	return order, nil
}
