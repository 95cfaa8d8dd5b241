package cloudformation

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const minimal = `{"Resources":{"SimpleParam":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":"test"}}}}`

// must runs an operation that is to succeed, and waits for what it starts.
func must[O any](w *world, operation string, in any) *O {
	w.t.Helper()
	out, err := call[O](w, operation, in)
	if err != nil {
		w.t.Fatal(operation, err)
	}
	w.service.running.Wait()
	return out
}

func (w *world) proposed(name string) *cloudformation.CreateChangeSetOutput {
	w.t.Helper()
	return must[cloudformation.CreateChangeSetOutput](w, "CreateChangeSet", &cloudformation.CreateChangeSetInput{
		StackName: aws.String("s"), ChangeSetName: &name, ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: aws.String(minimal)})
}

func (w *world) setByID(id *string) *cloudformation.DescribeChangeSetOutput {
	w.t.Helper()
	return must[cloudformation.DescribeChangeSetOutput](w, "DescribeChangeSet", &cloudformation.DescribeChangeSetInput{ChangeSetName: id})
}

// recorded: api/test_changesets.snapshot.json, test_name_conflicts; test_change_sets.snapshot.json
func TestStackOfAChangeSet(t *testing.T) {
	w := newWorld(t)
	set := w.proposed("first")
	review := w.describe("s")
	if review.StackStatus != types.StackStatusReviewInProgress || aws.ToString(review.StackStatusReason) != "User Initiated" ||
		review.LastUpdatedTime != nil || review.ChangeSetId != nil || review.NotificationARNs == nil || review.Tags == nil || review.Capabilities != nil {
		t.Errorf("in review: %+v", review)
	}
	if shown := w.setByID(set.Id); shown.Capabilities == nil || shown.NotificationARNs == nil || shown.RollbackConfiguration == nil || shown.Tags != nil || shown.Parameters != nil {
		t.Errorf("the set: %+v", shown)
	}
	must[cloudformation.ExecuteChangeSetOutput](w, "ExecuteChangeSet", &cloudformation.ExecuteChangeSetInput{ChangeSetName: set.Id})
	if st := w.describe("s"); st.LastUpdatedTime == nil || aws.ToString(st.ChangeSetId) != *set.Id || st.StackStatusReason != nil {
		t.Errorf("created: %+v", st)
	}
	if got, want := w.history()[:2], []string{"s REVIEW_IN_PROGRESS User Initiated", "s CREATE_IN_PROGRESS User Initiated"}; !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	_, err := call[cloudformation.CreateChangeSetOutput](w, "CreateChangeSet", &cloudformation.CreateChangeSetInput{
		StackName: aws.String("s"), ChangeSetName: aws.String("again"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: aws.String(minimal)})
	if err == nil || err.Error() != "ValidationError: Stack [s] already exists and cannot be created again with the changeSet [again]." {
		t.Errorf("creating it again: %v", err)
	}
	must[cloudformation.DeleteStackOutput](w, "DeleteStack", &cloudformation.DeleteStackInput{StackName: aws.String("s")})
	if st := w.describe(*set.StackId); st.DeletionTime == nil || st.ChangeSetId != nil || st.EnableTerminationProtection != nil || st.LastUpdatedTime == nil {
		t.Errorf("deleted: %+v", st)
	}
	if shown := w.setByID(set.Id); shown.ExecutionStatus != types.ExecutionStatusExecuteComplete || shown.Status != types.ChangeSetStatusCreateComplete || len(shown.Changes) != 1 {
		t.Errorf("the set afterwards: %+v", shown)
	}
	if next := w.proposed("first"); *next.StackId == *set.StackId || *next.Id == *set.Id {
		t.Error("the name again is the same stack")
	}
}

// recorded: api/test_changesets.snapshot.json, test_create_while_in_review
func TestStackCreatedWhileInReview(t *testing.T) {
	w := newWorld(t)
	set := w.proposed("first")
	out := must[cloudformation.CreateStackOutput](w, "CreateStack", &cloudformation.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(minimal)})
	st := w.describe("s")
	if *out.StackId != *set.StackId || st.StackStatus != types.StackStatusCreateComplete || st.LastUpdatedTime != nil || st.ChangeSetId != nil {
		t.Errorf("%s and %+v, want the stack %s", *out.StackId, st, *set.StackId)
	}
	if shown := w.setByID(set.Id); shown.ExecutionStatus != types.ExecutionStatusObsolete || shown.Status != types.ChangeSetStatusCreateComplete {
		t.Errorf("the set is %s %s", shown.Status, shown.ExecutionStatus)
	}
}

