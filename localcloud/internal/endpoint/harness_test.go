package endpoint_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/iam"
)

func start(t *testing.T, options endpoint.Options) *endpoint.Cloud {
	t.Helper()
	cloud, err := endpoint.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	return cloud
}

// as is a client configuration with an access key.
func as(cloud *endpoint.Cloud, key string) aws.Config {
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(cloud.URL()), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, "secret", "token"),
	}
}

// role makes a role that the account may assume, and returns its ARN.
func role(t *testing.T, cloud *endpoint.Cloud, name, policy string) string {
	t.Helper()
	operator := api.Operator(cloud.Env())
	created, err := api.Do[iam.RoleOutput](t.Context(), cloud.Bus(), operator, "iam", "CreateRole", &iam.CreateRoleInput{
		RoleName:                 name,
		AssumeRolePolicyDocument: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::000000000000:root"}}}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cloud.Bus().Call(t.Context(), operator, "iam", "PutRolePolicy", &iam.InlinePolicy{RoleName: name, PolicyName: "p", PolicyDocument: policy}); err != nil {
		t.Fatal(err)
	}
	return created.Role.Arn
}

// assume opens a session of a role and returns a client configuration for it.
func assume(t *testing.T, cloud *endpoint.Cloud, arn string) aws.Config {
	t.Helper()
	opened, err := sts.NewFromConfig(as(cloud, "weir")).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(arn), RoleSessionName: aws.String("session")})
	if err != nil {
		t.Fatal(err)
	}
	return as(cloud, aws.ToString(opened.Credentials.AccessKeyId))
}

// code is the error code of an AWS error; empty for any other error.
func code(err error) string {
	awsErr, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return ""
	}
	return awsErr.ErrorCode()
}

// control calls the control API and returns the status.
func control(t *testing.T, cloud *endpoint.Cloud, method, path, body string, answer any) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, cloud.URL()+"/_weir/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set(endpoint.ControlHeader, "1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			t.Fatalf("%s %s answered %q: %v", method, path, text, err)
		}
	}
	return response.StatusCode
}
