package lambda_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// matcher compares answers with recorded ones in which ids, names and dates are
// placeholders. A numbered placeholder stands for one value throughout a case,
// and two numbers of a kind for two values: that is how the recording tells
// when a RevisionId changes.
type matcher map[string]string

var placeholder = regexp.MustCompile(`<[a-z0-9-]+(:\d+)?>`)

// shapes are what a placeholder of a kind may stand for.
var shapes = map[string]string{
	"uuid": `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, "code-sha256": `[A-Za-z0-9+/]{43}=`, "region": `us-east-1`,
	"partition": `aws`, "function-name": `[a-zA-Z0-9_-]+?`, "resource": `[a-zA-Z0-9_-]+`, "location": `.+`,
}

// differences lists where an answer is not as recorded.
func (m matcher) differences(path string, want, got any) []string {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %v, want an object", path, got)}
		}
		var found []string
		for _, key := range slices.Sorted(maps.Keys(have)) {
			if _, expected := want[key]; !expected {
				found = append(found, fmt.Sprintf("%s.%s: %v, want nothing", path, key, have[key]))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(want)) {
			found = append(found, m.differences(path+"."+key, want[key], have[key])...)
		}
		return found
	case []any:
		have, _ := got.([]any)
		if len(have) != len(want) {
			return []string{fmt.Sprintf("%s: %d items, want %d", path, len(have), len(want))}
		}
		var found []string
		for i := range want {
			found = append(found, m.differences(fmt.Sprintf("%s[%d]", path, i), want[i], have[i])...)
		}
		return found
	case string:
		if !m.text(want, got) {
			return []string{fmt.Sprintf("%s: %v, want %s", path, got, want)}
		}
		return nil
	}
	if fmt.Sprint(want) != fmt.Sprint(got) {
		return []string{fmt.Sprintf("%s: %v, want %v", path, got, want)}
	}
	return nil
}

// text matches a value with a recorded text and learns its placeholders.
func (m matcher) text(want string, got any) bool {
	if want == "date" || want == "<code-size>" {
		return got != nil
	}
	have, ok := got.(string)
	if !ok {
		return false
	}
	var names []string
	var pattern strings.Builder
	at := 0
	for _, hit := range placeholder.FindAllStringIndex(want, -1) {
		name := want[hit[0]:hit[1]]
		kind, _, _ := strings.Cut(strings.Trim(name, "<>"), ":")
		names = append(names, name)
		pattern.WriteString(regexp.QuoteMeta(want[at:hit[0]]) + "(" + shapes[kind] + ")")
		at = hit[1]
	}
	values := regexp.MustCompile("^" + pattern.String() + regexp.QuoteMeta(want[at:]) + "$").FindStringSubmatch(have)
	if values == nil {
		return false
	}
	for i, name := range names {
		if strings.Contains(name, ":") && !m.bind(name, values[i+1]) {
			return false
		}
	}
	return true
}

// bind gives a placeholder its value, or compares it with the one it has.
func (m matcher) bind(name, value string) bool {
	if known, ok := m[name]; ok {
		return known == value
	}
	kind, _, _ := strings.Cut(name, ":")
	for other, taken := range m {
		if strings.HasPrefix(other, kind+":") && taken == value {
			return false
		}
	}
	m[name] = value
	return true
}
