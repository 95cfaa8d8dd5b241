package support_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"weir/local"
	"weir/local/support"
)

var update = flag.Bool("update", false, "write docs/support.md anew")

const file = "../../docs/support.md"

func TestThePageSaysWhatTheCodeDoes(t *testing.T) {
	cloud, err := local.Start(t.Context(), local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	}()
	page, err := support.Page(t.Context(), cloud.Bus())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != page {
		t.Errorf("docs/support.md is stale, at:\n%s\nwrite it anew with: go test ./local/support -update", difference(string(kept), page))
	}
}

// difference is the first line in which two texts differ.
func difference(kept, page string) string {
	old, fresh := strings.Split(kept, "\n"), strings.Split(page, "\n")
	for i := range max(len(old), len(fresh)) {
		a, b := lineOf(old, i), lineOf(fresh, i)
		if a != b {
			return "- " + a + "\n+ " + b
		}
	}
	return ""
}

func lineOf(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}
