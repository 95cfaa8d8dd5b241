package cloudformation

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

// describeEvents is the newer view of a stack's events, newest first, in one
// page. A change set has none of its own: here one never fails for a resource.
func (s *Service) describeEvents(_ context.Context, _ api.Caller, in *cloudformation.DescribeEventsInput) (*cloudformation.DescribeEventsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.OperationId != nil {
		return nil, validation("The local cloud does not find events by OperationId.")
	}
	out := &cloudformation.DescribeEventsOutput{OperationEvents: []types.OperationEvent{}}
	if in.ChangeSetName != nil {
		_, _, err := s.needChangeSet(aws.ToString(in.ChangeSetName), aws.ToString(in.StackName))
		return out, err
	}
	st, err := s.need(aws.ToString(in.StackName))
	if err != nil {
		return nil, err
	}
	failedOnly := in.Filters != nil && aws.ToBool(in.Filters.FailedEvents)
	for _, event := range slices.Backward(st.events) {
		if failedOnly && !strings.HasSuffix(string(event.ResourceStatus), "_FAILED") {
			continue
		}
		out.OperationEvents = append(out.OperationEvents, types.OperationEvent{
			EventId: event.EventId, EventType: types.EventTypeStackEvent, StackId: event.StackId, Timestamp: event.Timestamp,
			LogicalResourceId: event.LogicalResourceId, PhysicalResourceId: event.PhysicalResourceId,
			ResourceType: event.ResourceType, ResourceStatus: event.ResourceStatus,
			ResourceStatusReason: event.ResourceStatusReason, ResourceProperties: event.ResourceProperties,
			ClientRequestToken: event.ClientRequestToken,
		})
	}
	return out, nil
}
