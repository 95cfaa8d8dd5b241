package cloudformation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/endpoint"
)

// cdkEnv names the CDK's command by an absolute path, such as
// .../node_modules/aws-cdk/bin/cdk.
const cdkEnv = "WEIR_CDK"

// cdk runs the CDK's own command, from npm, against a local cloud.
type cdk struct {
	t       *testing.T
	command string
	cloud   *endpoint.Cloud
	app     string
	home    string
}

func newCDK(t *testing.T) *cdk {
	t.Helper()
	command := os.Getenv(cdkEnv)
	if command == "" {
		t.Skip("the CDK's command is tried by: make test-cdk")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skipf("no node to run the CDK's command: %v", err)
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
	return &cdk{t: t, command: command, cloud: cloud, app: t.TempDir(), home: t.TempDir()}
}

// run answers what the command wrote and how it ended.
func (c *cdk) run(arguments ...string) (string, error) {
	ctx, stop := context.WithTimeout(c.t.Context(), 2*time.Minute)
	defer stop()
	command := exec.CommandContext(ctx, "node", append([]string{c.command, "--app", c.app, "--no-notices", "--no-color"}, arguments...)...)
	command.Dir = c.home
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.home, "CI=true", "CDK_DISABLE_CLI_TELEMETRY=true",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_ENDPOINT_URL=" + c.cloud.URL(),
		"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20",
	}
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	return out.String(), err
}

