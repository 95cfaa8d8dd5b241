package cloudformation_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/localcloud/internal/endpoint"
)

const cliTemplate = `Parameters:
  Title: {Type: String, Default: first}
  Secret: {Type: String, NoEcho: true, Default: hush}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub "${Title} of ${AWS::StackName}"
Outputs:
  Arn:
    Value: !Ref Topic
    Export: {Name: !Sub "${AWS::StackName}-topic"}
`

// awsCLI runs the AWS CLI against a local cloud.
type awsCLI struct {
	t     *testing.T
	cloud *endpoint.Cloud
	home  string
}

func (c awsCLI) run(arguments ...string) (string, error) {
	command := exec.CommandContext(c.t.Context(), "aws", arguments...)
	command.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_ENDPOINT_URL="+c.cloud.URL(), "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+filepath.Join(c.home, "none"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(c.home, "none"))
	out, err := command.CombinedOutput()
	return string(out), err
}

func (c awsCLI) expect(want string, arguments ...string) {
	c.t.Helper()
	out, err := c.run(arguments...)
	if err != nil || !strings.Contains(out, want) {
		c.t.Fatalf("aws %s: %v, want %q in\n%s", strings.Join(arguments, " "), err, want, out)
	}
}

// nextSecond waits until the wall's next second has begun.
func nextSecond() {
	<-time.After(time.Until(time.Now().Truncate(time.Second).Add(1100 * time.Millisecond)))
}

func TestAWSCommand(t *testing.T) {
	if out, err := exec.Command("aws", "--version").CombinedOutput(); err != nil {
		t.Skipf("no AWS CLI in PATH: %v %s", err, out)
	}
	cloud, err := endpoint.Start(t.Context(), endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	c := awsCLI{t: t, cloud: cloud, home: t.TempDir()}
	file := filepath.Join(c.home, "stack.yaml")
	if err := os.WriteFile(file, []byte(cliTemplate), 0o644); err != nil {
		t.Fatal(err)
	}
	deploy := []string{"cloudformation", "deploy", "--stack-name", "cli", "--template-file", file, "--no-fail-on-empty-changeset"}
	c.expect("Title", "cloudformation", "validate-template", "--template-body", "file://"+file)
	c.expect("Successfully created/updated stack - cli", deploy...)
	// The command names its change sets after the second it starts in.
	nextSecond()
	c.expect("No changes to deploy", deploy...)
	nextSecond()
	c.expect("Successfully created/updated stack - cli", append(deploy, "--parameter-overrides", "Title=second")...)
	c.expect("second of cli", "sns", "get-topic-attributes", "--topic-arn", c.output("Stacks[0].Outputs[0].OutputValue"), "--query", "Attributes.DisplayName")
	c.expect("****", "cloudformation", "describe-stacks", "--stack-name", "cli", "--query", "Stacks[0].Parameters[?ParameterKey=='Secret'].ParameterValue")
	c.expect("cli-topic", "cloudformation", "list-exports")
	c.expect("AWS::SNS::Topic", "cloudformation", "get-template-summary", "--stack-name", "cli")
	c.expect("!Sub", "cloudformation", "get-template", "--stack-name", "cli")
	c.expect("UPDATE_COMPLETE", "cloudformation", "list-stack-resources", "--stack-name", "cli")
	c.expect("User Initiated", "cloudformation", "describe-stack-events", "--stack-name", "cli")
	if _, err := c.run("cloudformation", "delete-stack", "--stack-name", "cli"); err != nil {
		t.Fatal(err)
	}
	if out, err := c.run("cloudformation", "describe-stacks", "--stack-name", "nobody"); err == nil || !strings.Contains(out, "(ValidationError)") || !strings.Contains(out, "Stack with id nobody does not exist") {
		t.Errorf("describe-stacks of no stack: %v\n%s", err, out)
	}
}

// output queries the stack.
func (c awsCLI) output(query string) string {
	c.t.Helper()
	out, err := c.run("cloudformation", "describe-stacks", "--stack-name", "cli", "--query", query, "--output", "text")
	if err != nil {
		c.t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(out)
}
