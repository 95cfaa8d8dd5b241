package asl

// references walks a JSONata syntax tree and reports every name read from the
// context item at the top level, where Step Functions has none. Names after a
// step, in predicates and in sort terms have the step's value as their context.
func references(node any, context bool, report func(name string)) {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			references(child, context, report)
		}
	case map[string]any:
		switch node["type"] {
		case "name":
			if name, ok := node["value"].(string); ok && !context {
				report(name)
			}
		case "variable":
			if node["value"] == "$" {
				report("$$")
			}
		case "path":
			steps, _ := node["steps"].([]any)
			for i, step := range steps {
				references(step, context || i > 0, report)
			}
			references(node["group"], true, report)
			return
		}
		for key, child := range node {
			switch key {
			case "predicate", "stages", "group", "terms", "pattern", "update", "delete":
				references(child, true, report)
			default:
				references(child, context, report)
			}
		}
	}
}

// readsErrorOutput tells whether a tree has the path $states.errorOutput.
func readsErrorOutput(node any) bool {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			if readsErrorOutput(child) {
				return true
			}
		}
	case map[string]any:
		if steps, ok := node["steps"].([]any); ok && len(steps) > 1 {
			first, _ := steps[0].(map[string]any)
			second, _ := steps[1].(map[string]any)
			if first["type"] == "variable" && first["value"] == "states" && second["value"] == "errorOutput" {
				return true
			}
		}
		for _, child := range node {
			if readsErrorOutput(child) {
				return true
			}
		}
	}
	return false
}
