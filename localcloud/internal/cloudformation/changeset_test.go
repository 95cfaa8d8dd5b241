package cloudformation

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

func (w *world) changeSet(kind types.ChangeSetType, template string) *cloudformation.DescribeChangeSetOutput {
	w.t.Helper()
	_, err := call[cloudformation.CreateChangeSetOutput](w, "CreateChangeSet", &cloudformation.CreateChangeSetInput{
		StackName: aws.String("s"), ChangeSetName: aws.String("set"), ChangeSetType: kind, TemplateBody: aws.String(template),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := call[cloudformation.DescribeChangeSetOutput](w, "DescribeChangeSet", &cloudformation.DescribeChangeSetInput{
		StackName: aws.String("s"), ChangeSetName: aws.String("set"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) execute() types.Stack {
	w.t.Helper()
	_, err := call[cloudformation.ExecuteChangeSetOutput](w, "ExecuteChangeSet", &cloudformation.ExecuteChangeSetInput{
		StackName: aws.String("s"), ChangeSetName: aws.String("set"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.ended()
}

func told(changes []types.Change) []string {
	var lines []string
	for _, change := range changes {
		c := change.ResourceChange
		line := string(c.Action) + " " + aws.ToString(c.LogicalResourceId)
		if c.Replacement != "" {
			line += " replacement " + string(c.Replacement)
		}
		for _, d := range c.Details {
			line += " " + aws.ToString(d.Target.Name) + ":" + string(d.Evaluation)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestChangeSets(t *testing.T) {
	w := newWorld(t)
	first := w.changeSet(types.ChangeSetTypeCreate, declare(`A=/a=1`, `B=/b={"Ref":"A"}`))
	if got, want := told(first.Changes), []string{"Add A", "Add B"}; !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
	if calls := w.take(); len(calls) > 0 || w.describe("s").StackStatus != types.StackStatusReviewInProgress {
		t.Errorf("after creating the set: %s, calls %v", w.describe("s").StackStatus, calls)
	}
	if st := w.execute(); st.StackStatus != types.StackStatusCreateComplete {
		t.Fatal(st.StackStatus)
	}
	next := w.changeSet(types.ChangeSetTypeUpdate, declare(`A=/x=1`, `B=/b={"Ref":"A"}`, `C=/c=1`))
	want := []string{"Modify A replacement True Name:Static", "Modify B replacement False Value:Static", "Add C"}
	if got := told(next.Changes); !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
	if st := w.execute(); st.StackStatus != types.StackStatusUpdateComplete {
		t.Fatal(st.StackStatus)
	}
	if got := w.stored()["/b"]; got != "/x" {
		t.Errorf("/b is %q", got)
	}
}

func TestEmptyChangeSetFails(t *testing.T) {
	w := newWorld(t)
	template := declare(`A=/a=1`)
	w.create(template)
	set := w.changeSet(types.ChangeSetTypeUpdate, template)
	if set.Status != types.ChangeSetStatusFailed || !strings.Contains(aws.ToString(set.StatusReason), "didn't contain changes") {
		t.Errorf("%s %s", set.Status, aws.ToString(set.StatusReason))
	}
	_, err := call[cloudformation.ExecuteChangeSetOutput](w, "ExecuteChangeSet", &cloudformation.ExecuteChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("set")})
	if err == nil || !strings.HasPrefix(err.Error(), "InvalidChangeSetStatus") {
		t.Errorf("execute: %v", err)
	}
}
