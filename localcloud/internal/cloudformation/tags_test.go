package cloudformation

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"weir/localcloud/internal/cloudformation/resource"
)

func tag(key, value string) types.Tag {
	return types.Tag{Key: aws.String(key), Value: aws.String(value)}
}

func TestStackTagsReachResourcesThatTakeTags(t *testing.T) {
	tagged := func(pairs ...string) map[string]any {
		list := []any{}
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, map[string]any{"Key": pairs[i], "Value": pairs[i+1]})
		}
		return map[string]any{"Tags": list}
	}
	stackTags := []types.Tag{tag("team", "checkout"), tag("stage", "dev")}
	for _, c := range []struct {
		name, kind string
		own, want  map[string]any
		tags       []types.Tag
	}{
		{"onto none", "AWS::SNS::Topic", map[string]any{}, tagged("team", "checkout", "stage", "dev"), stackTags},
		{"its own wins", "AWS::SNS::Topic", tagged("stage", "prod"), tagged("stage", "prod", "team", "checkout"), stackTags},
		{"a kind without tags", "AWS::Lambda::Version", map[string]any{}, map[string]any{}, stackTags},
		{"a stack without tags", "AWS::SNS::Topic", map[string]any{}, map[string]any{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind, _ := resource.Find(c.kind)
			withStackTags(kind, c.own, c.tags)
			if diff := cmp.Diff(c.want, c.own); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewTagsAreAnUpdate(t *testing.T) {
	w := newWorld(t)
	template := declare(`A=/a=1`)
	w.create(template)
	update := func(tags ...types.Tag) error {
		_, err := call[cloudformation.UpdateStackOutput](w, "UpdateStack", &cloudformation.UpdateStackInput{
			StackName: aws.String("s"), UsePreviousTemplate: aws.Bool(true), Tags: tags,
		})
		return err
	}
	if err := update(tag("team", "a")); err != nil {
		t.Fatal(err)
	}
	if st := w.ended(); st.StackStatus != types.StackStatusUpdateComplete || !sameTags(st.Tags, []types.Tag{tag("team", "a")}) {
		t.Errorf("%s with tags %v", st.StackStatus, st.Tags)
	}
	if err := update(tag("team", "a")); err == nil || err.Error() != "ValidationError: No updates are to be performed." {
		t.Errorf("the same tags again: %v", err)
	}
	w.refuse = "/b"
	_, err := call[cloudformation.UpdateStackOutput](w, "UpdateStack", &cloudformation.UpdateStackInput{
		StackName: aws.String("s"), TemplateBody: aws.String(declare(`A=/a=1`, `B=/b=1`)), Tags: []types.Tag{tag("team", "b")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if st := w.ended(); !sameTags(st.Tags, []types.Tag{tag("team", "a")}) {
		t.Errorf("after a rollback the tags are %v", st.Tags)
	}
}

func TestMembersWithoutEffectAreRefused(t *testing.T) {
	w := newWorld(t)
	create := func(change func(*cloudformation.CreateStackInput)) error {
		in := &cloudformation.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(declare(`A=/a=1`))}
		change(in)
		_, err := call[cloudformation.CreateStackOutput](w, "CreateStack", in)
		return err
	}
	err := create(func(in *cloudformation.CreateStackInput) {
		in.NotificationARNs, in.TimeoutInMinutes = []string{"arn:aws:sns:eu-west-1:111122223333:t"}, aws.Int32(5)
	})
	if want := "ValidationError: The local cloud does not support NotificationARNs, TimeoutInMinutes of CreateStack."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	err = create(func(in *cloudformation.CreateStackInput) {
		in.NotificationARNs, in.RollbackConfiguration = []string{}, &types.RollbackConfiguration{}
	})
	if err != nil {
		t.Errorf("empty members: %v", err)
	}
}
