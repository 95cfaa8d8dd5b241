package states

import (
	"fmt"
	"strings"

	"weir/localcloud/internal/states/jsonpath"
)

// follow evaluates a path where AWS leaves the wording of a failure to the
// library that it evaluates paths with.
func (e *pathEvaluator) follow(text string, on any) (any, error) {
	path, err := jsonpath.Parse(text)
	if err != nil {
		return nil, failf(errRuntime, "%v", err)
	}
	found, ok := e.lookup(path, on)
	if !ok {
		return nil, failf(errRuntime, "Invalid path '%s' : %s", text, e.astray(path, on))
	}
	return found, nil
}

// astray says, as Jayway's JSONPath does, where a path leads nowhere: at its end
// or at a member before that.
func (e *pathEvaluator) astray(path *jsonpath.Path, on any) string {
	names, _ := path.Names()
	for length := 1; length < len(names); length++ {
		prefix := path.Prefix(length)
		if _, ok := e.lookup(prefix, on); !ok {
			return "Missing property in path " + bracketed(prefix)
		}
	}
	return "No results for path: " + bracketed(path)
}

// bracketed writes a path as Jayway's JSONPath does in its messages.
func bracketed(path *jsonpath.Path) string {
	names, ok := path.Names()
	if !ok {
		return path.String()
	}
	var b strings.Builder
	b.WriteString("$")
	for _, name := range names {
		if text, ok := name.(string); ok {
			fmt.Fprintf(&b, "['%s']", text)
		} else {
			fmt.Fprintf(&b, "[%v]", name)
		}
	}
	return b.String()
}