// recorded: api/test_changesets.snapshot.json, api/test_stacks.snapshot.json,
// api/test_templates.snapshot.json and engine/*.snapshot.json
func TestErrorsAsRecorded(t *testing.T) {
	const unknown = "arn:aws:cloudformation:us-east-1:000000000000:changeSet/change-set-926829fe/d065e78c"
	w := newWorld(t)
	must[cloudformation.CreateChangeSetOutput](w, "CreateChangeSet", &cloudformation.CreateChangeSetInput{
		StackName: aws.String("review"), ChangeSetName: aws.String("x"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: aws.String(minimal)})
	deleted := w.proposed("first")
	must[cloudformation.DeleteStackOutput](w, "DeleteStack", &cloudformation.DeleteStackInput{StackName: aws.String("s")})
	set := func(stack *string, template string) *cloudformation.CreateChangeSetInput {
		return &cloudformation.CreateChangeSetInput{StackName: stack, ChangeSetName: aws.String("set"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: &template}
	}
	for _, c := range []struct {
		name, operation string
		in              any
		want            string
	}{
		{"a set of no stack", "DescribeChangeSet", &cloudformation.DescribeChangeSetInput{StackName: aws.String("somestack"), ChangeSetName: aws.String("x")},
			"ValidationError: Stack [somestack] does not exist"},
		{"a set by name alone", "DeleteChangeSet", &cloudformation.DeleteChangeSetInput{ChangeSetName: aws.String("DoesNotExist")},
			"ValidationError: StackName must be specified if ChangeSetName is not specified as an ARN."},
		{"a set that is gone", "DescribeChangeSet", &cloudformation.DescribeChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String(unknown)},
			"ChangeSetNotFound: ChangeSet [" + unknown + "] does not exist"},
		{"template of a set that is gone", "GetTemplate", &cloudformation.GetTemplateInput{ChangeSetName: aws.String(unknown)},
			"ChangeSetNotFound: ChangeSet [" + unknown + "] does not exist"},
		{"template of a set by name alone", "GetTemplate", &cloudformation.GetTemplateInput{ChangeSetName: aws.String("does-not-exist")},
			"ValidationError: StackName is a required parameter."},
		{"template of no stack", "GetTemplate", &cloudformation.GetTemplateInput{StackName: aws.String("does-not-exist")},
			"ValidationError: Stack with id does-not-exist does not exist"},
		{"summary of a stack in review", "GetTemplateSummary", &cloudformation.GetTemplateSummaryInput{StackName: aws.String("review")},
			"ValidationError: GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."},
		{"template in a URL of S3's own", "CreateStack", &cloudformation.CreateStackInput{StackName: aws.String("t"), TemplateURL: aws.String("s3://bucket/test/template.yml")},
			"ValidationError: S3 error: Domain name specified in bucket is not a valid S3 domain"},
		{"template elsewhere", "CreateStack", &cloudformation.CreateStackInput{StackName: aws.String("t"), TemplateURL: aws.String("https://example.com/dummy.yml")},
			"ValidationError: TemplateURL must be a supported URL."},
		{"parameter of SSM without a name", "CreateChangeSet", set(aws.String("t"), `{"Parameters":{"InputValue":{"Type":"AWS::SSM::Parameter::Value<String>"}},"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}`),
			"ValidationError: Parameter InputValue should either have input value or default value"},
		{"a deleted stack again", "CreateChangeSet", set(deleted.StackId, minimal),
			"ValidationError: Stack [" + *deleted.StackId + "] already exists and cannot be created again with the changeSet [set]."},
		{"events of no name", "DescribeStackEvents", &cloudformation.DescribeStackEventsInput{},
			"ValidationError: 1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null"},
		{"name of a stack", "CreateChangeSet", set(aws.String("*@da591fa3_$"), minimal),
			"ValidationError: 1 validation error detected: Value '*@da591fa3_$' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"},
		{"output of what is not there", "CreateChangeSet", set(aws.String("t"), `{"Conditions":{"C":{"Fn::Equals":["a","b"]}},"Resources":{
			"MyTopic":{"Type":"AWS::SNS::Topic","Condition":"C"},"Other":{"Type":"AWS::SNS::Topic"}},"Outputs":{"O":{"Value":{"Ref":"MyTopic"}}}}`),
			"ValidationError: Unresolved resource dependencies [MyTopic] in the Outputs block of the template"},
		{"reference to what is not there", "CreateChangeSet", set(aws.String("t"), `{"Conditions":{"C":{"Fn::Equals":["a","b"]}},"Resources":{
			"MyTopic":{"Type":"AWS::SNS::Topic","Condition":"C"},"P":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":{"Fn::GetAtt":["MyTopic","TopicName"]}}}}}`),
			"ValidationError: Template format error: Unresolved resource dependencies [MyTopic] in the Resources block of the template"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := w.try(c.operation, c.in); err == nil || err.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// recorded: engine/test_attributes.snapshot.json, test_invalid_getatt_fails;
// test_template_engine.snapshot.json, test_invalid_stack_deploy
func TestFoundOutWhileCreating(t *testing.T) {
	for _, c := range []struct {
		name, template string
		want           []string
	}{
		{"an attribute that there is not", strings.TrimSuffix(minimal, "}") + `,"Outputs":{"InvalidOutput":{"Value":{"Fn::GetAtt":["SimpleParam","Invalid"]}}}}`, []string{
			"s CREATE_IN_PROGRESS User Initiated",
			"s ROLLBACK_IN_PROGRESS [Error] /Outputs/InvalidOutput/Value/Fn::GetAtt: Resource type AWS::SSM::Parameter does not support attribute {Invalid}. Rollback requested by user.",
			"s ROLLBACK_COMPLETE",
		}},
		{"a property that lacks", `{"Resources":{"MyParameter":{"Type":"AWS::SSM::Parameter","Properties":{"Value":"abc123"}}}}`, []string{
			"s CREATE_IN_PROGRESS User Initiated",
			"MyParameter CREATE_FAILED Property validation failure: [The property {/Type} is required]",
			"s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [MyParameter]. Rollback requested by user.",
			"MyParameter DELETE_IN_PROGRESS", "MyParameter DELETE_COMPLETE",
			"s ROLLBACK_COMPLETE",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.create(c.template)
			if got := w.history(); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if calls := w.take(); len(calls) > 0 {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

// recorded: test_change_set_ref.snapshot.json, test_immutable_property_update_causes_resource_replacement
func TestEventsOfAReplacement(t *testing.T) {
	w := newWorld(t)
	w.create(declare(`A=/a=1`))
	w.update(declare(`A=/b=1`))
	out := must[cloudformation.DescribeStackEventsOutput](w, "DescribeStackEvents", &cloudformation.DescribeStackEventsInput{StackName: aws.String("s")})
	var got []string
	ids := map[string]bool{}
	for _, event := range slices.Backward(out.StackEvents) {
		ids[*event.EventId] = true
		if *event.LogicalResourceId == "A" {
			got = append(got, *event.PhysicalResourceId+" "+string(event.ResourceStatus)+" "+aws.ToString(event.ResourceProperties)+" "+aws.ToString(event.ResourceStatusReason))
		}
	}
	const first, second = `{"Name":"/a","Type":"String","Value":"1"}`, `{"Name":"/b","Type":"String","Value":"1"}`
	want := []string{
		" CREATE_IN_PROGRESS " + first + " ",
		"/a CREATE_IN_PROGRESS " + first + " Resource creation Initiated",
		"/a CREATE_COMPLETE " + first + " ",
		"/a UPDATE_IN_PROGRESS " + second + " Requested update requires the creation of a new physical resource; hence creating one.",
		"/b UPDATE_IN_PROGRESS " + second + " Resource creation Initiated",
		"/b UPDATE_COMPLETE " + second + " ",
		"/a DELETE_IN_PROGRESS  ",
		"/a DELETE_COMPLETE  ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(ids) != len(out.StackEvents) {
		t.Errorf("%d ids for %d events", len(ids), len(out.StackEvents))
	}
	if !ids["A-CREATE_COMPLETE-2026-01-02T03:04:05.003Z"] {
		t.Errorf("ids %v", ids)
	}
}

// recorded: api/test_templates.snapshot.json, test_get_template_summary and test_validate_template
func TestSummaryAsRecorded(t *testing.T) {
	w := newWorld(t)
	body := "AWSTemplateFormatVersion: 2010-09-09\nMetadata:\n  TopicName: sns-topic-simple\nResources:\n  topic123:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: sns-topic-simple\n"
	out := must[cloudformation.GetTemplateSummaryOutput](w, "GetTemplateSummary", &cloudformation.GetTemplateSummaryInput{TemplateBody: &body})
	want := &cloudformation.GetTemplateSummaryOutput{
		Metadata: aws.String(`{"TopicName":"sns-topic-simple"}`), Version: aws.String("2010-09-09"), Parameters: []types.ParameterDeclaration{},
		ResourceTypes: []string{"AWS::SNS::Topic"}, ResourceIdentifierSummaries: []types.ResourceIdentifierSummary{{
			ResourceType: aws.String("AWS::SNS::Topic"), LogicalResourceIds: []string{"topic123"}}},
	}
	if !reflect.DeepEqual(out, want) {
		t.Errorf("got %+v", out)
	}
	body = `{"Parameters":{"KeyExample":{"Description":"The EC2 Key Pair","Type":"AWS::EC2::KeyPair::KeyName"}},"Resources":{"I":{"Type":"AWS::EC2::Instance"}}}`
	valid := must[cloudformation.ValidateTemplateOutput](w, "ValidateTemplate", &cloudformation.ValidateTemplateInput{TemplateBody: &body})
	if !reflect.DeepEqual(valid, &cloudformation.ValidateTemplateOutput{Parameters: []types.TemplateParameter{
		{ParameterKey: aws.String("KeyExample"), Description: aws.String("The EC2 Key Pair"), NoEcho: aws.Bool(false)}}}) {
		t.Errorf("got %+v", valid)
	}
}
