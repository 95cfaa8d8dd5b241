package cloudformation

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudformation/template"
)

func (s *Service) validateTemplate(ctx context.Context, _ api.Caller, in *cloudformation.ValidateTemplateInput) (*cloudformation.ValidateTemplateOutput, error) {
	parsed, err := s.parsed(ctx, in.TemplateBody, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	out := &cloudformation.ValidateTemplateOutput{Description: optional(parsed.Description), Parameters: []types.TemplateParameter{}}
	for _, name := range slices.Sorted(maps.Keys(parsed.Parameters)) {
		parameter := parsed.Parameters[name]
		out.Parameters = append(out.Parameters, types.TemplateParameter{
			ParameterKey: aws.String(name), DefaultValue: parameter.Default,
			Description: optional(parameter.Description), NoEcho: aws.Bool(parameter.NoEcho),
		})
	}
	out.Capabilities, out.CapabilitiesReason = capabilitiesOf(parsed)
	return out, nil
}

func (s *Service) getTemplateSummary(ctx context.Context, _ api.Caller, in *cloudformation.GetTemplateSummaryInput) (*cloudformation.GetTemplateSummaryOutput, error) {
	body := in.TemplateBody
	if in.StackName != nil {
		ofStack, err := s.summarised(*in.StackName)
		if err != nil {
			return nil, err
		}
		body = &ofStack
	}
	parsed, err := s.parsed(ctx, body, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	out := &cloudformation.GetTemplateSummaryOutput{
		Description: optional(parsed.Description), Parameters: []types.ParameterDeclaration{}, ResourceTypes: []string{},
		Version: optional(parsed.Version),
	}
	if parsed.Metadata != nil {
		out.Metadata = aws.String(text(parsed.Metadata))
	}
	for _, name := range slices.Sorted(maps.Keys(parsed.Parameters)) {
		parameter := parsed.Parameters[name]
		out.Parameters = append(out.Parameters, types.ParameterDeclaration{
			ParameterKey: aws.String(name), ParameterType: aws.String(parameter.Type), DefaultValue: parameter.Default,
			Description: optional(parameter.Description), NoEcho: aws.Bool(parameter.NoEcho),
			ParameterConstraints: &types.ParameterConstraints{AllowedValues: parameter.AllowedValues},
		})
	}
	byType := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(parsed.Resources)) {
		kind := parsed.Resources[name].Type
		byType[kind] = append(byType[kind], name)
	}
	for _, kind := range slices.Sorted(maps.Keys(byType)) {
		out.ResourceTypes = append(out.ResourceTypes, kind)
		out.ResourceIdentifierSummaries = append(out.ResourceIdentifierSummaries,
			types.ResourceIdentifierSummary{ResourceType: aws.String(kind), LogicalResourceIds: byType[kind]})
	}
	out.Capabilities, out.CapabilitiesReason = capabilitiesOf(parsed)
	return out, nil
}

// summarised is the template of a stack that has one.
func (s *Service) summarised(name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.need(name)
	if err != nil {
		return "", err
	}
	if st.status == types.StackStatusReviewInProgress {
		return "", validation("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
	}
	return st.body, nil
}

func (s *Service) parsed(ctx context.Context, body, at *string) (*template.Template, error) {
	// The stack's own template may be longer than a request's.
	if body == nil || len(*body) <= maxBody {
		text, err := s.body(ctx, body, at, nil, nil)
		if err != nil {
			return nil, err
		}
		body = &text
	}
	parsed, err := template.Parse([]byte(*body))
	if err != nil {
		return nil, validation("%v", err)
	}
	return parsed, nil
}

// text is a value as the summary of a template shows it.
func text(value any) string {
	if plain, is := template.Text(value); is {
		return plain
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err) // trees of a parsed template always encode
	}
	return string(encoded)
}
