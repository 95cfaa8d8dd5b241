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
)

// parts lists the stack's resources by logical id. The lock is held.
func (st *stack) parts() []*made {
	list := make([]*made, 0, len(st.resources))
	for _, name := range slices.Sorted(maps.Keys(st.resources)) {
		list = append(list, st.resources[name])
	}
	return list
}

func (s *Service) describeStackResources(_ context.Context, _ api.Caller, in *cloudformation.DescribeStackResourcesInput) (*cloudformation.DescribeStackResourcesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, physical := aws.ToString(in.StackName), aws.ToString(in.PhysicalResourceId)
	st, ok := s.find(name)
	if name == "" {
		st, ok = s.owner(physical)
		name = physical
	}
	if !ok {
		return nil, noStack(name)
	}
	out := &cloudformation.DescribeStackResourcesOutput{StackResources: []types.StackResource{}}
	for _, m := range st.parts() {
		if logical := aws.ToString(in.LogicalResourceId); logical != "" && logical != m.logicalID {
			continue
		}
		out.StackResources = append(out.StackResources, types.StackResource{
			StackId: aws.String(st.id), StackName: aws.String(st.name),
			LogicalResourceId: aws.String(m.logicalID), PhysicalResourceId: optional(m.physical),
			ResourceType: aws.String(m.kind), ResourceStatus: m.status,
			ResourceStatusReason: optional(m.reason), Timestamp: aws.Time(m.at),
			DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
		})
	}
	return out, nil
}

// owner finds the living stack that a physical resource belongs to.
func (s *Service) owner(physical string) (*stack, bool) {
	for _, st := range s.stacks {
		for _, m := range st.resources {
			if physical != "" && m.physical == physical && st.status != types.StackStatusDeleteComplete {
				return st, true
			}
		}
	}
	return nil, false
}

func (s *Service) describeStackResource(_ context.Context, _ api.Caller, in *cloudformation.DescribeStackResourceInput) (*cloudformation.DescribeStackResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, logical := aws.ToString(in.StackName), aws.ToString(in.LogicalResourceId)
	st, ok := s.find(name)
	if !ok {
		return nil, validation("Stack '%s' does not exist", name)
	}
	m, ok := st.resources[logical]
	if !ok {
		return nil, validation("Resource %s does not exist for stack %s", logical, name)
	}
	metadata, err := json.Marshal(asAny(m.metadata))
	if err != nil {
		return nil, err
	}
	return &cloudformation.DescribeStackResourceOutput{StackResourceDetail: &types.StackResourceDetail{
		StackId: aws.String(st.id), StackName: aws.String(st.name),
		LogicalResourceId: aws.String(m.logicalID), PhysicalResourceId: optional(m.physical),
		ResourceType: aws.String(m.kind), ResourceStatus: m.status,
		ResourceStatusReason: optional(m.reason), LastUpdatedTimestamp: aws.Time(m.at), Metadata: aws.String(string(metadata)),
		DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
	}}, nil
}

func (s *Service) listStackResources(_ context.Context, _ api.Caller, in *cloudformation.ListStackResourcesInput) (*cloudformation.ListStackResourcesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.need(aws.ToString(in.StackName))
	if err != nil {
		return nil, err
	}
	out := &cloudformation.ListStackResourcesOutput{StackResourceSummaries: []types.StackResourceSummary{}}
	for _, m := range st.parts() {
		out.StackResourceSummaries = append(out.StackResourceSummaries, types.StackResourceSummary{
			LogicalResourceId: aws.String(m.logicalID), PhysicalResourceId: optional(m.physical),
			ResourceType: aws.String(m.kind), ResourceStatus: m.status,
			ResourceStatusReason: optional(m.reason), LastUpdatedTimestamp: aws.Time(m.at),
			DriftInformation: &types.StackResourceDriftInformationSummary{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
		})
	}
	return out, nil
}
