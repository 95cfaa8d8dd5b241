package cloudformation

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// stored declares SSM parameters: "A=/a=1" is resource A with name /a and
// value 1. A value that starts with { is taken as an expression; fields after
// a bar are attributes of the resource.
func declare(resources ...string) string {
	var parts []string
	for _, resource := range resources {
		head, attributes, _ := strings.Cut(resource, "|")
		fields := strings.SplitN(head, "=", 3)
		value := fields[2]
		if !strings.HasPrefix(value, "{") {
			value = `"` + value + `"`
		}
		if attributes != "" {
			attributes = "," + attributes
		}
		parts = append(parts, `"`+fields[0]+`":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Name":"`+fields[1]+`","Value":`+value+`}`+attributes+`}`)
	}
	return `{"Resources":{` + strings.Join(parts, ",") + `}}`
}

func TestCreatesInOrderOfDependence(t *testing.T) {
	w := newWorld(t)
	st := w.create(declare(`A=/a={"Fn::GetAtt":["B","Value"]}`, `B=/b=1`, `C=/c=3|"DependsOn":["A"]`))
	if st.StackStatus != types.StackStatusCreateComplete {
		t.Fatalf("%s %v", st.StackStatus, w.history())
	}
	if got, want := w.take(), []string{"Put /b=1", "Put /a=1", "Put /c=3"}; !slices.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
	if got, want := w.events, []string{"cloudformation.amazonaws.com CREATE_IN_PROGRESS", "cloudformation.amazonaws.com CREATE_COMPLETE"}; !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	if got, want := w.resourceEvents[:3], []string{"B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS", "B CREATE_COMPLETE"}; !slices.Equal(got, want) {
		t.Errorf("events of resources %v, want %v", got, want)
	}
}

func TestFailedCreationIsRolledBack(t *testing.T) {
	w := newWorld(t)
	w.refuse = "/c"
	st := w.create(declare(`A=/a=1`, `B=/b=2|"DeletionPolicy":"Retain"`, `C=/c=3`))
	if st.StackStatus != types.StackStatusRollbackComplete {
		t.Fatal(st.StackStatus)
	}
	want := []string{
		"s CREATE_IN_PROGRESS User Initiated",
		"A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS Resource creation Initiated", "A CREATE_COMPLETE",
		"B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS Resource creation Initiated", "B CREATE_COMPLETE",
		"C CREATE_IN_PROGRESS",
		`C CREATE_FAILED Resource handler returned message: "Put /c=3 was refused" (Status Code: 400, Error Code: Refused)`,
		"s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [C]. Rollback requested by user.",
		"C DELETE_IN_PROGRESS", "C DELETE_COMPLETE", "B DELETE_SKIPPED", "A DELETE_IN_PROGRESS", "A DELETE_COMPLETE",
		"s ROLLBACK_COMPLETE",
	}
	if got := w.history(); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := w.stored(); !maps.Equal(got, map[string]string{"/b": "2"}) {
		t.Errorf("left %v", got)
	}
	if err := w.tryUpdate(declare(`A=/a=1`)); err == nil || !strings.Contains(err.Error(), "is in ROLLBACK_COMPLETE state and can not be updated.") {
		t.Errorf("update after rollback: %v", err)
	}
}

func TestUpdates(t *testing.T) {
	first := declare(`A=/a=1`, `B=/b={"Fn::GetAtt":["A","Value"]}`, `C=/c=3`)
	for _, c := range []struct {
		name, next, refuse string
		status             types.StackStatus
		calls              []string
		stored             map[string]string
	}{
		{
			name: "changes reach dependants", next: declare(`A=/a=2`, `B=/b={"Fn::GetAtt":["A","Value"]}`, `C=/c=3`),
			status: types.StackStatusUpdateComplete, calls: []string{"Put /a=2", "Put /b=2"},
			stored: map[string]string{"/a": "2", "/b": "2", "/c": "3"},
		},
		{
			name: "an immutable change replaces, and the old one goes last", next: declare(`A=/x=1`, `B=/b={"Ref":"A"}`, `C=/c=3`),
			status: types.StackStatusUpdateComplete, calls: []string{"Put /x=1", "Put /b=/x", "Delete /a"},
			stored: map[string]string{"/x": "1", "/b": "/x", "/c": "3"},
		},
		{
			name: "replaced resources go before what they depend on", next: declare(`A=/x=1`, `B=/y={"Fn::GetAtt":["A","Value"]}`, `C=/c=3`),
			status: types.StackStatusUpdateComplete, calls: []string{"Put /x=1", "Put /y=1", "Delete /b", "Delete /a"},
			stored: map[string]string{"/x": "1", "/y": "1", "/c": "3"},
		},
		{
			name: "what depends on nothing is replaced alone", next: declare(`A=/a=1`, `B=/b={"Fn::GetAtt":["A","Value"]}`, `C=/d=3`),
			status: types.StackStatusUpdateComplete, calls: []string{"Put /d=3", "Delete /c"},
			stored: map[string]string{"/a": "1", "/b": "1", "/d": "3"},
		},
		{
			name: "what left the template is deleted", next: declare(`A=/a=1`),
			status: types.StackStatusUpdateComplete, calls: []string{"Delete /c", "Delete /b"},
			stored: map[string]string{"/a": "1"},
		},
		{
			name: "a failure puts everything back", next: declare(`A=/a=2`, `B=/y=7`, `C=/c=9`, `D=/d=4`), refuse: "/d",
			status: types.StackStatusUpdateRollbackComplete,
			calls:  []string{"Put /a=2", "Put /y=7", "Put /c=9", "Put /d=4", "Put /a=1", "Put /c=3", "Delete /y"},
			stored: map[string]string{"/a": "1", "/b": "1", "/c": "3"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.create(first)
			w.take()
			w.refuse = c.refuse
			st := w.update(c.next)
			if st.StackStatus != c.status {
				t.Errorf("%s\n%s", st.StackStatus, strings.Join(w.history(), "\n"))
			}
			if got := w.take(); !slices.Equal(got, c.calls) {
				t.Errorf("calls %v, want %v", got, c.calls)
			}
			if got := w.stored(); !maps.Equal(got, c.stored) {
				t.Errorf("stored %v, want %v", got, c.stored)
			}
		})
	}
}

