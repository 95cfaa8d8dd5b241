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
		collect(properties[name], found)
		var unresolved []string
		for reference := range found {
			if _, known := active[reference]; !known {
				unresolved = append(unresolved, reference)
			}
		}
		if len(unresolved) > 0 {
			slices.Sort(unresolved)
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

// References lists the resources that an evaluated tree still refers to.
func References(tree any) []string {
	found := map[string]bool{}
	collect(tree, found)
	return slices.Sorted(maps.Keys(found))
}

func collect(tree any, found map[string]bool) {
	switch tree := tree.(type) {
	case []any:
		for _, item := range tree {
			collect(item, found)
		}
	case map[string]any:
		name, argument, ok := intrinsic(tree)
		if !ok {
			for _, member := range tree {
				collect(member, found)
			}
			return
		}
		switch name {
		case "Ref":
			found[textOf(argument)] = true
		case "Fn::GetAtt":
			if list, ok := argument.([]any); ok && len(list) == 2 {
				found[textOf(list[0])] = true
			}
		case "Fn::Sub":
			collectSub(argument, found)
		default:
			collect(argument, found)
		}
	}
}

// collectSub reads the form that Scope.sub leaves: a text and its variables.
func collectSub(argument any, found map[string]bool) {
	list, ok := argument.([]any)
	if !ok || len(list) != 2 {
		return
	}
	variables, _ := list[1].(map[string]any)
	collect(variables, found)
	for _, name := range subNames(textOf(list[0])) {
		if _, own := variables[name]; own {
			continue
		}
		logicalID, _, _ := strings.Cut(name, ".")
		found[logicalID] = true
	}
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
