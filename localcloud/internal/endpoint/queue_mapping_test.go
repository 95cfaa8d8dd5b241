package endpoint_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/iam"
	"weir/localcloud/internal/sqs"
)

// A template with a Python function, its alias on version 1, and a queue that
// the alias is behind.
const queueBehindAlias = `{"Resources": {
  "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs", "VisibilityTimeout": %d}},
  "Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "worker", "Runtime": "python3.13", "Handler": "index.handler", "Timeout": 5,
    "Role": "arn:aws:iam::000000000000:role/works", "Code": {"ZipFile": "def handler(event, context):\n    if event['Records'][0]['body'] == 'bad': raise Exception('no')\n"}}},
  "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
  "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Function"}, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}, "Name": "prod"}},
  "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Alias"}, "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}%s}}
}, "Outputs": {"Id": {"Value": {"Ref": "Mapping"}}, "Arn": {"Value": {"Fn::GetAtt": ["Mapping", "EventSourceMappingArn"]}}}}`

const polls = `{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes"],"Resource":"arn:aws:sqs:us-east-1:000000000000:jobs"}`

func TestAStackPutsAQueueBehindAnAlias(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no Python on this machine")
	}
	for name, test := range map[string]struct {
		policy  string
		visible int
		more    string // properties of the mapping
		want    string // in the reason; CREATE_COMPLETE without
	}{
		"with all that it needs": {policy: polls, visible: 30, more: `, "BatchSize": 1, "Tags": [{"Key": "a", "Value": "b"}]`},
		"a role that may not receive": {policy: `{"Effect":"Allow","Action":"sqs:DeleteMessage","Resource":"*"}`, visible: 30,
			want: "The provided execution role does not have permissions to call ReceiveMessage on SQS"},
		"a role that may not delete": {policy: `{"Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"*"}`, visible: 30,
			want: "The provided execution role does not have permissions to call DeleteMessage on SQS"},
		"a queue that is too quick": {policy: polls, visible: 4, want: "Queue visibility timeout: 4 seconds is less than Function timeout: 5 seconds"},
		"a stream's property":       {policy: polls, visible: 30, more: `, "StartingPosition": "LATEST"`, want: "StartingPosition"},
	} {
		t.Run(name, func(t *testing.T) {
			now := clock.Stepped(time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC))
			cloud := start(t, endpoint.Options{Clock: now})
			role(t, cloud, "works", allow(test.policy))
			trust(t, cloud, "works", "lambda.amazonaws.com")
			stacks := cloudformation.NewFromConfig(as(cloud, "weir"))
			_, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("stack"),
				TemplateBody: aws.String(fmt.Sprintf(queueBehindAlias, test.visible, test.more))})
			if err != nil {
				if test.want == "" || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("%v, want %q", err, test.want)
				}
				return
			}
			now.Advance(time.Minute)
			status, reason := settled(t, stacks)
			if (status == types.StackStatusCreateComplete) != (test.want == "") || !strings.Contains(reason, test.want) {
				t.Fatalf("%s: %s\nwant %q", status, reason, test.want)
			}
			if test.want == "" {
				rehearseQueue(t, cloud, now)
			}
		})
	}
}

// rehearseQueue sends a good and a bad message: the good one goes, the bad one
// shows again after the visibility timeout.
func rehearseQueue(t *testing.T, cloud *endpoint.Cloud, now *clock.Clock) {
	t.Helper()
	operator := api.Operator(cloud.Env())
	for _, body := range []string{"good", "bad"} {
		if _, err := cloud.Bus().Call(t.Context(), operator, "sqs", "SendMessage", &sqs.SendMessageInput{QueueUrl: aws.String("jobs"), MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	left := func() string {
		out, err := api.Do[sqs.Attributes](t.Context(), cloud.Bus(), operator, "sqs", "GetQueueAttributes", &sqs.AttributesInput{QueueUrl: aws.String("jobs"), AttributeNames: []string{"All"}})
		if err != nil {
			t.Fatal(err)
		}
		return out.Attributes["ApproximateNumberOfMessages"] + " shown, " + out.Attributes["ApproximateNumberOfMessagesNotVisible"] + " hidden"
	}
	now.Advance(10 * time.Second)
	if got := left(); got != "0 shown, 1 hidden" {
		t.Errorf("after the first batches: %s", got)
	}
	if _, err := cloud.Bus().Call(t.Context(), operator, "iam", "DeleteRolePolicy", &iam.InlinePolicy{RoleName: "works", PolicyName: "p"}); err != nil {
		t.Fatal(err)
	}
	now.Advance(time.Minute)
	if got := left(); got != "1 shown, 0 hidden" {
		t.Errorf("after the role lost its permissions: %s", got)
	}
}
