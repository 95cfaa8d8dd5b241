package cloudformation_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
)

// with is the resources and more beside them.
func with(resources, more props) props {
	all := maps.Clone(resources)
	maps.Copy(all, more)
	return all
}

// failed holds that the stack ended in a status, for a reason.
func (s *stackOf) failed(operation string, resources props, want types.StackStatus, reason string) {
	s.t.Helper()
	if got := s.put(operation, resources); got != want {
		s.t.Fatalf("ended in %s, want %s: %v", got, want, s.failures())
	}
	if text := strings.Join(s.failures(), "\n"); !strings.Contains(text, reason) {
		s.t.Errorf("failures are %s, want %q in them", text, reason)
	}
}

func TestASecondVersionOfTheSameCodeIsRefused(t *testing.T) {
	s := newStackOf(t)
	again := made("AWS::Lambda::Version", props{"FunctionName": ref("F")})
	again["DependsOn"] = "V"
	s.failed("CreateStack", with(aVersion, props{"W": again}), types.StackStatusRollbackComplete,
		"A version for this Lambda function exists ( 1 ). Modify the function to create a new version.")
}

func TestInlineCodeNeedsARuntimeThatReadsIt(t *testing.T) {
	s := newStackOf(t)
	function := made("AWS::Lambda::Function", props{"Role": attribute("R", "Arn"), "Runtime": "provided.al2023", "Handler": "bootstrap",
		"Code": props{"ZipFile": "#!/bin/sh"}})
	s.failed("CreateStack", with(aRole, props{"F": function}), types.StackStatusRollbackComplete,
		"ZipFile can only be used when Runtime is set to either nodejs or python")
}

func TestANestedUnknownPropertyIsRefused(t *testing.T) {
	s := newStackOf(t)
	rule := made("AWS::Events::Rule", props{"ScheduleExpression": "rate(1 hour)", "Targets": []any{props{"Id": "a", "Arn": "arn:x", "Colour": "red"}}})
	s.failed("CreateStack", props{"Rule": rule}, types.StackStatusRollbackComplete, "the local cloud does not support the property Colour")
}

// TestAliasWeights holds that weights are the template's: set when it has
// them, taken away when it no longer does.
func TestAliasWeights(t *testing.T) {
	s := newStackOf(t)
	function := func(description string) props {
		properties := maps.Clone(aFunction["F"].(map[string]any)["Properties"].(props))
		properties["Description"], properties["FunctionName"] = description, "weighted"
		return made("AWS::Lambda::Function", properties)
	}
	alias := func(routing any) props {
		properties := props{"FunctionName": ref("F"), "Name": "live", "FunctionVersion": attribute("V", "Version"), "Description": "told"}
		if routing != nil {
			properties["RoutingConfig"] = routing
		}
		return made("AWS::Lambda::Alias", properties)
	}
	first := with(aVersion, props{"F": function("one"), "Live": alias(nil)})
	if got := s.put("CreateStack", first); got != types.StackStatusCreateComplete {
		t.Fatalf("%s: %v", got, s.failures())
	}
	second := with(first, props{"F": function("two"), "W": made("AWS::Lambda::Version", props{"FunctionName": ref("F"), "Description": "two"}),
		"Live": alias(props{"AdditionalVersionWeights": []any{props{"FunctionVersion": attribute("W", "Version"), "FunctionWeight": 0.1}}})})
	if got := s.put("UpdateStack", second); got != types.StackStatusUpdateComplete {
		t.Fatalf("%s: %v", got, s.failures())
	}
	if got := s.weights("weighted", "live"); len(got) != 1 || got["2"] != 0.1 {
		t.Errorf("weights are %v, want 0.1 on version 2", got)
	}
	if got := s.put("UpdateStack", with(second, props{"Live": alias(nil)})); got != types.StackStatusUpdateComplete {
		t.Fatalf("%s: %v", got, s.failures())
	}
	if got := s.weights("weighted", "live"); len(got) != 0 {
		t.Errorf("weights are %v, want none", got)
	}
}

func (s *stackOf) weights(function, alias string) map[string]float64 {
	s.t.Helper()
	out, err := api.Do[lambda.GetAliasOutput](s.t.Context(), s.cloud.Bus(), api.Operator(s.cloud.Env()), "lambda", "GetAlias",
		&lambda.GetAliasInput{FunctionName: &function, Name: &alias})
	if err != nil {
		s.t.Fatal(err)
	}
	if out.RoutingConfig == nil {
		return nil
	}
	return out.RoutingConfig.AdditionalVersionWeights
}

// TestUnsupportedPropertyBeforeAnything holds that a property that is not in
// the table of its type is refused before a resource is made.
func TestUnsupportedPropertyBeforeAnything(t *testing.T) {
	s := newStackOf(t)
	body := `{"Resources":{"T":{"Type":"AWS::SNS::Topic"},"Q":{"Type":"AWS::SQS::Queue","DependsOn":"T","Properties":{"Colour":"red"}}}}`
	err := s.call("CreateStack", &cloudformation.CreateStackInput{StackName: &s.name, TemplateBody: aws.String(body)})
	if err == nil || !strings.Contains(err.Error(), "the local cloud does not support the property Colour") {
		t.Errorf("CreateStack = %v", err)
	}
	if status := s.ended(); status != types.StackStatusDeleteComplete {
		t.Errorf("the refused stack is %s, want none", status)
	}
}
