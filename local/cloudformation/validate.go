package cloudformation

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/local/api"
	"weir/local/cloudformation/template"
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
	if name := aws.ToString(in.StackName); name != "" {
		s.mu.Lock()
		st, err := s.need(name)
		if err == nil {
			body = aws.String(st.body)
		}
		s.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
	parsed, err := s.parsed(ctx, body, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	out := &cloudformation.GetTemplateSummaryOutput{
		Description: optional(parsed.Description), Parameters: []types.ParameterDeclaration{}, ResourceTypes: []string{},
	}
	for _, name := range slices.Sorted(maps.Keys(parsed.Parameters)) {
		parameter := parsed.Parameters[name]
		out.Parameters = append(out.Parameters, types.ParameterDeclaration{
			ParameterKey: aws.String(name), ParameterType: aws.String(parameter.Type), DefaultValue: parameter.Default,
			Description: optional(parameter.Description), NoEcho: aws.Bool(parameter.NoEcho),
			ParameterConstraints: &types.ParameterConstraints{AllowedValues: parameter.AllowedValues},
		})
	}
	for _, declared := range parsed.Resources {
		if !slices.Contains(out.ResourceTypes, declared.Type) {
			out.ResourceTypes = append(out.ResourceTypes, declared.Type)
		}
	}
	slices.Sort(out.ResourceTypes)
	out.Capabilities, out.CapabilitiesReason = capabilitiesOf(parsed)
	return out, nil
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
