package cloudformation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ssm"
)

// recorded: test_change_set_fn_join.snapshot.json, test_change_set_fn_split.snapshot.json,
// test_change_set_fn_base64.snapshot.json, test_change_set_mappings.snapshot.json: what
// functions of constants yield is compared, and how it is written does not matter.
func TestChangesByFunctions(t *testing.T) {
	for name, display := range map[string][2]string{
		"test_update_string_literal_argument":        {`{"Fn::Join":["-",["v1","test"]]}`, `{"Fn::Join":["-",["v2","test"]]}`},
		"test_fn_split_add_to_static_property":       {`"topic-name-1"`, `{"Fn::Join":["_",{"Fn::Split":["-","part1-part2-part3"]}]}`},
		"test_fn_base64_add_to_static_property":      {`"topic-name-1"`, `{"Fn::Base64":"HelloWorld"}`},
		"test_fn_base64_remove_from_static_property": {`{"Fn::Base64":"HelloWorld"}`, `"topic-name-1"`},
		"test_mapping_key_update":                    {`{"Fn::FindInMap":["M","K","t1"]}`, `{"Fn::FindInMap":["M","K","t2"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStackOf(t)
			s.execute(s.propose(types.ChangeSetTypeCreate, "first", topics(topic("A", `"t1"`, display[0])), ""))
			id := s.propose(types.ChangeSetTypeUpdate, "second", topics(topic("A", `"t1"`, display[1])), "")
			want := []string{
				"Modify A False [Properties]", "- DisplayName Never Static DirectModification",
			}
			if got := changesTold(s.changeSet(id).Changes); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// recorded: test_change_set_conditions.snapshot.json, test_change_set_parameters.snapshot.json
// (test_update_parameter_default_value): what a condition leaves out is as if it
// were not written.
func TestChangesByConditionsAndDefaults(t *testing.T) {
	const (
		one         = `"SNSTopic":{"Type":"AWS::SNS::Topic",%s"Properties":{"TopicName":"topic-name-1"}}`
		placeholder = `"TopicPlaceholder":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":"topic-name-2"}}`
		foo         = `{"Parameters":{"TopicName":{"Type":"String","Default":%q}},"Resources":{"Foo":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":{"Ref":"TopicName"}}}}}`
	)
	document := func(create string, resources ...string) string {
		return `{"Conditions":{"C":{"Fn::Equals":["true",` + create + `]}},"Resources":{` + strings.Join(resources, ",") + `}}`
	}
	plain, conditional := fmt.Sprintf(one, ""), fmt.Sprintf(one, `"Condition":"C",`)
	for name, c := range map[string]struct {
		before, after string
		want          []string
	}{
		"test_condition_update_removes_resource": {document(`"true"`, conditional), document(`"false"`, conditional, placeholder),
			[]string{"Remove SNSTopic Delete []", "Add TopicPlaceholder []"}},
		"test_condition_update_adds_resource": {document(`"false"`, conditional, placeholder), document(`"true"`, conditional, placeholder),
			[]string{"Add SNSTopic []"}},
		"test_condition_add_new_negative_condition_to_existent_resource": {document(`"false"`, plain), document(`"false"`, conditional, placeholder),
			[]string{"Remove SNSTopic Delete []", "Add TopicPlaceholder []"}},
		"test_condition_add_new_positive_condition_to_existent_resource": {document(`"true"`, plain), document(`"true"`, conditional, placeholder),
			[]string{"Add TopicPlaceholder []"}},
		"test_update_parameter_default_value": {fmt.Sprintf(foo, "topic-name-1"), fmt.Sprintf(foo, "topic-name-2"),
			[]string{"Modify Foo True ReplaceAndDelete [Properties]", "- TopicName Always Static ParameterReference TopicName", "- TopicName Always Dynamic DirectModification"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStackOf(t)
			s.execute(s.propose(types.ChangeSetTypeCreate, "first", c.before, ""))
			id := s.propose(types.ChangeSetTypeUpdate, "second", c.after, "")
			if got := changesTold(s.changeSet(id).Changes); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			s.execute(id)
		})
	}
}

// recorded: v2/test_dynamic_resolving.snapshot.json (test_update_parameter_between_deployments,
// test_change_parameter_type): another value in Parameter Store, or reading it
// from there, is no change of the parameter.
func TestChangesByParameterStore(t *testing.T) {
	s := newStackOf(t)
	store := func(value string) {
		_, err := s.cloud.Bus().Call(t.Context(), api.Operator(s.cloud.Env()), "ssm", "PutParameter",
			&ssm.PutParameterInput{Name: "name", Value: value, Type: "String", Overwrite: true})
		if err != nil {
			t.Fatal(err)
		}
	}
	document := func(kind string) string {
		return `{"Parameters":{"P":{"Type":"` + kind + `"}},"Resources":{"MyParameter":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":{"Ref":"P"}}}}}`
	}
	store("one")
	s.execute(s.propose(types.ChangeSetTypeCreate, "first", document("AWS::SSM::Parameter::Value<String>"), "name"))
	store("two")
	id := s.propose(types.ChangeSetTypeUpdate, "second", document("AWS::SSM::Parameter::Value<String>"), "name")
	want := []string{"Modify MyParameter False [Properties]", "- Value Never Static DirectModification"}
	described := s.changeSet(id)
	physical := *described.Changes[0].ResourceChange.PhysicalResourceId
	if got := changesTold(described.Changes); !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	s.execute(id)
	plain := s.propose(types.ChangeSetTypeUpdate, "third", document("String"), "name")
	if got := changesTold(s.changeSet(plain).Changes); !slices.Equal(got, want) {
		t.Errorf("of another type, got\n%s", strings.Join(got, "\n"))
	}
	// recorded: v2/test_list_stacks.snapshot.json
	listed := ask[cloudformation.ListStacksOutput](s, "ListStacks", &cloudformation.ListStacksInput{}).StackSummaries
	if len(listed) != 1 || listed[0].LastUpdatedTime == nil || listed[0].DriftInformation == nil || listed[0].DriftInformation.StackDriftStatus != types.StackDriftStatusNotChecked {
		t.Errorf("listed %+v", listed)
	}
	// recorded: v2/test_deletion.snapshot.json, test_single_resource
	ask[cloudformation.DeleteStackOutput](s, "DeleteStack", &cloudformation.DeleteStackInput{StackName: &s.name})
	s.ended()
	_, err := s.cloud.Bus().Call(t.Context(), api.Operator(s.cloud.Env()), "ssm", "GetParameter", &ssm.GetParameterInput{Name: physical})
	if found := api.AsError(err); err == nil || found.Code != "ParameterNotFound" || found.Message != "" {
		t.Errorf("the deleted parameter: %v", err)
	}
	if p := described.Parameters; len(p) != 1 || *p[0].ParameterValue != "name" || aws.ToString(p[0].ResolvedValue) != "two" {
		t.Errorf("parameters %+v", p)
	}
}
