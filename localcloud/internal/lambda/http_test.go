package lambda_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// bindings is the real SDK before a function with two versions and the alias
// prod: what it makes of an operation must reach the operation it is for, and
// the answer must come back.
type bindings struct {
	*testing.T
	client *awslambda.Client
}

func newBindings(t *testing.T) bindings {
	t.Helper()
	c := newCloud(t)
	c.released("f", 0)
	return bindings{T: t, client: c.client(http.DefaultTransport)}
}

func (b bindings) check(what string, err error, got, want any) {
	b.Helper()
	if err != nil || got != want {
		b.Errorf("%s: %v, want %v (%v)", what, got, want, err)
	}
}

var f, prod, one = aws.String("f"), aws.String("prod"), aws.String("1")

func TestBindingsOfInvocations(t *testing.T) {
	b := newBindings(t)
	invoked, err := b.client.Invoke(b.Context(), &awslambda.InvokeInput{FunctionName: f, Qualifier: prod, Payload: event("fail", "no"), LogType: types.LogTypeTail})
	b.check("Invoke", err, aws.ToString(invoked.FunctionError)+aws.ToString(invoked.ExecutedVersion), "Unhandled1")
	log, err := base64.StdEncoding.DecodeString(aws.ToString(invoked.LogResult))
	b.check("log", err, strings.HasPrefix(string(log), "START RequestId: "), true)
	dry, err := b.client.Invoke(b.Context(), &awslambda.InvokeInput{FunctionName: f, InvocationType: types.InvocationTypeDryRun})
	b.check("dry run", err, dry.StatusCode, int32(http.StatusNoContent))
}

func TestBindingsOfTags(t *testing.T) {
	b := newBindings(t)
	arn := aws.String("arn:aws:lambda:us-east-1:111111111111:function:f")
	_, err := b.client.TagResource(b.Context(), &awslambda.TagResourceInput{Resource: arn, Tags: map[string]string{"a": "1", "b": "2"}})
	b.check("TagResource", err, nil, nil)
	_, err = b.client.UntagResource(b.Context(), &awslambda.UntagResourceInput{Resource: arn, TagKeys: []string{"a", "c"}})
	b.check("UntagResource", err, nil, nil)
	tags, err := b.client.ListTags(b.Context(), &awslambda.ListTagsInput{Resource: arn})
	b.check("ListTags", err, len(tags.Tags), 1)
}

func TestBindingsOfReservedConcurrency(t *testing.T) {
	b := newBindings(t)
	_, err := b.client.PutFunctionConcurrency(b.Context(), &awslambda.PutFunctionConcurrencyInput{FunctionName: f, ReservedConcurrentExecutions: aws.Int32(5)})
	b.check("PutFunctionConcurrency", err, nil, nil)
	reserved, err := b.client.GetFunctionConcurrency(b.Context(), &awslambda.GetFunctionConcurrencyInput{FunctionName: f})
	b.check("GetFunctionConcurrency", err, aws.ToInt32(reserved.ReservedConcurrentExecutions), int32(5))
	settings, err := b.client.GetAccountSettings(b.Context(), &awslambda.GetAccountSettingsInput{})
	b.check("GetAccountSettings", err, aws.ToInt32(settings.AccountLimit.UnreservedConcurrentExecutions), int32(995))
	_, err = b.client.DeleteFunctionConcurrency(b.Context(), &awslambda.DeleteFunctionConcurrencyInput{FunctionName: f})
	b.check("DeleteFunctionConcurrency", err, nil, nil)
}

func TestBindingsOfProvisionedConcurrency(t *testing.T) {
	b := newBindings(t)
	_, err := b.client.PutProvisionedConcurrencyConfig(b.Context(), &awslambda.PutProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: one, ProvisionedConcurrentExecutions: aws.Int32(2)})
	b.check("PutProvisionedConcurrencyConfig", err, nil, nil)
	ready, err := b.client.GetProvisionedConcurrencyConfig(b.Context(), &awslambda.GetProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: one})
	b.check("GetProvisionedConcurrencyConfig", err, ready.Status, types.ProvisionedConcurrencyStatusEnumReady)
	all, err := b.client.ListProvisionedConcurrencyConfigs(b.Context(), &awslambda.ListProvisionedConcurrencyConfigsInput{FunctionName: f})
	b.check("ListProvisionedConcurrencyConfigs", err, len(all.ProvisionedConcurrencyConfigs), 1)
	_, err = b.client.DeleteProvisionedConcurrencyConfig(b.Context(), &awslambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: one})
	b.check("DeleteProvisionedConcurrencyConfig", err, nil, nil)
}

