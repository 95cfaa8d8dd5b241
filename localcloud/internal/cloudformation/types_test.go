package cloudformation_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudformation/resource"
	"weir/localcloud/internal/endpoint"
)

// stackOf is one stack on a local cloud of real services.
type stackOf struct {
	t     *testing.T
	cloud *endpoint.Cloud
	name  string
}

func newStackOf(t *testing.T) *stackOf {
	t.Helper()
	cloud, err := endpoint.Start(t.Context(), endpoint.Options{Speed: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	return &stackOf{t: t, cloud: cloud, name: "types"}
}

func (s *stackOf) call(operation string, in any) error {
	_, err := s.cloud.Bus().Call(s.t.Context(), api.Operator(s.cloud.Env()), "cloudformation", operation, in)
	return err
}

// put creates or updates the stack and tells how it ended.
func (s *stackOf) put(operation string, resources map[string]any) types.StackStatus {
	s.t.Helper()
	encoded, err := json.Marshal(map[string]any{"Resources": resources})
	if err != nil {
		s.t.Fatal(err)
	}
	name, body := aws.String(s.name), aws.String(string(encoded))
	capabilities := []types.Capability{types.CapabilityCapabilityNamedIam}
	var in any = &cloudformation.CreateStackInput{StackName: name, TemplateBody: body, Capabilities: capabilities}
	if operation == "UpdateStack" {
		in = &cloudformation.UpdateStackInput{StackName: name, TemplateBody: body, Capabilities: capabilities}
	}
	if err := s.call(operation, in); err != nil {
		s.t.Fatal(err)
	}
	return s.ended()
}

func (s *stackOf) ended() types.StackStatus {
	s.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond) // what it waits for is another goroutine's work
	defer tick.Stop()
	for {
		out, err := api.Do[cloudformation.DescribeStacksOutput](s.t.Context(), s.cloud.Bus(), api.Operator(s.cloud.Env()),
			"cloudformation", "DescribeStacks", &cloudformation.DescribeStacksInput{StackName: &s.name})
		if api.IsCode(err, "ValidationError") {
			return types.StackStatusDeleteComplete
		}
		if err != nil {
			s.t.Fatal(err)
		}
		if status := out.Stacks[0].StackStatus; !strings.HasSuffix(string(status), "_IN_PROGRESS") {
			return status
		}
		select {
		case <-tick.C:
		case <-s.t.Context().Done():
			s.t.Fatal("the stack never ended")
		}
	}
}

// failures lists why resources failed.
func (s *stackOf) failures() []string {
	s.t.Helper()
	out, err := api.Do[cloudformation.DescribeStackEventsOutput](s.t.Context(), s.cloud.Bus(), api.Operator(s.cloud.Env()),
		"cloudformation", "DescribeStackEvents", &cloudformation.DescribeStackEventsInput{StackName: &s.name})
	if err != nil {
		s.t.Fatal(err)
	}
	var found []string
	for _, event := range out.StackEvents {
		if strings.HasSuffix(string(event.ResourceStatus), "_FAILED") {
			found = append(found, aws.ToString(event.LogicalResourceId)+": "+aws.ToString(event.ResourceStatusReason))
		}
	}
	return found
}

// sample is one resource type: what it needs beside it, and properties to make
// it with and to update it to.
type sample struct {
	make, update map[string]any
	beside       map[string]any
}

type props = map[string]any

func made(kind string, properties props) map[string]any {
	return map[string]any{"Type": kind, "Properties": properties}
}

var (
	lambdaTrust = props{"Version": "2012-10-17", "Statement": []any{props{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": props{"Service": []any{"lambda.amazonaws.com", "states.amazonaws.com", "scheduler.amazonaws.com"}}}}}
	aRole     = props{"R": made("AWS::IAM::Role", props{"AssumeRolePolicyDocument": lambdaTrust})}
	aFunction = props{
		"R": aRole["R"],
		"F": made("AWS::Lambda::Function", props{"Role": attribute("R", "Arn"), "Runtime": "python3.12", "Handler": "index.handler",
			"Code": props{"ZipFile": "def handler(event, context): return 1"}}),
	}
	aVersion = props{"R": aFunction["R"], "F": aFunction["F"], "V": made("AWS::Lambda::Version", props{"FunctionName": ref("F")})}
	aTopic   = props{"T": made("AWS::SNS::Topic", props{})}
	aQueue   = props{"Q": made("AWS::SQS::Queue", props{})}
	aMetric  = props{"A": made("AWS::CloudWatch::Alarm", threshold(1))}
)

func threshold(limit int) props {
	return props{"Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
		"ComparisonOperator": "GreaterThanThreshold", "Threshold": limit}
}

func allows(action string, resource any) props {
	return props{"Version": "2012-10-17", "Statement": []any{props{"Effect": "Allow", "Action": action, "Resource": resource}}}
}

func admits(service, action string, resource any) props {
	document := allows(action, resource)
	document["Statement"].([]any)[0].(props)["Principal"] = props{"Service": service}
	return document
}

func machine(result string) props {
	return props{"RoleArn": attribute("R", "Arn"), "DefinitionSubstitutions": props{"Result": result},
		"DefinitionString": `{"StartAt":"A","States":{"A":{"Type":"Pass","Result":"${Result}","End":true}}}`}
}

func hourly(expression string) props {
	return props{"ScheduleExpression": expression, "FlexibleTimeWindow": props{"Mode": "OFF"},
		"Target": props{"Arn": attribute("F", "Arn"), "RoleArn": attribute("R", "Arn")}}
}

func samples() map[string]sample {
	return map[string]sample{
		"AWS::CDK::Metadata":                       {make: props{"Analytics": "v2:a"}, update: props{"Analytics": "v2:b"}},
		"AWS::CloudFormation::WaitConditionHandle": {make: props{}, update: props{}},
		"AWS::CloudWatch::Alarm":                   {make: threshold(1), update: threshold(2)},
		"AWS::CloudWatch::CompositeAlarm": {make: props{"AlarmRule": props{"Fn::Sub": `ALARM("${A}")`}},
			update: props{"AlarmRule": props{"Fn::Sub": `NOT ALARM("${A}")`}}, beside: aMetric},
		"AWS::CloudWatch::Dashboard": {make: props{"DashboardBody": `{"widgets":[]}`},
			update: props{"DashboardBody": `{"start":"-PT1H","widgets":[]}`}},
		"AWS::Events::EventBus": {make: props{"Name": "orders"}, update: props{"Name": "invoices"}},
		"AWS::Events::Rule": {make: props{"EventPattern": props{"source": []any{"x"}}, "Targets": []any{props{"Id": "a", "Arn": ref("T")}}},
			update: props{"ScheduleExpression": "rate(1 hour)", "State": "DISABLED", "Targets": []any{props{"Id": "b", "Arn": ref("T")}}}, beside: aTopic},
		"AWS::IAM::ManagedPolicy": {make: props{"PolicyDocument": allows("s3:GetObject", "*"), "Roles": []any{ref("R")}},
			update: props{"PolicyDocument": allows("s3:PutObject", "*")}, beside: aRole},
		"AWS::IAM::Policy": {make: props{"PolicyName": "p", "PolicyDocument": allows("s3:GetObject", "*"), "Roles": []any{ref("R")}},
			update: props{"PolicyName": "q", "PolicyDocument": allows("s3:PutObject", "*"), "Roles": []any{ref("R")}}, beside: aRole},
		"AWS::IAM::Role": {make: props{"AssumeRolePolicyDocument": lambdaTrust, "Policies": []any{props{"PolicyName": "a", "PolicyDocument": allows("s3:GetObject", "*")}}},
			update: props{"AssumeRolePolicyDocument": lambdaTrust, "Description": "changed", "MaxSessionDuration": 7200,
				"Policies": []any{props{"PolicyName": "b", "PolicyDocument": allows("s3:GetObject", "*")}}}},
		"AWS::Lambda::Alias": {make: props{"FunctionName": ref("F"), "FunctionVersion": attribute("V", "Version"), "Name": "live"},
			update: props{"FunctionName": ref("F"), "FunctionVersion": attribute("V", "Version"), "Name": "live", "Description": "changed"}, beside: aVersion},
		"AWS::Lambda::EventInvokeConfig": {make: props{"FunctionName": ref("F"), "Qualifier": "$LATEST", "MaximumRetryAttempts": 0},
			update: props{"FunctionName": ref("F"), "Qualifier": "$LATEST", "MaximumRetryAttempts": 1}, beside: aFunction},
		"AWS::Lambda::Function": {make: aFunction["F"].(map[string]any)["Properties"].(props),
			update: props{"Role": attribute("R", "Arn"), "Runtime": "python3.12", "Handler": "index.handler", "MemorySize": 256, "Timeout": "10",
				"Environment": props{"Variables": props{"AGE": 1}}, "ReservedConcurrentExecutions": 2,
				"Code": props{"ZipFile": "def handler(event, context): return 2"}}, beside: aRole},
		"AWS::Lambda::Permission": {make: props{"Action": "lambda:InvokeFunction", "FunctionName": ref("F"), "Principal": "events.amazonaws.com"},
			update: props{"Action": "lambda:InvokeFunction", "FunctionName": ref("F"), "Principal": "sns.amazonaws.com"}, beside: aFunction},
		"AWS::Lambda::Url": {make: props{"AuthType": "AWS_IAM", "TargetFunctionArn": attribute("F", "Arn")},
			update: props{"AuthType": "NONE", "TargetFunctionArn": attribute("F", "Arn")}, beside: aFunction},
		"AWS::Lambda::EventSourceMapping": {make: props{"FunctionName": ref("F"), "EventSourceArn": attribute("Q", "Arn")},
			update: props{"FunctionName": ref("F"), "EventSourceArn": attribute("Q", "Arn"), "BatchSize": 5},
			beside: props{"Q": aQueue["Q"], "F": aFunction["F"], "R": made("AWS::IAM::Role", props{"AssumeRolePolicyDocument": lambdaTrust,
				"Policies": []any{props{"PolicyName": "polls", "PolicyDocument": allows("sqs:*", "*")}}})}},
		"AWS::Lambda::Version": {make: props{"FunctionName": ref("F")}, update: props{"FunctionName": ref("F")}, beside: aFunction},
		"AWS::Logs::LogGroup":  {make: props{"RetentionInDays": 7}, update: props{"RetentionInDays": 14}},
		"AWS::S3::Bucket":      {make: props{"BucketName": "orders-1"}, update: props{"BucketName": "orders-2"}},
		"AWS::SNS::Subscription": {make: props{"TopicArn": ref("T"), "Protocol": "sqs", "Endpoint": attribute("Q", "Arn")},
			update: props{"TopicArn": ref("T"), "Protocol": "sqs", "Endpoint": attribute("Q", "Arn"), "RawMessageDelivery": true},
			beside: props{"T": aTopic["T"], "Q": aQueue["Q"]}},
		"AWS::SNS::Topic": {make: props{"DisplayName": "a"}, update: props{"DisplayName": "b"}},
		"AWS::SNS::TopicPolicy": {make: props{"Topics": []any{ref("T")}, "PolicyDocument": admits("events.amazonaws.com", "sns:Publish", ref("T"))},
			update: props{"Topics": []any{ref("T")}, "PolicyDocument": admits("cloudwatch.amazonaws.com", "sns:Publish", ref("T"))}, beside: aTopic},
		"AWS::SQS::Queue": {make: props{"VisibilityTimeout": 10}, update: props{"VisibilityTimeout": 20}},
		"AWS::SQS::QueuePolicy": {make: props{"Queues": []any{ref("Q")}, "PolicyDocument": admits("events.amazonaws.com", "sqs:SendMessage", attribute("Q", "Arn"))},
			update: props{"Queues": []any{ref("Q")}, "PolicyDocument": admits("sns.amazonaws.com", "sqs:SendMessage", attribute("Q", "Arn"))}, beside: aQueue},
		"AWS::Scheduler::ScheduleGroup":    {make: props{"Name": "orders"}, update: props{"Name": "orders", "Tags": []any{props{"Key": "a", "Value": "b"}}}},
		"AWS::Scheduler::Schedule":         {make: hourly("rate(1 hour)"), update: hourly("rate(2 hours)"), beside: aVersion},
		"AWS::SSM::Parameter":              {make: props{"Type": "String", "Value": "1"}, update: props{"Type": "String", "Value": "2"}},
		"AWS::StepFunctions::StateMachine": {make: machine("a"), update: machine("b"), beside: aRole},
	}
}

// apart are the types that other tests make.
var apart = map[string]string{
	"AWS::CloudFormation::CustomResource": "needs a function that answers",
}

// TestEveryType makes, updates and deletes each supported type by the real
// services of the local cloud.
func TestEveryType(t *testing.T) {
	all := samples()
	for _, kind := range resource.Types() {
		if _, elsewhere := apart[kind]; elsewhere {
			continue
		}
		if _, present := all[kind]; !present {
			t.Errorf("no sample of %s", kind)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		t.Run(kind, func(t *testing.T) {
			one := all[kind]
			s := newStackOf(t)
			template := func(properties props) map[string]any {
				resources := maps.Clone(one.beside)
				if resources == nil {
					resources = props{}
				}
				resources["Subject"] = made(kind, properties)
				return resources
			}
			if got := s.put("CreateStack", template(one.make)); got != types.StackStatusCreateComplete {
				t.Fatalf("creation ended in %s: %v", got, s.failures())
			}
			if !equalJSON(t, one.make, one.update) {
				if got := s.put("UpdateStack", template(one.update)); got != types.StackStatusUpdateComplete {
					t.Fatalf("update ended in %s: %v", got, s.failures())
				}
				if got := s.put("UpdateStack", template(one.make)); got != types.StackStatusUpdateComplete {
					t.Fatalf("update back ended in %s: %v", got, s.failures())
				}
			}
			if failed := s.failures(); len(failed) > 0 {
				t.Errorf("failures: %v", failed)
			}
			if err := s.call("DeleteStack", &cloudformation.DeleteStackInput{StackName: &s.name}); err != nil {
				t.Fatal(err)
			}
			if got := s.ended(); got != types.StackStatusDeleteComplete {
				t.Errorf("deletion ended in %s: %v", got, s.failures())
			}
		})
	}
}

func equalJSON(t *testing.T, left, right any) bool {
	t.Helper()
	a, err := json.Marshal(left)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(right)
	if err != nil {
		t.Fatal(err)
	}
	return string(a) == string(b)
}
