package endpoint_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/lambda"
)

// TestAWSCommand works with the AWS CLI as it is installed, or not at all.
func TestAWSCommand(t *testing.T) {
	command, err := exec.LookPath("aws")
	if err != nil {
		t.Skipf("no AWS CLI: %v", err)
	}
	if testing.Short() {
		t.Skip("the AWS CLI takes a second a call")
	}
	cloud := start(t, endpoint.Options{})
	folder := t.TempDir()
	aws := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), command, args...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), cloud.ToolEnv()...)
		cmd.Env = append(cmd.Env, "AWS_CONFIG_FILE="+filepath.Join(folder, "none"), "AWS_PAGER=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	bucket := "s3://cdk-hnb659fds-assets-000000000000-us-east-1/"
	large := bytes.Repeat([]byte("0123456789abcdef"), 9<<20/16) // more than the CLI puts in one part
	if err := os.WriteFile(filepath.Join(folder, "large"), large, 0o600); err != nil {
		t.Fatal(err)
	}
	aws("s3", "cp", "--quiet", "large", bucket+"a b//c+d")
	aws("s3", "cp", "--quiet", bucket+"a b//c+d", "back")
	back, err := os.ReadFile(filepath.Join(folder, "back"))
	if err != nil || !bytes.Equal(back, large) {
		t.Errorf("%d bytes came back of %d, error %v", len(back), len(large), err)
	}
	tests := []struct{ args, want string }{
		{"sts get-caller-identity --query Arn --output text", "arn:aws:iam::000000000000:root\n"},
		{"ssm get-parameter --name /cdk-bootstrap/hnb659fds/version --query Parameter.Type --output text", "String\n"},
		{"iam get-role --role-name cdk-hnb659fds-deploy-role-000000000000-us-east-1 --query Role.AssumeRolePolicyDocument.Version --output text", "2012-10-17\n"},
		{"cloudwatch list-metrics --query length(Metrics)", "0\n"},
		{"lambda list-functions --query length(Functions)", "0\n"},
		{"stepfunctions list-state-machines --query length(stateMachines)", "0\n"},
		{"cloudformation list-stacks --query length(StackSummaries)", "0\n"},
	}
	for _, test := range tests {
		if got := aws(strings.Fields(test.args)...); got != test.want {
			t.Errorf("aws %s = %q, want %q", test.args, got, test.want)
		}
	}
}

// TestBoto3 works with boto3 as it is installed, or not at all.
func TestBoto3(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("no Python: %v", err)
	}
	if testing.Short() {
		t.Skip("it builds a handler and takes some seconds")
	}
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import boto3").CombinedOutput(); err != nil {
		t.Skipf("no boto3: %v\n%s", err, out)
	}
	folder := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(folder, "handler", "bootstrap"), "../lambda/testdata/handler")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	body, err := lambda.Package(filepath.Join(folder, "handler"))
	if err != nil {
		t.Fatal(err)
	}
	zipped := filepath.Join(folder, "handler.zip")
	if err := os.WriteFile(zipped, body, 0o600); err != nil {
		t.Fatal(err)
	}
	cloud := start(t, endpoint.Options{MetricDelay: -1})
	script := exec.CommandContext(t.Context(), python, "testdata/clients.py", zipped)
	script.Env = append(append(os.Environ(), cloud.ToolEnv()...), "AWS_CONFIG_FILE="+filepath.Join(folder, "none"), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := script.CombinedOutput(); err != nil {
		t.Errorf("clients.py: %v\n%s", err, out)
	}
}
