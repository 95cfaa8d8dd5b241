package cloudformation_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
)

// outputs creates the stack and answers its outputs by name.
func (s *stackOf) outputs(resources, outputs map[string]any) map[string]string {
	s.t.Helper()
	values := map[string]any{}
	for name, value := range outputs {
		values[name] = props{"Value": value}
	}
	body, err := json.Marshal(props{"Resources": resources, "Outputs": values, "Conditions": props{"Never": props{"Fn::Equals": []any{"a", "b"}}}})
	if err != nil {
		s.t.Fatal(err)
	}
	ask[cloudformation.CreateStackOutput](s, "CreateStack", &cloudformation.CreateStackInput{
		StackName: &s.name, TemplateBody: aws.String(string(body)), Capabilities: []types.Capability{types.CapabilityCapabilityIam}})
	if status := s.ended(); status != types.StackStatusCreateComplete {
		s.t.Fatalf("%s: %v", status, s.failures())
	}
	found := map[string]string{}
	for _, output := range ask[cloudformation.DescribeStacksOutput](s, "DescribeStacks", &cloudformation.DescribeStacksInput{StackName: &s.name}).Stacks[0].Outputs {
		found[*output.OutputKey] = *output.OutputValue
	}
	return found
}

// recorded: resources/test_events.snapshot.json (test_rule_properties), resources/test_cloudwatch.snapshot.json,
// resources/test_lambda.snapshot.json (test_cfn_function_url, test_lambda_alias), api/test_reference_resolving.snapshot.json,
// test_template_engine.snapshot.json (test_join_no_value_construct, test_resolve_ssm_with_version)
func TestOutputsAsRecorded(t *testing.T) {
	pattern := props{"source": []any{"x"}}
	alarm := props{"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "MetricName": "m", "Namespace": "n", "Period": 60, "Statistic": "Sum", "Threshold": 1}
	s := newStackOf(t)
	got := s.outputs(props{
		"R": aFunction["R"], "F": aFunction["F"], "V": aVersion["V"],
		"L":           made("AWS::Lambda::Alias", props{"FunctionName": ref("F"), "FunctionVersion": attribute("V", "Version"), "Name": "live"}),
		"U":           made("AWS::Lambda::Url", props{"TargetFunctionArn": ref("F"), "AuthType": "NONE"}),
		"Bus":         made("AWS::Events::EventBus", props{"Name": "bus"}),
		"Named":       made("AWS::Events::Rule", props{"Name": "custom", "EventBusName": ref("Bus"), "EventPattern": pattern}),
		"Unnamed":     made("AWS::Events::Rule", props{"EventBusName": ref("Bus"), "EventPattern": pattern}),
		"WithoutBus":  made("AWS::Events::Rule", props{"EventPattern": pattern}),
		"Alarm":       made("AWS::CloudWatch::Alarm", alarm),
		"T":           made("AWS::SNS::Topic", props{"TopicName": "topic", "DisplayName": "shown"}),
		"Source":      made("AWS::SSM::Parameter", props{"Name": "source", "Type": "String", "Value": "first"}),
		"P":           props{"Type": "AWS::SSM::Parameter", "DependsOn": "Source", "Properties": props{"Type": "String", "Value": props{"Fn::Sub": "a {{resolve:ssm:${Source}:1}}"}}},
		"Conditional": props{"Type": "AWS::SNS::Topic", "Condition": "Never"},
	}, props{
		"NamedArn": attribute("Named", "Arn"), "NamedRef": ref("Named"), "UnnamedArn": attribute("Unnamed", "Arn"), "UnnamedRef": ref("Unnamed"),
		"WithoutBusArn": attribute("WithoutBus", "Arn"), "WithoutBusRef": ref("WithoutBus"), "AlarmArn": attribute("Alarm", "Arn"), "AlarmRef": ref("Alarm"),
		"F": ref("F"), "L": ref("L"), "U": ref("U"), "V": ref("V"), "Topic": attribute("T", "TopicArn"), "TopicRef": ref("T"), "Shown": attribute("T", "DisplayName"),
		"Join":     props{"Fn::Join": []any{"", []any{"Sample", ref("AWS::NoValue")}}},
		"JoinNone": props{"Fn::Join": []any{"", []any{ref("AWS::NoValue")}}},
		"JoinIf":   props{"Fn::Join": []any{"", []any{props{"Fn::If": []any{"Never", "x", ref("AWS::NoValue")}}}}},
		"Resolved": attribute("P", "Value"),
		"Sub":      props{"Fn::Sub": "${T.TopicName}|${T}|${AWS::Region}|${!Literal}"},
	})
	const arn = `arn:aws:\w+:us-east-1:000000000000:`
	for name, want := range map[string]string{
		"NamedArn": arn + `rule/bus/custom`, "NamedRef": `bus\|custom`, "UnnamedArn": arn + `rule/bus/types-Unnamed-\w{12}`, "UnnamedRef": `bus\|types-Unnamed-\w{12}`,
		"WithoutBusArn": arn + `rule/types-WithoutBus-\w{12}`, "WithoutBusRef": `types-WithoutBus-\w{12}`,
		"AlarmArn": arn + `alarm:types-Alarm-\w{12}`, "AlarmRef": `types-Alarm-\w{12}`,
		"F": `types-F-\w{12}`, "L": arn + `function:types-F-\w{12}:live`, "U": arn + `function:types-F-\w{12}`, "V": arn + `function:types-F-\w{12}:1`,
		"Topic": arn + "topic", "TopicRef": arn + "topic", "Shown": "shown", "Join": "Sample", "JoinNone": "", "JoinIf": "", "Resolved": "a first",
		"Sub": `topic\|` + arn + `topic\|us-east-1\|\$\{Literal\}`,
	} {
		if value, there := got[name]; !there || !regexp.MustCompile(`^(?:`+want+`)$`).MatchString(value) {
			t.Errorf("%s is %q, want %s", name, value, want)
		}
	}

	function, err := api.Do[lambda.GetFunctionOutput](t.Context(), s.cloud.Bus(), api.Operator(s.cloud.Env()), "lambda", "GetFunction",
		&lambda.GetFunctionInput{FunctionName: aws.String(got["F"])})
	if err != nil {
		t.Fatal(err)
	}
	// recorded: resources/test_lambda.snapshot.json, test_cfn_lambda_permissions
	if tags := function.Tags; len(tags) != 3 || tags["aws:cloudformation:stack-name"] != "types" || tags["aws:cloudformation:logical-id"] != "F" {
		t.Errorf("the function's tags are %v", tags)
	}
	// recorded: resources/test_lambda.snapshot.json, test_cfn_function_url
	detail := ask[cloudformation.DescribeStackResourceOutput](s, "DescribeStackResource", &cloudformation.DescribeStackResourceInput{
		StackName: &s.name, LogicalResourceId: aws.String("U")}).StackResourceDetail
	if aws.ToString(detail.Metadata) != "{}" {
		t.Errorf("metadata of what has none: %q", aws.ToString(detail.Metadata))
	}
}
