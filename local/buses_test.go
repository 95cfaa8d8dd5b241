package local_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/local"
	"weir/local/api"
	"weir/local/sqs"
)

const shopBus = `{"Resources": {
  "Shop": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "shop", "Tags": [{"Key": "team", "Value": "orders"}]}},
  "Mail": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "mail"}},
  "Lets": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Mail"}], "PolicyDocument": {"Version": "2012-10-17", "Statement":
    {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Mail", "Arn"]},
     "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}}}}}},
  "Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventBusName": {"Ref": "Shop"}, "EventPattern": {"source": ["mine"]},
    "Targets": [{"Id": "mail", "Arn": {"Fn::GetAtt": ["Mail", "Arn"]}, "InputPath": "$.detail"}]}}},
 "Outputs": {"Bus": {"Value": {"Fn::GetAtt": ["Shop", "Arn"]}}, "Rule": {"Value": {"Fn::GetAtt": ["Rule", "Arn"]}}}}`

// A stack has buses of its own, with rules on them.
func TestAStackWithABus(t *testing.T) {
	cloud := start(t, local.Options{})
	stacks, events := cloudformation.NewFromConfig(as(cloud, "weir")), eventbridge.NewFromConfig(as(cloud, "weir"))
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("stack"), TemplateBody: aws.String(shopBus)}); err != nil {
		t.Fatal(err)
	}
	if status, reason := settled(t, stacks); status != types.StackStatusCreateComplete {
		t.Fatalf("%s: %s", status, reason)
	}
	for _, bus := range []string{"default", "shop"} {
		if _, err := events.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{EventBusName: &bus,
			Source: aws.String("mine"), DetailType: aws.String("d"), Detail: aws.String(`{"on":"` + bus + `"}`)}}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := received(t, cloud, "mail"); got != `{"on":"shop"}` {
		t.Errorf("the queue got %q, want what was put on the stack's bus", got)
	}
	if _, err := stacks.DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: aws.String("stack")}); err != nil {
		t.Fatal(err)
	}
	settled(t, stacks)
	if _, err := events.DescribeEventBus(t.Context(), &eventbridge.DescribeEventBusInput{Name: aws.String("shop")}); code(err) != "ResourceNotFoundException" {
		t.Errorf("the bus went with its stack: %v", err)
	}
}

// received are the messages that come to a queue until none does for a second.
func received(t *testing.T, cloud *local.Cloud, queue string) string {
	t.Helper()
	var got []string
	for {
		out, err := api.Do[sqs.ReceiveMessageOutput](t.Context(), cloud.Bus(), api.Operator(cloud.Env()), "sqs", "ReceiveMessage",
			&sqs.ReceiveMessageInput{QueueUrl: &queue, WaitTimeSeconds: aws.Int32(1)})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return strings.Join(got, " ")
		}
		for _, message := range out.Messages {
			got = append(got, *message.Body)
		}
	}
}
