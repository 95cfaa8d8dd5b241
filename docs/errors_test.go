package docs_test

import (
	"regexp"
	"slices"
	"testing"
)

var errorRow = regexp.MustCompile("(?m)^\\| `(Release\\.[A-Za-z]+)` \\|")

// TestEveryErrorHasARemedy holds errors.md to the names that the workflow's own
// table has.
func TestEveryErrorHasARemedy(t *testing.T) {
	names := func(file string) []string {
		var found []string
		for _, row := range errorRow.FindAllStringSubmatch(readAWS(t, file), -1) {
			found = append(found, row[1])
		}
		slices.Sort(found)
		return found
	}
	want := names("../statemachine/README.md")
	if len(want) < 20 {
		t.Fatalf("the workflow's table has only %d errors", len(want))
	}
	if got := names("errors.md"); !slices.Equal(got, want) {
		t.Errorf("errors.md has %q, want %q", got, want)
	}
}
