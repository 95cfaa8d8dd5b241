package cloudformation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

// rollbackStack rolls back a stack that was told not to do so by itself.
func (s *Service) rollbackStack(ctx context.Context, caller api.Caller, in *cloudformation.RollbackStackInput) (*cloudformation.RollbackStackOutput, error) {
	st, err := s.named(in.StackName)
	if err != nil {
		return nil, err
	}
	as, err := s.actor(ctx, caller, st, s.roleOf(st, in.RoleARN))
	if err != nil {
		return nil, err
	}
	next, err := s.claimRollback(st, in.ClientRequestToken)
	if err != nil {
		return nil, err
	}
	s.setStack(st, next, userInitiated)
	s.begin(st, as, nil, func(op *operation) {
		if next == types.StackStatusRollbackInProgress {
			op.deleteAll(keptOnCreate, nil, types.StackStatusRollbackComplete, types.StackStatusRollbackFailed)
			return
		}
		op.resume()
		op.rollBackUpdate(nil)
	})
	return &cloudformation.RollbackStackOutput{StackId: aws.String(st.id)}, nil
}

// claimRollback gives a stack that may be rolled back its next status.
func (s *Service) claimRollback(st *stack, token *string) (types.StackStatus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch st.status {
	case types.StackStatusCreateFailed:
		st.status = types.StackStatusRollbackInProgress
	case types.StackStatusUpdateFailed:
		st.status = types.StackStatusUpdateRollbackInProgress
	default:
		return "", validation("Stack:%s is in %s state and can not be rolled back.", st.id, st.status)
	}
	st.clientToken = token
	return st.status, nil
}

// continueRollback takes up a rollback of an update that failed itself, passing
// over the resources to skip.
func (s *Service) continueRollback(ctx context.Context, caller api.Caller, in *cloudformation.ContinueUpdateRollbackInput) (*cloudformation.ContinueUpdateRollbackOutput, error) {
	st, err := s.named(in.StackName)
	if err != nil {
		return nil, err
	}
	as, err := s.actor(ctx, caller, st, s.roleOf(st, in.RoleARN))
	if err != nil {
		return nil, err
	}
	err = s.claim(st, types.StackStatusUpdateRollbackInProgress, func() error {
		if st.status != types.StackStatusUpdateRollbackFailed {
			return validation("Stack:%s is in %s state and can not continue update rollback.", st.id, st.status)
		}
		for _, name := range in.ResourcesToSkip {
			if m := st.resources[name]; m == nil || m.status != types.ResourceStatusUpdateFailed {
				return validation("Resource %s cannot be skipped: only resources in UPDATE_FAILED state can.", name)
			}
		}
		st.clientToken = in.ClientRequestToken
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.setStack(st, types.StackStatusUpdateRollbackInProgress, userInitiated)
	s.begin(st, as, nil, func(op *operation) {
		op.resume()
		op.rollBackUpdate(in.ResourcesToSkip)
	})
	return &cloudformation.ContinueUpdateRollbackOutput{}, nil
}

// signalResource is refused: nothing that waits for signals is supported.
func (s *Service) signalResource(context.Context, api.Caller, *cloudformation.SignalResourceInput) (*cloudformation.SignalResourceOutput, error) {
	return nil, validation("The local cloud does not support SignalResource: no resource type here waits for signals.")
}

func (s *Service) named(name *string) (*stack, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.need(aws.ToString(name))
}

// remember keeps what is still to be undone, for a later operation to resume.
func (op *operation) remember(changes []change) {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	op.st.undone, op.st.leftover = changes, op.discard
}

// resume takes over what an earlier operation left.
func (op *operation) resume() {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	op.changes, op.discard = op.st.undone, op.st.leftover
	op.st.undone, op.st.leftover = nil, nil
}
