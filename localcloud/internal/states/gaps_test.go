package states_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/localcloud/internal/api"
)

// What AWS takes and the local cloud lacks is refused as such, and not as a mistake
// of the definition's.
func TestGapsAreRefusedInTheLocalCloudsOwnWords(t *testing.T) {
	for name, test := range map[string]struct{ state, says string }{
		"a distributed Map": {`"Type":"Map","ItemReader":{"Resource":"arn:aws:states:::s3:getObject"},"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`,
			"the local cloud does not run Map states in DISTRIBUTED mode, at /States/S/ItemProcessor/ProcessorConfig/Mode"},
		"another role": {`"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Credentials":{"RoleArn":"arn:aws:iam::111111111111:role/r"}`,
			"the local cloud does not run tasks with 'Credentials' of another role, at /States/S"},
		"a function in a path": {`"Type":"Pass","InputPath":"$.a.length()"`,
			"the local cloud does not support functions in paths, such as length() in '$.a.length()', at /States/S/InputPath"},
		"a function in a path of a template": {`"Type":"Pass","Parameters":{"n.$":"$.a.length()"}`,
			"the local cloud does not support functions in paths, such as length() in '$.a.length()', at /States/S/Parameters"},
		"a function in a path of a function": {`"Type":"Pass","Parameters":{"n.$":"States.Format('{}', $.a.length())"}`,
			"the local cloud does not support functions in paths, such as length() in '$.a.length()', at /States/S/Parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			definition := aws.String(one(test.state))
			_, err := do[sfn.CreateStateMachineOutput](c, "CreateStateMachine", &sfn.CreateStateMachineInput{Name: aws.String("m"), RoleArn: aws.String(role), Definition: definition})
			if !api.IsCode(err, "NotImplemented") || !strings.Contains(err.Error(), "CreateStateMachine: "+test.says) {
				t.Errorf("created: %v", err)
			}
			_, err = do[sfn.ValidateStateMachineDefinitionOutput](c, "ValidateStateMachineDefinition", &sfn.ValidateStateMachineDefinitionInput{Definition: definition})
			if !api.IsCode(err, "NotImplemented") || !strings.Contains(err.Error(), test.says) {
				t.Errorf("validated: %v", err)
			}
		})
	}
}

// A definition that has a mistake too is refused for the mistake, as on AWS.
func TestAMistakeComesBeforeAGap(t *testing.T) {
	c := newCloud(t)
	_, err := do[sfn.CreateStateMachineOutput](c, "CreateStateMachine", &sfn.CreateStateMachineInput{Name: aws.String("m"), RoleArn: aws.String(role),
		Definition: aws.String(one(`"Type":"Pass","InputPath":"$.a.length()","Typo":1`))})
	if !api.IsCode(err, "InvalidDefinition") || strings.Contains(err.Error(), "local cloud") {
		t.Errorf("got %v", err)
	}
}
