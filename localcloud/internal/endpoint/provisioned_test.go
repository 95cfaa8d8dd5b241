package endpoint_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/endpoint"
)

const provisionedAlias = `{"Resources": {
  "Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "worker", "Runtime": "python3.13", "Handler": "index.handler",
    "Role": "arn:aws:iam::000000000000:role/works", "Code": {"ZipFile": "%s"}}},
  "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
  "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Function"}, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}, "Name": "prod",
    "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 2}}}
}}`

// A stack waits for provisioned concurrency, and fails with the reason.
// https://github.com/aws/aws-cdk/issues/6016
func TestAStackWaitsForProvisionedConcurrency(t *testing.T) {
	python(t, "")
	for name, test := range map[string]struct{ code, want string }{
		"of a function that runs": {"def handler(event, context): pass", ""},
		"of one that fails to initialise": {"raise Exception('no')",
			"Provisioned Concurrency configuration failed to be applied. Reason: FUNCTION_ERROR_INIT_FAILURE"},
	} {
		t.Run(name, func(t *testing.T) {
			now := clock.Stepped(time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC))
			cloud := start(t, endpoint.Options{Clock: now})
			role(t, cloud, "works", allow(polls))
			trust(t, cloud, "works", "lambda.amazonaws.com")
			stacks := cloudformation.NewFromConfig(as(cloud, "weir"))
			if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("stack"),
				TemplateBody: aws.String(fmt.Sprintf(provisionedAlias, test.code))}); err != nil {
				t.Fatal(err)
			}
			now.Advance(30 * time.Second)
			out, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("stack")})
			if err != nil || out.Stacks[0].StackStatus != types.StackStatusCreateInProgress {
				t.Fatalf("before the concurrency is allocated the stack is %+v (%v)", out, err)
			}
			now.Advance(5 * time.Minute)
			status, reason := settled(t, stacks)
			if (status == types.StackStatusCreateComplete) != (test.want == "") || !strings.Contains(reason, test.want) {
				t.Errorf("%s: %s\nwant %q", status, reason, test.want)
			}
		})
	}
}

func TestAVersionIsPutInAStateOverTheControlAPI(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	client := function(t, cloud, "worker", "def handler(event, context): pass", allow(polls))
	for body, want := range map[string]int{
		`{"Function": "worker", "Version": "$LATEST", "State": "Inactive", "For": "2m"}`: http.StatusOK,
		`{"Function": "worker", "Version": "7", "State": "Inactive"}`:                    http.StatusBadRequest,
		`{"Function": "worker", "Version": "$LATEST", "State": "Asleep"}`:                http.StatusBadRequest,
		`{"Function": "worker", "Version": "$LATEST", "State": "Pending", "For": "two"}`: http.StatusBadRequest,
	} {
		if got := control(t, cloud, http.MethodPost, "versions", body, nil); got != want {
			t.Errorf("%s: status %d, want %d", body, got, want)
		}
	}
	if _, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("worker")}); code(err) != "CodeArtifactUserPendingException" {
		t.Errorf("invoking it: %v", err)
	}
}
