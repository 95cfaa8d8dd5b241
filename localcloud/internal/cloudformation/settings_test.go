package cloudformation

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

func TestRefusesSettingsByName(t *testing.T) {
	body := aws.String(declare(`A=/a=1`))
	triggers := &types.RollbackConfiguration{RollbackTriggers: []types.RollbackTrigger{{Arn: aws.String("arn:x"), Type: aws.String("AWS::CloudWatch::Alarm")}}}
	for name, test := range map[string]struct {
		operation string
		in        any
	}{
		"TimeoutInMinutes": {"CreateStack", &cloudformation.CreateStackInput{
			StackName: aws.String("new"), TemplateBody: body, TimeoutInMinutes: aws.Int32(5)}},
		"StackPolicyBody": {"CreateStack", &cloudformation.CreateStackInput{
			StackName: aws.String("new"), TemplateBody: body, StackPolicyBody: aws.String("{}")}},
		"StackPolicyDuringUpdateBody": {"UpdateStack", &cloudformation.UpdateStackInput{
			StackName: aws.String("s"), TemplateBody: body, StackPolicyDuringUpdateBody: aws.String("{}")}},
		"RollbackConfiguration": {"UpdateStack", &cloudformation.UpdateStackInput{
			StackName: aws.String("s"), TemplateBody: body, RollbackConfiguration: triggers}},
		"ResourcesToImport": {"CreateChangeSet", &cloudformation.CreateChangeSetInput{
			StackName: aws.String("s"), ChangeSetName: aws.String("c"), TemplateBody: body, ResourcesToImport: []types.ResourceToImport{{}}}},
		"DeploymentMode": {"CreateChangeSet", &cloudformation.CreateChangeSetInput{
			StackName: aws.String("s"), ChangeSetName: aws.String("c"), TemplateBody: body, DeploymentMode: "REVERT_DRIFT"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.create(declare(`A=/a=2`))
			err := w.try(test.operation, test.in)
			if err == nil || !strings.Contains(err.Error(), "does not support "+name) {
				t.Errorf("%s = %v, want a refusal of %s", test.operation, err, name)
			}
			if w.stored()["/a"] != "2" {
				t.Errorf("%s changed %v", test.operation, w.stored())
			}
		})
	}
}
