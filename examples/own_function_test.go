// Package examples_test builds the examples as their readers would and runs them
// on a local cloud.
package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/internal/built"
	"weir/localcloud"
)

// A function of another module gets a pipeline in under ten lines, is deployed
// and serves through its production alias.
func TestPipelineIsAttachedToAFunctionOfAnotherModule(t *testing.T) {
	source, err := os.ReadFile("own-function/main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, attached, _ := strings.Cut(string(source), "// What attaches Weir.\n")
	attached, _, _ = strings.Cut(attached, "\n\n")
	if lines := strings.Count(attached, "\n") + 1; lines < 3 || lines >= 10 {
		t.Errorf("attaching Weir takes %d lines", lines)
	}

	dir := t.TempDir()
	b, err := built.New("..", dir, "examples", "functions", "infra", "internal", "statemachine")
	if err != nil {
		t.Fatal(err)
	}
	handlers, err := b.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	run := func(env []string, args ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), args[0], args[1:]...)
		command.Dir = "own-function"
		command.Env = append(os.Environ(), env...)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	orders, app, assembly := filepath.Join(dir, "orders"), filepath.Join(dir, "app"), filepath.Join(dir, "cdk.out")
	run([]string{"CGO_ENABLED=0"}, "go", "build", "-tags", "lambda.norpc", "-o", filepath.Join(orders, "bootstrap"), "./orders")
	run(nil, "go", "build", "-o", app, ".")
	run([]string{"CDK_OUTDIR=" + assembly, "HANDLERS=" + handlers, "ORDERS=" + orders, "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20"}, app)

	cloud, err := localcloud.Start(t.Context(), localcloud.Options{Speed: 60})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if _, err := cloud.Deploy(t.Context(), assembly); err != nil {
		t.Fatal(err)
	}
	cfg, err := cloud.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := lambda.NewFromConfig(cfg).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("orders"), Qualifier: aws.String("prod")})
	if err != nil || string(out.Payload) != `{"order":"taken"}` || aws.ToString(out.ExecutedVersion) != "1" {
		t.Errorf("production answers %s from version %s, %v", out.Payload, aws.ToString(out.ExecutedVersion), err)
	}
}
