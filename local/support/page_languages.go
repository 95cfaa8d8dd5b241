package support

import (
	"slices"
	"strings"
)

func (w *writer) stateLanguage(l language) {
	w.line("\n### The states language\n")
	w.line("| State type | Fields in both query languages | JSONPath only | JSONata only |")
	w.line("|---|---|---|---|")
	for _, t := range l.states {
		w.line("| %s | %s | %s | %s |", t.name, strings.Join(t.both, ", "), strings.Join(t.jsonPath, ", "), strings.Join(t.jsonata, ", "))
	}
	w.line("\nTask resources: the ARN of a function, `lambda:invoke`, `states:startExecution` (request, `.sync`, `.sync:2`), %s, each also with `.waitForTaskToken`, %s, and `aws-sdk:SERVICE:ACTION` for every operation on this page of %s.",
		code(l.integrations), code(prefixed("aws-sdk:s3:", l.objectTasks)), code(l.sdkServices))
	w.line("\nIntrinsic functions: %s.", code(prefixed("States.", l.intrinsics)))
}

func (w *writer) templateLanguage(l language) {
	w.line("\n### Templates\n")
	w.line("Functions: %s.\n", code(l.functions))
	w.line("Pseudo parameters: %s.\n", code(l.pseudo))
	w.line("A resource type or a property that is not listed is refused by name before anything is created.\n")
	w.line("| Resource type | Properties (**required**) | A change replaces |")
	w.line("|---|---|---|")
	for _, t := range l.resources {
		var properties []string
		for _, name := range t.properties {
			if slices.Contains(t.required, name) {
				name = "**" + name + "**"
			}
			properties = append(properties, name)
		}
		switch {
		case t.any:
			properties = append(properties, "any")
		case len(properties) == 0:
			properties = append(properties, "none")
		}
		w.line("| %s | %s | %s |", t.name, strings.Join(properties, ", "), strings.Join(t.immutable, ", "))
	}
}

func (w *writer) limits(l language) {
	w.line("\n## Limits\n")
	w.line("| At most | |")
	w.line("|---|---|")
	for _, one := range l.limits {
		w.line("| %s | %s |", one.value, one.what)
	}
}

func code(list []string) string {
	quoted := make([]string, len(list))
	for i, one := range list {
		quoted[i] = "`" + one + "`"
	}
	return strings.Join(quoted, ", ")
}

func prefixed(prefix string, list []string) []string {
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = prefix + one
	}
	return out
}
