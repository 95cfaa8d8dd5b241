package states_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Each definition of this repository is valid, with nothing to warn of.
func TestTheDefinitionsOfThisRepositoryAreValid(t *testing.T) {
	files, err := filepath.Glob("../../../*/*.asl.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %v: %v", files, err)
	}
	substitutions := strings.NewReplacer("${Partition}", "aws", "${WorkflowArn}", "arn:aws:states:us-east-1:000000000000:stateMachine:release",
		"${PlanFunctionArn}", "arn:aws:lambda:us-east-1:000000000000:function:plan", "${ShiftFunctionArn}", "arn:aws:lambda:us-east-1:000000000000:function:shift",
		"${VerifyFunctionArn}", "arn:aws:lambda:us-east-1:000000000000:function:verify",
		"${RollbackFunctionArn}", "arn:aws:lambda:us-east-1:000000000000:function:rollback")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out := must[sfn.ValidateStateMachineDefinitionOutput](newCloud(t), "ValidateStateMachineDefinition", &sfn.ValidateStateMachineDefinitionInput{
				Definition: aws.String(substitutions.Replace(string(text))), Severity: types.ValidateStateMachineDefinitionSeverityWarning,
			})
			if out.Result != types.ValidateStateMachineDefinitionResultCodeOk {
				t.Errorf("the result is %s", out.Result)
			}
			for _, d := range out.Diagnostics {
				t.Errorf("%s: %s at %s", aws.ToString(d.Code), aws.ToString(d.Message), aws.ToString(d.Location))
			}
		})
	}
}
