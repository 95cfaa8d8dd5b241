package cloudformation_test

import (
	"os/exec"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ssm"
)

// Inline code is a custom resource by the module that CloudFormation puts
// beside it: it answers creation and deletion, and fails on purpose.
func TestInlineCodeAnswersAsACustomResource(t *testing.T) {
	cases := []struct{ program, runtime, code string }{
		{"python3", "python3.13", `
import cfnresponse
def handler(event, context):
    word = event["ResourceProperties"]["Word"]
    status = cfnresponse.FAILED if word == "bad" else cfnresponse.SUCCESS
    cfnresponse.send(event, context, status, {"Twice": word * 2}, "the-thing")
`},
		{"node", "nodejs22.x", `
const response = require('cfn-response');
exports.handler = (event, context) => {
  const word = event.ResourceProperties.Word;
  response.send(event, context, word === 'bad' ? response.FAILED : response.SUCCESS, {Twice: word + word}, 'the-thing');
};
`},
	}
	for _, tc := range cases {
		t.Run(tc.program, func(t *testing.T) {
			if _, err := exec.LookPath(tc.program); err != nil {
				t.Skipf("no %s to run inline code with: %v", tc.program, err)
			}
			s := newStackOf(t)
			thing := func(word string) props {
				return with(aRole, props{
					"F": made("AWS::Lambda::Function", props{"Role": attribute("R", "Arn"), "Runtime": tc.runtime, "Handler": "index.handler",
						"Code": props{"ZipFile": tc.code}, "Timeout": 30}),
					"X": made("Custom::Thing", props{"ServiceToken": attribute("F", "Arn"), "Word": word}),
					"P": made("AWS::SSM::Parameter", props{"Name": "/word", "Type": "String",
						"Value": props{"Fn::Join": []any{"|", []any{ref("X"), attribute("X", "Twice")}}}}),
				})
			}
			if status := s.put("CreateStack", thing("ha")); status != types.StackStatusCreateComplete {
				t.Fatalf("ended in %s: %v", status, s.failures())
			}
			out, err := api.Do[ssm.GetParameterOutput](t.Context(), s.cloud.Bus(), api.Operator(s.cloud.Env()),
				"ssm", "GetParameter", &ssm.GetParameterInput{Name: "/word"})
			if err != nil || out.Parameter.Value != "the-thing|haha" {
				t.Errorf("parameter %+v, %v", out, err)
			}
			s.failed("UpdateStack", thing("bad"), types.StackStatusUpdateRollbackComplete,
				"X: Received response status [FAILED] from custom resource. Message returned: See the details in CloudWatch Log Stream: ")
		})
	}
}
