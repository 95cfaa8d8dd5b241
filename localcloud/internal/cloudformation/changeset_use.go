package cloudformation

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

func (s *Service) describeChangeSet(_ context.Context, _ api.Caller, in *cloudformation.DescribeChangeSetInput) (*cloudformation.DescribeChangeSetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set, st, err := s.needChangeSet(aws.ToString(in.ChangeSetName), aws.ToString(in.StackName))
	if err != nil {
		return nil, err
	}
	return &cloudformation.DescribeChangeSetOutput{
		ChangeSetName: aws.String(set.name), ChangeSetId: aws.String(set.id),
		StackName: aws.String(st.name), StackId: aws.String(st.id),
		Status: set.status, StatusReason: optional(set.reason), ExecutionStatus: set.execution,
		Description: optional(set.description), CreationTime: aws.Time(set.created),
		Parameters: set.plan.shown(), Tags: set.tags, Capabilities: listed(set.capabilities),
		Changes: listed(set.changes), NotificationARNs: listed(set.notifications), RollbackConfiguration: &types.RollbackConfiguration{},
		OnStackFailure: set.onFailure, IncludeNestedStacks: aws.Bool(false),
	}, nil
}

func (s *Service) listChangeSets(_ context.Context, _ api.Caller, in *cloudformation.ListChangeSetsInput) (*cloudformation.ListChangeSetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.find(aws.ToString(in.StackName))
	if !ok {
		return nil, validation("Stack [%s] does not exist", aws.ToString(in.StackName))
	}
	out := &cloudformation.ListChangeSetsOutput{Summaries: []types.ChangeSetSummary{}}
	for _, set := range st.changeSets {
		if set.past() {
			continue
		}
		out.Summaries = append(out.Summaries, types.ChangeSetSummary{
			ChangeSetName: aws.String(set.name), ChangeSetId: aws.String(set.id),
			StackName: aws.String(st.name), StackId: aws.String(st.id),
			Status: set.status, StatusReason: optional(set.reason), ExecutionStatus: set.execution,
			Description: optional(set.description), CreationTime: aws.Time(set.created),
			IncludeNestedStacks: aws.Bool(false),
		})
	}
	return out, nil
}

// deleteChangeSet succeeds for a set that is not there, as AWS does.
func (s *Service) deleteChangeSet(_ context.Context, _ api.Caller, in *cloudformation.DeleteChangeSetInput) (*cloudformation.DeleteChangeSetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set, st, err := s.needChangeSet(aws.ToString(in.ChangeSetName), aws.ToString(in.StackName))
	if api.IsCode(err, changeSetNotFound) {
		return &cloudformation.DeleteChangeSetOutput{}, nil
	}
	if err != nil {
		return nil, err
	}
	if set.execution == types.ExecutionStatusExecuteInProgress {
		return nil, api.Errorf("InvalidChangeSetStatus", "ChangeSet [%s] is being executed", set.id)
	}
	st.changeSets = slices.DeleteFunc(st.changeSets, func(other *changeSet) bool { return other == set })
	return &cloudformation.DeleteChangeSetOutput{}, nil
}

// executeChangeSet starts what the set describes. The other sets of the stack are
// obsolete then.
func (s *Service) executeChangeSet(ctx context.Context, caller api.Caller, in *cloudformation.ExecuteChangeSetInput) (*cloudformation.ExecuteChangeSetOutput, error) {
	s.mu.Lock()
	set, st, err := s.needChangeSet(aws.ToString(in.ChangeSetName), aws.ToString(in.StackName))
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	as, err := s.actor(ctx, caller, st, set.roleARN)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	err = s.claimChangeSet(st, set)
	if err == nil {
		st.changeSetID, st.clientToken, st.updated = set.id, in.ClientRequestToken, aws.Time(s.clock.Now())
		set.execution = types.ExecutionStatusExecuteInProgress
		st.outdate()
		set.plan.tags = st.tags
		if set.tags != nil {
			set.plan.tags = set.tags
		}
		st.capabilities, st.roleARN, st.notifications = set.capabilities, set.roleARN, set.notifications
		st.disableRollback = aws.ToBool(in.DisableRollback)
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if set.kind == types.ChangeSetTypeCreate {
		s.startCreate(st, as, set.plan, set.choice(in.DisableRollback))
	} else {
		s.startUpdate(st, as, set.plan, set.choice(in.DisableRollback) == doNothing)
	}
	return &cloudformation.ExecuteChangeSetOutput{}, nil
}

// claimChangeSet takes the stack for a set's execution. The lock is held.
func (s *Service) claimChangeSet(st *stack, set *changeSet) error {
	if set.execution != types.ExecutionStatusAvailable {
		return api.Errorf("InvalidChangeSetStatus", "ChangeSet [%s] cannot be executed in its current status of [%s]", set.id, set.status)
	}
	if set.kind == types.ChangeSetTypeCreate {
		if st.status != types.StackStatusReviewInProgress {
			return validation("Stack:%s is in %s state and can not be created.", st.id, st.status)
		}
		st.status = types.StackStatusCreateInProgress
		return nil
	}
	if !st.updatable() {
		return validation("Stack:%s is in %s state and can not be updated.", st.id, st.status)
	}
	st.status = types.StackStatusUpdateInProgress
	return nil
}

func (set *changeSet) choice(disableRollback *bool) failureChoice {
	switch {
	case aws.ToBool(disableRollback), set.onFailure == types.OnStackFailureDoNothing:
		return doNothing
	case set.onFailure == types.OnStackFailureDelete:
		return deleteStack
	}
	return rollBack
}
