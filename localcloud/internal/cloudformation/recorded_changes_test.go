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
)

// ask is call with the answer.
func ask[O any](s *stackOf, operation string, in any) *O {
	s.t.Helper()
	out, err := api.Do[O](s.t.Context(), s.cloud.Bus(), api.Operator(s.cloud.Env()), "cloudformation", operation, in)
	if err != nil {
		s.t.Fatal(operation, err)
	}
	return out
}

// propose makes a change set and answers its ARN.
func (s *stackOf) propose(kind types.ChangeSetType, name, template, parameter string) string {
	s.t.Helper()
	in := &cloudformation.CreateChangeSetInput{
		StackName: &s.name, ChangeSetName: &name, ChangeSetType: kind, TemplateBody: &template,
	}
	if parameter != "" {
		in.Parameters = []types.Parameter{{ParameterKey: aws.String("P"), ParameterValue: &parameter}}
	}
	return *ask[cloudformation.CreateChangeSetOutput](s, "CreateChangeSet", in).Id
}

func (s *stackOf) changeSet(id string) *cloudformation.DescribeChangeSetOutput {
	s.t.Helper()
	return ask[cloudformation.DescribeChangeSetOutput](s, "DescribeChangeSet", &cloudformation.DescribeChangeSetInput{ChangeSetName: &id})
}

func (s *stackOf) execute(id string) {
	s.t.Helper()
	ask[cloudformation.ExecuteChangeSetOutput](s, "ExecuteChangeSet", &cloudformation.ExecuteChangeSetInput{ChangeSetName: &id})
	s.ended()
}

// changesTold writes each change and each of its details as a line.
func changesTold(changes []types.Change) []string {
	var lines []string
	for _, change := range changes {
		c := change.ResourceChange
		lines = append(lines, words(string(c.Action), aws.ToString(c.LogicalResourceId), string(c.Replacement), string(c.PolicyAction),
			fmt.Sprint(c.Scope)))
		for _, d := range c.Details {
			lines = append(lines, words("-", aws.ToString(d.Target.Name), string(d.Target.RequiresRecreation), string(d.Evaluation),
				string(d.ChangeSource), aws.ToString(d.CausingEntity)))
		}
	}
	return lines
}

func words(list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(word string) bool { return word == "" }), " ")
}

func topics(resources ...string) string {
	return `{"Parameters":{"P":{"Type":"String","Default":"t1"}},"Mappings":{"M":{"K":{"t1":"t1","t2":"t2"}}},"Resources":{` + strings.Join(resources, ",") + `}}`
}

func topic(logicalID, name, display string) string {
	return fmt.Sprintf(`%q:{"Type":"AWS::SNS::Topic","Properties":{"TopicName":%s,"DisplayName":%s}}`, logicalID, name, display)
}

// recorded: test_change_set_ref.snapshot.json, test_change_set_fn_get_attr.snapshot.json,
// test_change_sets.snapshot.json and api/test_changesets.snapshot.json (TestChangeSetDiff).
func TestChangesAsRecorded(t *testing.T) {
	const (
		ref, attribute = `{"Ref":"A"}`, `{"Fn::GetAtt":["A","DisplayName"]}`
		arn            = "arn:aws:sns:us-east-1:000000000000:t1"
		removed        = `"R":{"Type":"AWS::Logs::LogGroup","Properties":{"Tags":[],"LogGroupName":{"Fn::GetAtt":["A","TopicName"]}}}`
	)
	for _, c := range []struct {
		name, before, after string
		parameter           string
		plain               []string
	}{
		{
			// test_immutable_property_update_causes_resource_replacement (ref)
			name: "Ref to what is replaced", before: topics(topic("A", `"t1"`, `"old"`), topic("B", `"b"`, ref)),
			after: topics(topic("A", `"t2"`, `"new"`), topic("B", `"b"`, ref)),
			plain: []string{
				"Modify A True ReplaceAndDelete [Properties]", "- DisplayName Never Static DirectModification", "- TopicName Always Static DirectModification",
				"Modify B False [Properties]", "- DisplayName Never Static ResourceReference A",
			},
		},
		{
			// test_direct_attribute_value_change (ref)
			name: "Ref to what is modified stays", before: topics(topic("A", `"t1"`, `"old"`), topic("B", `"b"`, ref)),
			after: topics(topic("A", `"t1"`, `"new"`), topic("B", `"b"`, ref)),
			plain: []string{"Modify A False [Properties]", "- DisplayName Never Static DirectModification"},
		},
		{
			// TestTwoResources::test_static_change.
			name: "attribute of what is modified", before: topics(topic("A", `"t1"`, `"old"`), topic("B", `"b"`, attribute)),
			after: topics(topic("A", `"t1"`, `"new"`), topic("B", `"b"`, attribute)),
			plain: []string{
				"Modify A False [Properties]", "- DisplayName Never Static DirectModification",
				"Modify B False [Properties]", "- DisplayName Never Dynamic ResourceAttribute A.DisplayName",
			},
		},
		{
			// test_direct_attribute_value_change_with_dependent_addition (get_attr)
			name: "attribute in what is added", before: topics(topic("A", `"t1"`, `"old"`)),
			after: topics(topic("A", `"t1"`, `"new"`), topic("B", `"b"`, attribute)),
			plain: []string{"Modify A False [Properties]", "- DisplayName Never Static DirectModification", "Add B []"},
		},
		{
			// test_mappings_with_parameter_lookup
			name: "by a parameter", parameter: "t2", before: topics(topic("A", `{"Fn::FindInMap":["M","K",{"Ref":"P"}]}`, `"d"`)),
			after: topics(topic("A", `{"Fn::FindInMap":["M","K",{"Ref":"P"}]}`, `"d"`)),
			plain: []string{
				"Modify A True ReplaceAndDelete [Properties]",
				"- TopicName Always Static ParameterReference P", "- TopicName Always Dynamic DirectModification",
			},
		},
		{
			// test_property_empy_list (test_change_set_values.snapshot.json)
			name: "removed", before: topics(topic("A", `"t1"`, `"d"`), removed), after: topics(topic("A", `"t1"`, `"d"`)),
			plain: []string{"Remove R Delete []"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStackOf(t)
			s.execute(s.propose(types.ChangeSetTypeCreate, "first", c.before, ""))
			id := s.propose(types.ChangeSetTypeUpdate, "second", c.after, c.parameter)
			if got := changesTold(s.changeSet(id).Changes); !slices.Equal(got, c.plain) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.plain, "\n"))
			}
		})
	}
}
