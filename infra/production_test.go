package infra

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/localcloud"
)

// TestProductionIsNeverMovedByTheStack deploys the real template, with the real
// alias creator, to a local cloud, at rest and in the middle of a release, and
// changes the stack in every way that could touch production.
func TestProductionIsNeverMovedByTheStack(t *testing.T) {
	handlers := builtHandlers(t, "v1")
	build(t, handlers, "app", "v1")
	build(t, handlers, "alias", "")
	next := t.TempDir()
	build(t, next, "app", "v2")

	first := assemble(t, StackProps{Handlers: handlers})
	changed := assemble(t, StackProps{Handlers: handlers, App: next + "/app"})

	changes := []struct {
		name  string
		dir   string
		fails bool
	}{
		{"new code", changed, false},
		{"new configuration", assemble(t, StackProps{Handlers: handlers, App: next + "/app", AppEnvironment: map[string]string{"RELEASE": "blue"}}), false},
		{"another description", edited(t, first, func(stack *template) { describeProduction(stack, "another") }), false},
		{"an update that fails and is rolled back", edited(t, changed, breakUpdate), true},
		{"one that fails with another description", edited(t, changed, func(stack *template) {
			describeProduction(stack, "yet another")
			breakUpdate(stack)
		}), true},
		{"back to the first template", first, false},
	}
	for name, inRelease := range map[string]bool{"at rest": false, "in the middle of a release": true} {
		t.Run(name, func(t *testing.T) {
			cloud, client := startCloud(t)
			deploy(t, cloud, first, false)
			if inRelease {
				deploy(t, cloud, changed, false)
				split(t, client)
			}
			want := production(t, client)
			for _, change := range changes {
				deploy(t, cloud, change.dir, change.fails)
				if diff := cmp.Diff(want, production(t, client), cmpopts.IgnoreUnexported(types.AliasConfiguration{}, types.AliasRoutingConfiguration{})); diff != "" {
					t.Fatalf("%s: production moved:\n%s", change.name, diff)
				}
			}
		})
	}
}

// build compiles one of the functions for this machine.
func build(t *testing.T, directory, name, release string) {
	t.Helper()
	out := filepath.Join(directory, name, "bootstrap")
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		t.Fatal(err)
	}
	// go build does not write over what it has not built itself.
	if err := os.Remove(out); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-ldflags", "-s -w -X main.release="+release, "-o", out, "../functions/"+name)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if printed, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, printed)
	}
}

// assemble synthesises a cloud assembly and gives back its folder.
func assemble(t *testing.T, props StackProps) string {
	t.Helper()
	app := newTestApp(t)
	NewStack(app, "weir", props)
	return *app.Synth(nil).Directory()
}

// edited is a copy of an assembly with another template.
func edited(t *testing.T, directory string, edit func(*template)) string {
	t.Helper()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(directory)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(copied, "weir.template.json")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stack := parse(t, content)
	edit(&stack)
	if content, err = json.Marshal(stack); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

func describeProduction(stack *template, description string) {
	for _, first := range stack.of("Custom::FirstAlias") {
		first.Properties["Description"] = description
	}
}

// breakUpdate adds an alias on a version that does not exist, to be made when
// all else has been.
func breakUpdate(stack *template) {
	var others []string
	for id := range stack.Resources {
		others = append(others, id)
	}
	stack.Resources["Broken"] = resource{Type: "AWS::Lambda::Alias", DependsOn: others, Properties: map[string]any{
		"Name": "broken", "FunctionName": "weir-app", "FunctionVersion": "999",
	}}
}

func startCloud(t *testing.T) (*localcloud.Cloud, *lambda.Client) {
	t.Helper()
	cloud, err := localcloud.Start(context.WithoutCancel(t.Context()), localcloud.Options{Speed: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Errorf("close the local cloud: %v", err)
		}
	})
	config, err := cloud.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cloud, lambda.NewFromConfig(config)
}

func deploy(t *testing.T, cloud *localcloud.Cloud, directory string, fails bool) {
	t.Helper()
	_, err := cloud.Deploy(t.Context(), directory)
	if fails && (err == nil || !strings.Contains(err.Error(), "UPDATE_ROLLBACK_COMPLETE")) {
		t.Fatalf("the update should have been rolled back, but: %v", err)
	}
	if !fails && err != nil {
		t.Fatal(err)
	}
}

// split puts production where a release in its first step has it.
func split(t *testing.T, client *lambda.Client) {
	t.Helper()
	staging, err := client.GetAlias(t.Context(), &lambda.GetAliasInput{FunctionName: aws.String("weir-app"), Name: aws.String("staging")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{
		FunctionName: aws.String("weir-app"), Name: aws.String("prod"),
		Description:   aws.String("weir/1 stable=1 candidate=2 lock=weir-release/monday-1"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{*staging.FunctionVersion: 0.1}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// production is all that the alias is: version, weights, description, and the
// revision, which a write that changes nothing would change too.
func production(t *testing.T, client *lambda.Client) types.AliasConfiguration {
	t.Helper()
	out, err := client.GetAlias(t.Context(), &lambda.GetAliasInput{FunctionName: aws.String("weir-app"), Name: aws.String("prod")})
	if err != nil {
		t.Fatal(err)
	}
	return types.AliasConfiguration{
		AliasArn: out.AliasArn, Name: out.Name, FunctionVersion: out.FunctionVersion, Description: out.Description,
		RevisionId: out.RevisionId, RoutingConfig: out.RoutingConfig,
	}
}
