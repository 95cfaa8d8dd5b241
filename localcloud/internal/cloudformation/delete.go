package cloudformation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

// deleteStack answers nothing for a stack that is not there, as AWS does.
func (s *Service) deleteStack(ctx context.Context, caller api.Caller, in *cloudformation.DeleteStackInput) (*cloudformation.DeleteStackOutput, error) {
	name := aws.ToString(in.StackName)
	s.mu.Lock()
	st, ok := s.find(name)
	gone := !ok || st.status == types.StackStatusDeleteComplete || st.status == types.StackStatusDeleteInProgress
	s.mu.Unlock()
	if gone {
		return &cloudformation.DeleteStackOutput{}, nil
	}
	as, err := s.actor(ctx, caller, st, s.roleOf(st, in.RoleARN))
	if err != nil {
		return nil, err
	}
	err = s.claim(st, types.StackStatusDeleteInProgress, func() error { return s.deletable(st, in) })
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	st.clientToken = in.ClientRequestToken
	s.mu.Unlock()
	s.setStack(st, types.StackStatusDeleteInProgress, userInitiated)
	s.begin(st, as, nil, func(op *operation) {
		op.deleteAll(keptOnDelete, in.RetainResources, types.StackStatusDeleteComplete, types.StackStatusDeleteFailed)
	})
	return &cloudformation.DeleteStackOutput{}, nil
}

// deletable tells why a stack cannot be deleted now. The lock is held.
func (s *Service) deletable(st *stack, in *cloudformation.DeleteStackInput) error {
	switch {
	case st.protected:
		return validation("Stack [%s] cannot be deleted while TerminationProtection is enabled", st.name)
	case st.inProgress():
		return validation("Stack [%s] cannot be deleted while in status %s", st.name, st.status)
	case len(in.RetainResources) > 0 && st.status != types.StackStatusDeleteFailed:
		return validation("Invalid operation on stack [%s]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.", st.id)
	}
	for _, output := range st.outputs {
		export := aws.ToString(output.ExportName)
		if users := s.importers(export); export != "" && len(users) > 0 {
			return validation("Export %s cannot be deleted as it is in use by %s", export, strings.Join(users, ", "))
		}
	}
	return nil
}

// importers lists the living stacks that import an export. The lock is held.
func (s *Service) importers(export string) []string {
	var users []string
	for _, st := range s.stacks {
		if st.status != types.StackStatusDeleteComplete && slices.Contains(st.imports, export) {
			users = append(users, st.name)
		}
	}
	return users
}

// keepsImports refuses an update that drops or changes an export in use.
func (s *Service) keepsImports(st *stack, fresh []types.Output) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	after := map[string]string{}
	for _, output := range fresh {
		after[aws.ToString(output.ExportName)] = aws.ToString(output.OutputValue)
	}
	for _, output := range st.outputs {
		export := aws.ToString(output.ExportName)
		users := s.importers(export)
		if export == "" || len(users) == 0 {
			continue
		}
		value, stays := after[export]
		if !stays {
			return fmt.Errorf("Export %s cannot be deleted as it is in use by %s", export, strings.Join(users, ", "))
		}
		if value != aws.ToString(output.OutputValue) {
			return fmt.Errorf("Export %s cannot be updated as it is in use by %s", export, strings.Join(users, ", "))
		}
	}
	return nil
}

func (s *Service) protect(_ context.Context, _ api.Caller, in *cloudformation.UpdateTerminationProtectionInput) (*cloudformation.UpdateTerminationProtectionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.need(aws.ToString(in.StackName))
	if err != nil {
		return nil, err
	}
	st.protected = aws.ToBool(in.EnableTerminationProtection)
	return &cloudformation.UpdateTerminationProtectionOutput{StackId: aws.String(st.id)}, nil
}
