package states

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/states/asl"
)

// maxDiagnostics is how many findings an answer has at most.
const maxDiagnostics = 100

func (s *Service) validateStateMachineDefinition(_ context.Context, _ api.Caller, in *sfn.ValidateStateMachineDefinitionInput) (*sfn.ValidateStateMachineDefinitionOutput, error) {
	workflow := asl.Standard
	if in.Type == types.StateMachineTypeExpress {
		workflow = asl.Express
	}
	_, found := asl.Parse(aws.ToString(in.Definition), workflow, s.jsonata)
	mistaken := slices.ContainsFunc(found, func(d asl.Diagnostic) bool { return !d.Warning && !d.Gap })
	if !mistaken {
		if err := notEmulated("ValidateStateMachineDefinition", found); err != nil {
			return nil, err
		}
	}
	out := &sfn.ValidateStateMachineDefinitionOutput{
		Result: types.ValidateStateMachineDefinitionResultCodeOk, Truncated: aws.Bool(false),
		Diagnostics: []types.ValidateStateMachineDefinitionDiagnostic{},
	}
	if mistaken {
		out.Result = types.ValidateStateMachineDefinitionResultCodeFail
	}
	limit := int(in.MaxResults)
	if limit == 0 {
		limit = maxDiagnostics
	}
	for _, d := range found {
		if d.Gap {
			continue // AWS finds nothing here
		}
		severity := types.ValidateStateMachineDefinitionSeverityError
		if d.Warning {
			severity = types.ValidateStateMachineDefinitionSeverityWarning
			if in.Severity != types.ValidateStateMachineDefinitionSeverityWarning {
				continue
			}
		}
		if len(out.Diagnostics) == limit {
			out.Truncated = aws.Bool(true)
			break
		}
		diagnostic := types.ValidateStateMachineDefinitionDiagnostic{Code: aws.String(d.Code), Message: aws.String(d.Message), Severity: severity}
		if d.Location != "" {
			diagnostic.Location = aws.String(d.Location)
		}
		out.Diagnostics = append(out.Diagnostics, diagnostic)
	}
	return out, nil
}
