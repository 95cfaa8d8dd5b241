package infra

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestReferenceNamesEveryProp(t *testing.T) {
	reference, err := os.ReadFile("../docs/constructs.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for section := range strings.SplitSeq(string(reference), "\n## ") {
		name, body, _ := strings.Cut(section, "\n")
		sections[name] = body
	}
	for section, props := range map[string]reflect.Type{
		"VersionedFunction": reflect.TypeFor[VersionedFunctionProps](),
		"ReleasePipeline":   reflect.TypeFor[ReleasePipelineProps](),
	} {
		for i := range props.NumField() {
			if row := "\n| `" + props.Field(i).Name + "` |"; !strings.Contains(sections[section], row) {
				t.Errorf("section %s of docs/constructs.md has no row for %s", section, props.Field(i).Name)
			}
		}
	}
}

var runbook = regexp.MustCompile(`docs/runbooks/[a-z-]+\.md`)

func TestRunbooksThatAlarmsNameExist(t *testing.T) {
	files := runbook.FindAllString(text(synth(t).Resources), -1)
	if len(files) < 9 {
		t.Errorf("%d runbooks are named, want one per alarm", len(files))
	}
	for _, file := range files {
		if _, err := os.Stat("../" + file); errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is named by the template and does not exist", file)
		}
	}
}
