package cloudformation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ssm"
)

// create makes the stack of a template as it is written.
func (s *stackOf) create(template string, parameters ...types.Parameter) types.StackStatus {
	s.t.Helper()
	ask[cloudformation.CreateStackOutput](s, "CreateStack", &cloudformation.CreateStackInput{StackName: &s.name, TemplateBody: &template, Parameters: parameters})
	return s.ended()
}

func (s *stackOf) delete() {
	s.t.Helper()
	ask[cloudformation.DeleteStackOutput](s, "DeleteStack", &cloudformation.DeleteStackInput{StackName: &s.name})
	s.ended()
}

func (s *stackOf) parameter(name string) (string, bool) {
	s.t.Helper()
	out, err := api.Do[ssm.GetParameterOutput](s.t.Context(), s.cloud.Bus(), api.Operator(s.cloud.Env()), "ssm", "GetParameter", &ssm.GetParameterInput{Name: name})
	if err != nil {
		return "", false
	}
	return out.Parameter.Value, true
}

// A policy that is a function keeps what it says to keep.
func TestADeletionPolicyByAFunctionIsActedOn(t *testing.T) {
	s := newStackOf(t)
	const template = `{"Transform": "AWS::LanguageExtensions", "Conditions": {"Kept": {"Fn::Equals": ["a", "a"]}, "Gone": {"Fn::Equals": ["a", "b"]}},
		"Resources": {
			"A": {"Type": "AWS::SSM::Parameter", "DeletionPolicy": {"Fn::If": ["Kept", "Retain", "Delete"]}, "Properties": {"Type": "String", "Name": "/a", "Value": "1"}},
			"B": {"Type": "AWS::SSM::Parameter", "DeletionPolicy": {"Fn::If": ["Gone", "Retain", "Delete"]}, "Properties": {"Type": "String", "Name": "/b", "Value": "1"}}}}`
	if status := s.create(template); status != types.StackStatusCreateComplete {
		t.Fatalf("%s: %v", status, s.failures())
	}
	s.delete()
	_, a := s.parameter("/a")
	_, b := s.parameter("/b")
	if !a || b {
		t.Errorf("after the stack, /a is there: %v, /b is there: %v", a, b)
	}
}

// An update that changes a deletion policy alone is an update.
func TestAnUpdateOfAPolicyAlone(t *testing.T) {
	s := newStackOf(t)
	const kept = `{"Resources": {"A": {"Type": "AWS::SSM::Parameter", POLICY "Properties": {"Type": "String", "Name": "/a", "Value": "1"}}}}`
	s.create(strings.Replace(kept, "POLICY", "", 1))
	ask[cloudformation.UpdateStackOutput](s, "UpdateStack", &cloudformation.UpdateStackInput{StackName: &s.name,
		TemplateBody: aws.String(strings.Replace(kept, "POLICY", `"DeletionPolicy": "Retain",`, 1))})
	if status := s.ended(); status != types.StackStatusUpdateComplete {
		t.Fatal(status)
	}
	s.delete()
	if _, there := s.parameter("/a"); !there {
		t.Error("the parameter went with its stack")
	}
}

func TestEventsOfAStackHaveTimesOfTheirOwn(t *testing.T) {
	s := newStackOf(t)
	s.create(`{"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}}}`)
	events := ask[cloudformation.DescribeStackEventsOutput](s, "DescribeStackEvents", &cloudformation.DescribeStackEventsInput{StackName: &s.name}).StackEvents
	slices.Reverse(events)
	var last time.Time
	for _, event := range events {
		if !event.Timestamp.After(last) {
			t.Errorf("%s %s is at %s, after %s", *event.LogicalResourceId, event.ResourceStatus, event.Timestamp, last)
		}
		last = *event.Timestamp
	}
}

func TestAListFromParameterStoreIsAList(t *testing.T) {
	s := newStackOf(t)
	if _, err := api.Do[ssm.PutParameterOutput](t.Context(), s.cloud.Bus(), api.Operator(s.cloud.Env()), "ssm", "PutParameter",
		&ssm.PutParameterInput{Name: "/list", Value: "a,b", Type: "StringList"}); err != nil {
		t.Fatal(err)
	}
	status := s.create(`{"Parameters": {"L": {"Type": "AWS::SSM::Parameter::Value<CommaDelimitedList>", "Default": "/list"}},
		"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Name": "/second", "Value": {"Fn::Select": [1, {"Ref": "L"}]}}}}}`)
	if got, _ := s.parameter("/second"); status != types.StackStatusCreateComplete || got != "b" {
		t.Errorf("%s: the second is %q (%v)", status, got, s.failures())
	}
}

// A change set takes an import that is not there; its execution does not.
func TestAChangeSetWithAMissingImportFailsLater(t *testing.T) {
	s := newStackOf(t)
	set := s.propose(types.ChangeSetTypeCreate, "c", `{"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "nobody"}}}}}`, "")
	if status := s.changeSet(set).Status; status != types.ChangeSetStatusCreateComplete {
		t.Fatalf("the change set is %s", status)
	}
	s.execute(set)
	if status, why := s.ended(), strings.Join(s.failures(), "\n"); status != types.StackStatusRollbackComplete || !strings.Contains(why, "No export named nobody found") {
		t.Errorf("%s: %s", status, why)
	}
}
