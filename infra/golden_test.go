package infra

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGoldenTemplates compares whole templates with those in testdata. After a
// change that is meant, write them anew and review the diff:
//
//	go test ./infra -run Golden -update
func TestGoldenTemplates(t *testing.T) {
	for name, change := range map[string]func(*StackProps){
		"least.json": func(p *StackProps) { p.Triggers, p.Email, p.NoMonitoring = Triggers{}, "", true },
		"all.json":   func(*StackProps) {},
	} {
		t.Run(name, func(t *testing.T) {
			got := goldenText(t, synth(t, change))
			file := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("template differs from %s; if that is meant: go test ./infra -run Golden -update\n%s", file, diff)
			}
		})
	}
}

// A new CDK computes other hashes; they say nothing to a reviewer.
var (
	assetKey    = regexp.MustCompile(`[0-9a-f]{64}\.zip`)
	versionHash = regexp.MustCompile(`(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}`)
)

// goldenText is the template as it is kept: indented, without hashes of assets,
// and without the workflow's definition, which has its own file.
func goldenText(t *testing.T, from template) []byte {
	t.Helper()
	for _, machine := range from.of("AWS::StepFunctions::StateMachine") {
		machine.Properties["DefinitionString"] = "(see the definition's own file)"
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(from); err != nil {
		t.Fatal(err)
	}
	kept := assetKey.ReplaceAll(out.Bytes(), []byte("(asset).zip"))
	return versionHash.ReplaceAll(kept, []byte("$1(hash)"))
}
