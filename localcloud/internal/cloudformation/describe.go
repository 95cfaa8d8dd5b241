package cloudformation

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

// eventPage is how many events one answer holds.
const eventPage = 100

func (s *Service) describeStacks(_ context.Context, _ api.Caller, in *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{}}
	if name := aws.ToString(in.StackName); name != "" {
		st, err := s.need(name)
		if err != nil {
			return nil, err
		}
		out.Stacks = append(out.Stacks, st.describe())
		return out, nil
	}
	for _, st := range slices.Backward(s.stacks) {
		if st.status != types.StackStatusDeleteComplete {
			out.Stacks = append(out.Stacks, st.describe())
		}
	}
	return out, nil
}

func (st *stack) describe() types.Stack {
	shown := types.Stack{
		StackId: aws.String(st.id), StackName: aws.String(st.name),
		StackStatus: st.status, StackStatusReason: optional(st.reason),
		CreationTime: aws.Time(st.created), LastUpdatedTime: st.updated, DeletionTime: st.deleted,
		Description: optional(st.desc), Parameters: st.shown, Outputs: st.outputs, Tags: listed(st.tags),
		Capabilities: st.capabilities, RoleARN: st.roleARN, NotificationARNs: listed(st.notifications),
		DisableRollback: aws.Bool(st.disableRollback), RollbackConfiguration: &types.RollbackConfiguration{},
		DriftInformation: &types.StackDriftInformation{StackDriftStatus: types.StackDriftStatusNotChecked},
	}
	if st.status != types.StackStatusDeleteComplete {
		shown.ChangeSetId, shown.EnableTerminationProtection = optional(st.changeSetID), aws.Bool(st.protected)
	}
	return shown
}

// listed is a list that an answer bears even when it is empty.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (s *Service) listStacks(_ context.Context, _ api.Caller, in *cloudformation.ListStacksInput) (*cloudformation.ListStacksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &cloudformation.ListStacksOutput{StackSummaries: []types.StackSummary{}}
	for _, st := range slices.Backward(s.stacks) {
		if len(in.StackStatusFilter) > 0 && !slices.Contains(in.StackStatusFilter, st.status) {
			continue
		}
		out.StackSummaries = append(out.StackSummaries, types.StackSummary{
			StackId: aws.String(st.id), StackName: aws.String(st.name), StackStatus: st.status,
			StackStatusReason: optional(st.reason), CreationTime: aws.Time(st.created),
			LastUpdatedTime: st.updated, DeletionTime: st.deleted, TemplateDescription: optional(st.desc),
			DriftInformation: &types.StackDriftInformationSummary{StackDriftStatus: types.StackDriftStatusNotChecked},
		})
	}
	return out, nil
}

func (s *Service) describeStackEvents(_ context.Context, _ api.Caller, in *cloudformation.DescribeStackEventsInput) (*cloudformation.DescribeStackEventsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.StackName == nil {
		return nil, validation("1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null")
	}
	name := *in.StackName
	st, ok := s.find(name)
	if !ok {
		return nil, validation("Stack [%s] does not exist", name)
	}
	newestFirst := slices.Clone(st.events)
	slices.Reverse(newestFirst)
	skip := 0
	if token := aws.ToString(in.NextToken); token != "" {
		var err error
		// The token counts from the oldest, so that new events move no page.
		if left, convErr := strconv.Atoi(token); convErr != nil || left < 0 || left > len(newestFirst) {
			err = validation("NextToken %s is not valid", token)
		} else {
			skip = len(newestFirst) - left
		}
		if err != nil {
			return nil, err
		}
	}
	rest := newestFirst[skip:]
	out := &cloudformation.DescribeStackEventsOutput{StackEvents: rest}
	if len(rest) > eventPage {
		out.StackEvents = rest[:eventPage]
		out.NextToken = aws.String(strconv.Itoa(len(rest) - eventPage))
	}
	return out, nil
}

func (s *Service) getTemplate(_ context.Context, _ api.Caller, in *cloudformation.GetTemplateInput) (*cloudformation.GetTemplateOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body := ""
	if id := aws.ToString(in.ChangeSetName); id != "" {
		if !isARN(id) && aws.ToString(in.StackName) == "" {
			return nil, validation("StackName is a required parameter.")
		}
		set, _, err := s.needChangeSet(id, aws.ToString(in.StackName))
		if err != nil {
			return nil, err
		}
		body = set.plan.body
	} else {
		st, err := s.need(aws.ToString(in.StackName))
		if err != nil {
			return nil, err
		}
		body = st.body
	}
	return &cloudformation.GetTemplateOutput{
		TemplateBody:    aws.String(body),
		StagesAvailable: []types.TemplateStage{types.TemplateStageOriginal, types.TemplateStageProcessed},
	}, nil
}
