package infra

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

// jsii crashes when tests of one package run side by side: no test here may
// call t.Parallel.

var update = flag.Bool("update", false, "write the golden templates anew")

// There is no jsii.Close here: jsii waits for its Node process twice at once,
// which the race detector rightly reports. Node ends with this process, whose end
// closes its input.

// builtHandlers is a directory of executable files in place of built functions.
func builtHandlers(t *testing.T, version string) string {
	t.Helper()
	directory := t.TempDir()
	for _, name := range []string{"app", "plan", "shift", "verify", "rollback", "alias"} {
		content := "built " + name
		if name == "app" {
			content += " " + version
		}
		if err := os.MkdirAll(filepath.Join(directory, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, name, "bootstrap"), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

// newTestApp is an app with the feature flags of cdk.json.
func newTestApp(t *testing.T) awscdk.App {
	t.Helper()
	text, err := os.ReadFile("../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	return awscdk.NewApp(&awscdk.AppProps{
		Context: &parsed.Context, AnalyticsReporting: jsii.Bool(false), Outdir: jsii.String(t.TempDir()),
	})
}

// synth is the template of the stack with everything switched on.
func synth(t *testing.T, change ...func(*StackProps)) template {
	t.Helper()
	props := StackProps{
		Handlers: builtHandlers(t, "v1"),
		Triggers: Triggers{RequestSources: []string{"shop.ci"}, StackUpdated: true},
		Email:    "on-call@example.com",
	}
	for _, c := range change {
		c(&props)
	}
	return templateOf(t, NewStack(newTestApp(t), "weir", props))
}

func templateOf(t *testing.T, stack awscdk.Stack) template {
	t.Helper()
	// Through JSON: what CloudFormation gets, in plain Go types.
	text, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

func parse(t *testing.T, text []byte) template {
	t.Helper()
	var parsed template
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// copy is a template that may be changed.
func (t template) copy(tt *testing.T) template {
	tt.Helper()
	return parse(tt, []byte(text(t)))
}

// template is a CloudFormation template.
type template struct {
	Resources map[string]resource
	Outputs   map[string]map[string]any
}

type resource struct {
	Type                string
	Properties          map[string]any
	DependsOn           []string `json:",omitempty"`
	DeletionPolicy      string   `json:",omitempty"`
	UpdateReplacePolicy string   `json:",omitempty"`
}

// of are the resources of a type, by logical id.
func (t template) of(kind string) map[string]resource {
	found := map[string]resource{}
	for id, r := range t.Resources {
		if r.Type == kind {
			found[id] = r
		}
	}
	return found
}

// text is any part of a template as one line, to search or compare.
func text(part any) string {
	out, err := json.Marshal(part)
	if err != nil {
		panic(fmt.Sprintf("a parsed template cannot be written: %v", err))
	}
	return string(out)
}

// list is a value that CloudFormation lets be none, one or many.
func list(value any) []any {
	switch given := value.(type) {
	case nil:
		return nil
	case []any:
		return given
	}
	return []any{value}
}
