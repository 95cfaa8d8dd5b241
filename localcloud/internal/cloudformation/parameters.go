package cloudformation

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudformation/resource"
)

// hidden is how the value of a NoEcho parameter is shown.
const hidden = "****"

// settleParameters gives every parameter its value: the given one, the former
// one, or the default; those of an SSM type are read from Parameter Store.
func (s *Service) settleParameters(ctx context.Context, p *plan, st *stack, as api.Caller, given, former []types.Parameter) error {
	texts := map[string]string{}
	previous := values(former)
	for name, parameter := range values(given) {
		if !aws.ToBool(parameter.UsePreviousValue) {
			texts[name] = aws.ToString(parameter.ParameterValue)
			continue
		}
		before, known := previous[name]
		if !known {
			return validation("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a parameter key not in the previous template", name)
		}
		texts[name] = aws.ToString(before.ParameterValue)
	}
	settled, err := p.template.Given(texts)
	if err != nil {
		return validation("%v", err)
	}
	p.scope.Parameters = s.pseudo(st)
	for _, name := range slices.Sorted(maps.Keys(settled)) {
		declared, text := p.template.Parameters[name], settled[name]
		parameter := types.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(text)}
		if declared.IsSSM() {
			if text, err = s.stored(ctx, st, as, text); err != nil {
				return err
			}
			parameter.ResolvedValue = aws.String(text)
		}
		p.scope.Parameters[name] = declared.Value(text)
		p.parameters = append(p.parameters, parameter)
	}
	p.scope.Import = func(name string) (string, error) {
		if !slices.Contains(p.imports, name) {
			p.imports = append(p.imports, name)
		}
		return s.exported(name)
	}
	p.scope.Zones = []string{s.env.Region + "a", s.env.Region + "b", s.env.Region + "c"}
	return nil
}

func (s *Service) pseudo(st *stack) map[string]any {
	notifications := make([]any, 0, len(st.notifications))
	for _, arn := range st.notifications {
		notifications = append(notifications, arn)
	}
	return map[string]any{
		"AWS::AccountId": s.env.Account, "AWS::Region": s.env.Region, "AWS::Partition": s.env.Partition,
		"AWS::StackId": st.id, "AWS::StackName": st.name, "AWS::URLSuffix": urlSuffix(s.env.Partition),
		"AWS::NotificationARNs": notifications,
	}
}

// urlSuffix is the domain of a partition's endpoints.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
func urlSuffix(partition string) string {
	switch partition {
	case "aws-cn":
		return "amazonaws.com.cn"
	case "aws-eusc":
		return "amazonaws.eu"
	}
	return "amazonaws.com"
}

// stored reads an SSM parameter.
func (s *Service) stored(ctx context.Context, st *stack, as api.Caller, name string) (string, error) {
	request := s.request(st, as, nil)
	value, err := resource.StoredParameter(ctx, request, name)
	if api.IsCode(err, "ParameterNotFound") {
		return "", validation("Unable to fetch parameters [%s] from parameter store for this account.", name)
	}
	if err != nil {
		return "", fmt.Errorf("read SSM parameter %s: %w", name, err)
	}
	return value, nil
}

// exported finds what a living stack exports under a name.
func (s *Service) exported(name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.stacks {
		if st.status == types.StackStatusDeleteComplete {
			continue
		}
		for _, output := range st.outputs {
			if aws.ToString(output.ExportName) == name {
				return aws.ToString(output.OutputValue), nil
			}
		}
	}
	return "", fmt.Errorf("No export named %s found.", name)
}

// shown hides the values of NoEcho parameters.
func (p *plan) shown() []types.Parameter {
	list := slices.Clone(p.parameters)
	for i, parameter := range list {
		if p.template.Parameters[aws.ToString(parameter.ParameterKey)].NoEcho {
			list[i].ParameterValue = aws.String(hidden)
			list[i].ResolvedValue = nil
		}
	}
	return list
}