func (c *cdk) must(arguments ...string) string {
	c.t.Helper()
	out, err := c.run(arguments...)
	if err != nil {
		c.t.Fatalf("cdk %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return out
}

// write makes the assembly of a small stack that is not Weir's own: what
// the function says of itself varies, and so its version.
func (c *cdk) write(description string, more map[string]any) {
	c.t.Helper()
	env := c.cloud.Env()
	bucket := "cdk-hnb659fds-assets-" + env.Account + "-" + env.Region
	role := func(what string) string {
		return "arn:${AWS::Partition}:iam::" + env.Account + ":role/cdk-hnb659fds-" + what + "-role-" + env.Account + "-" + env.Region
	}
	code := filepath.Join(c.app, "asset.code")
	if err := os.MkdirAll(code, 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(code, "bootstrap"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		c.t.Fatal(err)
	}
	template := smallTemplate(description, bucket)
	for name, resource := range more {
		template["Resources"].(map[string]any)[name] = resource
	}
	c.save("small.template.json", template)
	published := map[string]any{"current_account-current_region": map[string]any{
		"bucketName": bucket, "objectKey": "code.zip", "region": env.Region, "assumeRoleArn": role("file-publishing"),
	}}
	c.save("small.assets.json", map[string]any{"version": "36.0.0", "files": map[string]any{
		"code": map[string]any{"source": map[string]any{"path": "asset.code", "packaging": "zip"}, "destinations": published},
	}, "dockerImages": map[string]any{}})
	c.save("manifest.json", map[string]any{"version": "36.0.0", "artifacts": map[string]any{
		"small.assets": map[string]any{"type": "cdk:asset-manifest", "properties": map[string]any{
			"file": "small.assets.json", "requiresBootstrapStackVersion": 6,
			"bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
		}},
		"small": map[string]any{
			"type": "aws:cloudformation:stack", "environment": "aws://" + env.Account + "/" + env.Region,
			"dependencies": []string{"small.assets"},
			"properties": map[string]any{
				"templateFile": "small.template.json", "assumeRoleArn": role("deploy"),
				"cloudFormationExecutionRoleArn": "arn:${AWS::Partition}:iam::" + env.Account + ":role/cdk-hnb659fds-cfn-exec-role-" + env.Account + "-" + env.Region,
				"requiresBootstrapStackVersion":  6, "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
				"additionalDependencies": []string{"small.assets"}, "tags": map[string]string{"team": "checkout"},
			},
		},
	}})
}

func (c *cdk) save(name string, value any) {
	c.t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.app, name), encoded, 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func ref(name string) map[string]any { return map[string]any{"Ref": name} }
func attribute(name, of string) map[string]any {
	return map[string]any{"Fn::GetAtt": []string{name, of}}
}

func smallTemplate(description, bucket string) map[string]any {
	resource := func(kind string, properties map[string]any, more ...map[string]any) map[string]any {
		made := map[string]any{"Type": kind, "Properties": properties}
		for _, extra := range more {
			for name, value := range extra {
				made[name] = value
			}
		}
		return made
	}
	statement := func(principal, action, on any) map[string]any {
		return map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Principal": principal, "Action": action, "Resource": on,
		}}}
	}
	trust := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": "lambda.amazonaws.com"},
	}}}
	return map[string]any{
		"Parameters": map[string]any{"BootstrapVersion": map[string]any{
			"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version",
		}},
		"Rules": map[string]any{"CheckBootstrapVersion": map[string]any{"Assertions": []any{map[string]any{
			"Assert": map[string]any{"Fn::Not": []any{map[string]any{"Fn::Contains": []any{
				[]string{"1", "2", "3", "4", "5"}, ref("BootstrapVersion"),
			}}}},
			"AssertDescription": "CDK bootstrap stack version 6 required.",
		}}}},
		"Resources": map[string]any{
			"Role": resource("AWS::IAM::Role", map[string]any{
				"AssumeRolePolicyDocument": trust,
				"ManagedPolicyArns": []any{map[string]any{"Fn::Join": []any{"", []any{
					"arn:", ref("AWS::Partition"), ":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
				}}}},
			}),
			"Policy": resource("AWS::IAM::Policy", map[string]any{
				"PolicyName": "publish", "Roles": []any{ref("Role")},
				"PolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
					"Effect": "Allow", "Action": "sns:Publish", "Resource": ref("Topic"),
				}}},
			}),
			"Function": resource("AWS::Lambda::Function", map[string]any{
				"Code": map[string]any{"S3Bucket": bucket, "S3Key": "code.zip"}, "Handler": "bootstrap", "Runtime": "provided.al2023",
				"Role": attribute("Role", "Arn"), "Description": description,
				"Environment": map[string]any{"Variables": map[string]any{"TOPIC": ref("Topic")}},
			}, map[string]any{"DependsOn": []string{"Policy"}}),
			"Version" + strings.ToUpper(description): resource("AWS::Lambda::Version", map[string]any{"FunctionName": ref("Function")},
				map[string]any{"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}),
			"Alias": resource("AWS::Lambda::Alias", map[string]any{
				"FunctionName": ref("Function"), "Name": "live",
				"FunctionVersion": attribute("Version"+strings.ToUpper(description), "Version"),
			}),
			"Topic": resource("AWS::SNS::Topic", map[string]any{"DisplayName": "small"}),
			"TopicPolicy": resource("AWS::SNS::TopicPolicy", map[string]any{
				"Topics":         []any{ref("Topic")},
				"PolicyDocument": statement(map[string]any{"Service": "events.amazonaws.com"}, "sns:Publish", ref("Topic")),
			}),
			"Queue": resource("AWS::SQS::Queue", map[string]any{"MessageRetentionPeriod": 1209600}),
			"QueuePolicy": resource("AWS::SQS::QueuePolicy", map[string]any{
				"Queues":         []any{ref("Queue")},
				"PolicyDocument": statement(map[string]any{"Service": "sns.amazonaws.com"}, "sqs:SendMessage", attribute("Queue", "Arn")),
			}),
			"Subscription": resource("AWS::SNS::Subscription", map[string]any{
				"TopicArn": ref("Topic"), "Protocol": "sqs", "Endpoint": attribute("Queue", "Arn"),
			}),
			"Rule": resource("AWS::Events::Rule", map[string]any{
				"EventPattern": map[string]any{"source": []string{"aws.cloudformation"}}, "State": "ENABLED",
				"Targets": []any{map[string]any{"Id": "Function", "Arn": ref("Alias")}},
			}),
			"Permission": resource("AWS::Lambda::Permission", map[string]any{
				"Action": "lambda:InvokeFunction", "FunctionName": ref("Alias"),
				"Principal": "events.amazonaws.com", "SourceArn": attribute("Rule", "Arn"),
			}),
			"Alarm": resource("AWS::CloudWatch::Alarm", map[string]any{
				"Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
				"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0, "TreatMissingData": "notBreaching",
				"AlarmActions": []any{ref("Topic")},
				"Dimensions":   []any{map[string]any{"Name": "FunctionName", "Value": ref("Function")}},
			}),
			"CDKMetadata": resource("AWS::CDK::Metadata", map[string]any{"Analytics": "v2:deflate64:"}),
		},
		"Outputs": map[string]any{"AliasArn": map[string]any{"Value": ref("Alias")}},
	}
}