func TestBindingsOfAsynchronousConfiguration(t *testing.T) {
	b := newBindings(t)
	_, err := b.client.PutFunctionEventInvokeConfig(b.Context(), &awslambda.PutFunctionEventInvokeConfigInput{FunctionName: f, Qualifier: prod, MaximumRetryAttempts: aws.Int32(1)})
	b.check("PutFunctionEventInvokeConfig", err, nil, nil)
	_, err = b.client.UpdateFunctionEventInvokeConfig(b.Context(), &awslambda.UpdateFunctionEventInvokeConfigInput{FunctionName: f, Qualifier: prod, MaximumEventAgeInSeconds: aws.Int32(60)})
	b.check("UpdateFunctionEventInvokeConfig", err, nil, nil)
	async, err := b.client.GetFunctionEventInvokeConfig(b.Context(), &awslambda.GetFunctionEventInvokeConfigInput{FunctionName: f, Qualifier: prod})
	b.check("GetFunctionEventInvokeConfig", err, aws.ToInt32(async.MaximumRetryAttempts)+aws.ToInt32(async.MaximumEventAgeInSeconds), int32(61))
	configs, err := b.client.ListFunctionEventInvokeConfigs(b.Context(), &awslambda.ListFunctionEventInvokeConfigsInput{FunctionName: f})
	b.check("ListFunctionEventInvokeConfigs", err, len(configs.FunctionEventInvokeConfigs), 1)
	_, err = b.client.DeleteFunctionEventInvokeConfig(b.Context(), &awslambda.DeleteFunctionEventInvokeConfigInput{FunctionName: f, Qualifier: prod})
	b.check("DeleteFunctionEventInvokeConfig", err, nil, nil)
}

func TestBindingsOfURLs(t *testing.T) {
	b := newBindings(t)
	_, err := b.client.CreateFunctionUrlConfig(b.Context(), &awslambda.CreateFunctionUrlConfigInput{FunctionName: f, Qualifier: prod, AuthType: types.FunctionUrlAuthTypeNone})
	b.check("CreateFunctionUrlConfig", err, nil, nil)
	_, err = b.client.UpdateFunctionUrlConfig(b.Context(), &awslambda.UpdateFunctionUrlConfigInput{FunctionName: f, Qualifier: prod, AuthType: types.FunctionUrlAuthTypeAwsIam})
	b.check("UpdateFunctionUrlConfig", err, nil, nil)
	url, err := b.client.GetFunctionUrlConfig(b.Context(), &awslambda.GetFunctionUrlConfigInput{FunctionName: f, Qualifier: prod})
	b.check("GetFunctionUrlConfig", err, url.AuthType, types.FunctionUrlAuthTypeAwsIam)
	urls, err := b.client.ListFunctionUrlConfigs(b.Context(), &awslambda.ListFunctionUrlConfigsInput{FunctionName: f})
	b.check("ListFunctionUrlConfigs", err, len(urls.FunctionUrlConfigs), 1)
	_, err = b.client.DeleteFunctionUrlConfig(b.Context(), &awslambda.DeleteFunctionUrlConfigInput{FunctionName: f, Qualifier: prod})
	b.check("DeleteFunctionUrlConfig", err, nil, nil)
}

func TestBindingsOfPolicies(t *testing.T) {
	b := newBindings(t)
	_, err := b.client.AddPermission(b.Context(), &awslambda.AddPermissionInput{FunctionName: f, StatementId: aws.String("s"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("sns.amazonaws.com")})
	b.check("AddPermission", err, nil, nil)
	policy, err := b.client.GetPolicy(b.Context(), &awslambda.GetPolicyInput{FunctionName: f})
	b.check("GetPolicy", err, strings.Contains(aws.ToString(policy.Policy), "sns.amazonaws.com"), true)
	_, err = b.client.RemovePermission(b.Context(), &awslambda.RemovePermissionInput{FunctionName: f, StatementId: aws.String("s"), RevisionId: policy.RevisionId})
	b.check("RemovePermission", err, nil, nil)
}

func TestBindingsOfDeletion(t *testing.T) {
	b := newBindings(t)
	_, err := b.client.DeleteFunction(b.Context(), &awslambda.DeleteFunctionInput{FunctionName: f})
	b.check("DeleteFunction", err, nil, nil)
	_, err = b.client.GetFunction(b.Context(), &awslambda.GetFunctionInput{FunctionName: f})
	if missing, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok || aws.ToString(missing.Type) != "User" {
		b.Errorf("GetFunction: %v", err)
	}
}

// TestThrottlesReachTheSDKWithTheirReason matters to clients that back off.
func TestThrottlesReachTheSDKWithTheirReason(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	client := c.client(http.DefaultTransport)
	if _, err := client.PutFunctionConcurrency(t.Context(), &awslambda.PutFunctionConcurrencyInput{FunctionName: aws.String("f"), ReservedConcurrentExecutions: aws.Int32(0)}); err != nil {
		t.Fatal(err)
	}
	_, err := client.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String("f")})
	throttled, ok := errors.AsType[*types.TooManyRequestsException](err)
	if !ok || throttled.Reason != types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded {
		t.Errorf("error = %v", err)
	}
}
