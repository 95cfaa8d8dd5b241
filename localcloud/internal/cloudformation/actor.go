package cloudformation

import (
	"context"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/localcloud/internal/api"
)

const principal = "cloudformation.amazonaws.com"

// actor is who makes a stack's resources: the role that the stack has, or else
// whoever asks, in a session that the service forwards.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
func (s *Service) actor(ctx context.Context, caller api.Caller, st *stack, role *string) (api.Caller, error) {
	arn := aws.ToString(role)
	if arn == "" {
		return api.Caller{ARN: caller.ARN, RoleARN: caller.RoleARN, Service: principal, SourceARN: st.id, Forwarded: true}, nil
	}
	const session = "AWSCloudFormation"
	service := api.ServiceCaller(principal, st.id)
	if _, err := s.bus.Call(ctx, service, "sts", "AssumeRole", &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String(session)}); err != nil {
		return api.Caller{}, validation("Role %s is invalid or cannot be assumed", arn)
	}
	return api.Caller{ARN: s.env.GlobalARN("sts", "assumed-role/"+path.Base(arn)+"/"+session), RoleARN: arn, Service: principal, SourceARN: st.id}, nil
}

// roleOf is the role that an operation is to use: the one that it names, or the
// stack's own.
func (s *Service) roleOf(st *stack, named *string) *string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if aws.ToString(named) != "" {
		return named
	}
	return st.roleARN
}
