package events_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"weir/internal/events"
)

// docs/events.md names every detail-type and every field of a detail, and no
// other.
func TestEventsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("events.go")
	if err != nil {
		t.Fatal(err)
	}
	types := regexp.MustCompile(`= "(Release [A-Za-z ]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(types) < 9 {
		t.Fatalf("found %d detail-types in the source", len(types))
	}
	for _, name := range types {
		if !strings.Contains(string(page), "\n| `"+name[1]+"` |") {
			t.Errorf("docs/events.md has no row for %q", name[1])
		}
	}
	if rows := strings.Count(string(page), "\n| `Release "); rows != len(types) {
		t.Errorf("docs/events.md has %d detail-types, the events %d", rows, len(types))
	}
	_, detail, _ := strings.Cut(string(page), "## Detail\n")
	detail, _, _ = strings.Cut(detail, "```json")
	fields := reflect.TypeFor[events.Detail]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if !strings.Contains(detail, "\n| `"+name+"` |") && !strings.Contains(detail, "\n| `"+name+"[]` |") {
			t.Errorf("docs/events.md has no row for the field %s", name)
		}
	}
	if rows := strings.Count(detail, "\n| `"); rows != fields.NumField() {
		t.Errorf("docs/events.md has %d fields, a detail %d", rows, fields.NumField())
	}
}
