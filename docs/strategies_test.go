package docs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"weir/internal/release"
)

// TestPresetsAreListed holds strategies.md to the presets.
func TestPresetsAreListed(t *testing.T) {
	raw, err := os.ReadFile("strategies.md")
	if err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(string(raw), "\n| `Canary") + strings.Count(string(raw), "\n| `Linear") + strings.Count(string(raw), "\n| `AllAt"); rows != len(release.Presets()) {
		t.Errorf("strategies.md has %d presets, want %d", rows, len(release.Presets()))
	}
	for _, preset := range release.Presets() {
		if row := presetRow(t, preset); !strings.Contains(string(raw), row) {
			t.Errorf("strategies.md lacks the row %q", row)
		}
	}
}

func presetRow(t *testing.T, preset string) string {
	t.Helper()
	steps, err := release.Strategy{Preset: preset}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	name := "`" + preset + "`"
	least, err := release.ParseRequest([]byte(`{"target": {"function": "orders"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if preset == least.Strategy.Preset {
		name += " (default)"
	}
	if len(steps) == 0 {
		return fmt.Sprintf("\n| %s | none", name)
	}
	weights := fmt.Sprint(steps[0].Weight)
	if last := len(steps) - 1; last > 0 {
		weights = fmt.Sprintf("%d, %d, ... %d", steps[0].Weight, steps[1].Weight, steps[last].Weight)
	}
	bake := fmt.Sprintf("%d minutes", steps[0].BakeSeconds/60)
	if bake == "1 minutes" {
		bake = "1 minute"
	}
	return fmt.Sprintf("\n| %s | %s | %s |\n", name, weights, bake)
}