// aliasVersion asks the cloud, not the stack.
func (c *cdk) aliasVersion() string {
	c.t.Helper()
	st := c.stack()
	if st == nil {
		c.t.Fatal("the stack is gone")
	}
	arn := ""
	for _, output := range st.Outputs {
		if aws.ToString(output.OutputKey) == "AliasArn" {
			arn = aws.ToString(output.OutputValue)
		}
	}
	function := strings.TrimSuffix(arn, ":live")
	out, err := api.Do[lambda.GetAliasOutput](c.t.Context(), c.cloud.Bus(), api.Operator(c.cloud.Env()), "lambda", "GetAlias",
		&lambda.GetAliasInput{FunctionName: &function, Name: aws.String("live")})
	if err != nil {
		c.t.Fatal(err)
	}
	return aws.ToString(out.FunctionVersion)
}

func (c *cdk) stack() *types.Stack {
	c.t.Helper()
	out, err := api.Do[cloudformation.DescribeStacksOutput](c.t.Context(), c.cloud.Bus(), api.Operator(c.cloud.Env()),
		"cloudformation", "DescribeStacks", &cloudformation.DescribeStacksInput{StackName: aws.String("small")})
	if api.IsCode(err, "ValidationError") {
		return nil
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return &out.Stacks[0]
}

// TestCDKCommand deploys, compares, updates, fails and destroys with the CDK's
// own command.
func TestCDKCommand(t *testing.T) {
	c := newCDK(t)
	c.write("a", nil)
	deploy := []string{"deploy", "--require-approval", "never", "--progress", "events"}
	if out := c.must(deploy...); !strings.Contains(out, "CREATE_COMPLETE") {
		t.Errorf("first deploy says\n%s", out)
	}
	if got := c.aliasVersion(); got != "1" {
		t.Errorf("alias is on version %s, want 1", got)
	}
	if out := c.must(deploy...); !strings.Contains(out, "(no changes)") {
		t.Errorf("the same deploy again says\n%s", out)
	}

	c.write("b", nil)
	if out := c.must("diff"); !strings.Contains(out, "AWS::Lambda::Function Function") || !strings.Contains(out, "[+] AWS::Lambda::Version") {
		t.Errorf("diff says\n%s", out)
	}
	if out := c.must(deploy...); !strings.Contains(out, "UPDATE_COMPLETE") {
		t.Errorf("second deploy says\n%s", out)
	}
	if got := c.aliasVersion(); got != "2" {
		t.Errorf("alias is on version %s, want 2", got)
	}

	// A permission for a function that is not there fails the update.
	c.write("c", map[string]any{"Broken": map[string]any{"Type": "AWS::Lambda::Permission", "DependsOn": "Alias",
		"Properties": map[string]any{"Action": "lambda:InvokeFunction", "FunctionName": "nobody", "Principal": "events.amazonaws.com"}}})
	if out, err := c.run(deploy...); err == nil || !strings.Contains(out, "Function not found") {
		t.Errorf("the broken deploy ended with %v and says\n%s", err, out)
	}
	if st := c.stack(); st == nil || st.StackStatus != types.StackStatusUpdateRollbackComplete {
		t.Errorf("after the broken deploy the stack is %+v", st)
	}
	if got := c.aliasVersion(); got != "2" {
		t.Errorf("after the rollback the alias is on version %s, want 2", got)
	}

	c.must("destroy", "--force")
	if st := c.stack(); st != nil {
		t.Errorf("after destroy the stack is %s", st.StackStatus)
	}
}
