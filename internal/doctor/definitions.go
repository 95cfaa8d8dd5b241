package doctor

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Validator reads a definition as Step Functions does.
type Validator interface {
	ValidateStateMachineDefinition(ctx context.Context, in *sfn.ValidateStateMachineDefinitionInput, opts ...func(*sfn.Options)) (*sfn.ValidateStateMachineDefinitionOutput, error)
}

// Definition checks that Step Functions takes a definition, with the ARNs of a
// pipeline put in.
func Definition(api Validator, name, text string, pipeline Pipeline) Check {
	prefix := cmp.Or(pipeline.Name, "weir")
	text = strings.NewReplacer("${Partition}", pipeline.Partition,
		"${PlanFunctionArn}", pipeline.arn("lambda", "function:"+prefix+"-plan"),
		"${ShiftFunctionArn}", pipeline.arn("lambda", "function:"+prefix+"-shift"),
		"${VerifyFunctionArn}", pipeline.arn("lambda", "function:"+prefix+"-verify"),
		"${RollbackFunctionArn}", pipeline.arn("lambda", "function:"+prefix+"-rollback"),
		"${WorkflowArn}", pipeline.arn("states", "stateMachine:"+prefix)).Replace(text)
	return Check{Name: "definition " + name, Look: func(ctx context.Context) []Finding {
		out, err := api.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: &text, Type: types.StateMachineTypeStandard})
		if err != nil {
			return unasked(err, "states:ValidateStateMachineDefinition")
		}
		var errors, warnings []string
		for _, d := range out.Diagnostics {
			line := fmt.Sprintf("%s at %s: %s", aws.ToString(d.Code), aws.ToString(d.Location), aws.ToString(d.Message))
			if d.Severity == types.ValidateStateMachineDefinitionSeverityError {
				errors = append(errors, line)
			} else {
				warnings = append(warnings, line)
			}
		}
		switch {
		case out.Result != types.ValidateStateMachineDefinitionResultCodeOk || len(errors) > 0:
			return one(Failed, "Step Functions refuses it: "+strings.Join(append(errors, warnings...), "; "), "Report it with the output of weir version: the stack would not deploy.")
		case len(warnings) > 0:
			return one(Warning, "Step Functions warns: "+strings.Join(warnings, "; "), "Report it with the output of weir version.")
		}
		return one(OK, "Step Functions takes it", "")
	}}
}
