package endpoint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/sqs"
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
	cloud := start(t, endpoint.Options{})
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
func received(t *testing.T, cloud *endpoint.Cloud, queue string) string {
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

// A rule that sends to its own bus is a loop; the local cloud ends it.
func TestABusThatFeedsItselfComesToRest(t *testing.T) {
	running := clock.Stepped(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))
	cloud := start(t, endpoint.Options{Clock: running})
	events := eventbridge.NewFromConfig(as(cloud, "weir"))
	seen := 0
	cloud.Events.Tap(func(map[string]any) { seen++ })
	arn := "arn:aws:events:us-east-1:000000000000:event-bus/default"
	if _, err := events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("loop"), EventPattern: aws.String(`{"source": ["mine"]}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("loop"), Targets: []eventtypes.Target{{Id: aws.String("bus"), Arn: &arn,
		RetryPolicy: &eventtypes.RetryPolicy{MaximumRetryAttempts: aws.Int32(0)}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := events.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{
		Source: aws.String("mine"), DetailType: aws.String("d"), Detail: aws.String(`{}`)}}}); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		running.Advance(time.Second)
	}
	if seen != 11 {
		t.Errorf("one event was seen %d times, want once and ten times more", seen)
	}
}