func TestComparesTemplatesNotLiveState(t *testing.T) {
	w := newWorld(t)
	template := declare(`A=/a=1`)
	w.create(template)
	w.parameters["/a"] = "changed by hand"
	w.take()
	err := w.tryUpdate(template)
	if err == nil || err.Error() != "ValidationError: No updates are to be performed." {
		t.Errorf("same template: %v", err)
	}
	if st := w.update(declare(`A=/a=1`, `B=/b=2`)); st.StackStatus != types.StackStatusUpdateComplete {
		t.Fatal(st.StackStatus)
	}
	if got, want := w.take(), []string{"Put /b=2"}; !slices.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
}

func TestUpdateReplacePolicyRetains(t *testing.T) {
	w := newWorld(t)
	w.create(declare(`A=/a=1|"UpdateReplacePolicy":"Retain"`))
	w.update(declare(`A=/b=1|"UpdateReplacePolicy":"Retain"`))
	if got := w.stored(); !maps.Equal(got, map[string]string{"/a": "1", "/b": "1"}) {
		t.Errorf("stored %v", got)
	}
}

func TestRefusesBeforeAnythingIsMade(t *testing.T) {
	for _, c := range []struct{ name, template, want string }{
		{"unknown type", `{"Resources":{"A":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":"1"}},"B":{"Type":"AWS::EC2::Vpc"}}}`,
			"the local cloud does not have the resource types [AWS::EC2::Vpc], which AWS may have; its support table lists those that it has"},
		{"layers", `{"Resources":{"B":{"Type":"AWS::Lambda::LayerVersion"}}}`,
			"the local cloud does not have the resource types [AWS::Lambda::LayerVersion], which AWS may have; its support table lists those that it has"},
		{"unknown property", `{"Resources":{"A":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":"1","Wings":2}}}}`,
			"Resource A (AWS::SSM::Parameter): the local cloud does not support the property Wings, which AWS may"},
		{"Express workflow", `{"Resources":{"A":{"Type":"AWS::StepFunctions::StateMachine","Properties":{"RoleArn":"r","StateMachineType":"EXPRESS"}}}}`,
			"Resource A (AWS::StepFunctions::StateMachine): the local cloud does not run state machines of type EXPRESS"},
		{"distributed Map", `{"Resources":{"A":{"Type":"AWS::StepFunctions::StateMachine","Properties":{"RoleArn":"r","DefinitionSubstitutions":{"Made":{"Fn::GetAtt":["P","Value"]},"Mode":"DISTRIBUTED"},"Definition":{"Comment":"${Made}","StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"${Mode}","ExecutionType":"STANDARD"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}}}},"P":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":"1"}}}}`,
			"Resource A (AWS::StepFunctions::StateMachine): the local cloud does not run Map states in DISTRIBUTED mode, at /States/M/ItemProcessor/ProcessorConfig/Mode"},
		{"managed policy", `{"Resources":{"A":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{},"ManagedPolicyArns":[{"Fn::Sub":"arn:${AWS::Partition}:iam::aws:policy/AmazonEC2FullAccess"}]}}}}`,
			"Resource A (AWS::IAM::Role): the local cloud does not have the managed policy arn:aws:iam::aws:policy/AmazonEC2FullAccess, which AWS may have"},
		{"notifications", `{"Resources":{"A":{"Type":"AWS::S3::Bucket","Properties":{"NotificationConfiguration":{}}}}}`,
			"Resource A (AWS::S3::Bucket): the local cloud does not support the property NotificationConfiguration, which AWS may"},
		{"circle", declare(`A=/a={"Ref":"B"}`, `B=/b={"Ref":"A"}`), "Circular dependency between resources: [A, B]"},
		{"dangling reference", declare(`A=/a={"Ref":"Z"}`), "Template format error: Unresolved resource dependencies [Z] in the Resources block of the template"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.tryCreate(c.template)
			if err == nil || err.Error() != "ValidationError: "+c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if calls := w.take(); len(calls) > 0 {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

func TestDeleteKeepsWhatIsRetained(t *testing.T) {
	w := newWorld(t)
	id := aws.ToString(w.create(declare(`A=/a=1`, `B=/b={"Ref":"A"}|"DeletionPolicy":"Retain"`)).StackId)
	w.take()
	if _, err := call[cloudformation.DeleteStackOutput](w, "DeleteStack", &cloudformation.DeleteStackInput{StackName: aws.String("s")}); err != nil {
		t.Fatal(err)
	}
	w.service.running.Wait()
	if got, want := w.take(), []string{"Delete /a"}; !slices.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
	if st := w.describe(id); st.StackStatus != types.StackStatusDeleteComplete {
		t.Error(st.StackStatus)
	}
	if _, err := call[cloudformation.DescribeStacksOutput](w, "DescribeStacks", &cloudformation.DescribeStacksInput{StackName: aws.String("s")}); err == nil || err.Error() != "ValidationError: Stack with id s does not exist" {
		t.Errorf("by name: %v", err)
	}
}
