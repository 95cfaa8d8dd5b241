package assembly

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

// failure tells why the stack ended as it did: every resource that failed in
// this operation with its reason, first failure first.
func (d deployment) failure(ctx context.Context, ended *types.Stack, seen map[string]bool) error {
	events, err := d.events(ctx)
	if err != nil {
		return fmt.Errorf("stack is %s; its events cannot be read: %w", ended.StackStatus, err)
	}
	text := strings.Builder{}
	fmt.Fprintf(&text, "stack is %s", ended.StackStatus)
	if reason := aws.ToString(ended.StackStatusReason); reason != "" {
		fmt.Fprintf(&text, " (%s)", reason)
	}
	for i := len(events) - 1; i >= 0; i-- { // newest comes first
		event := events[i]
		if seen[aws.ToString(event.EventId)] || !strings.HasSuffix(string(event.ResourceStatus), "_FAILED") {
			continue
		}
		fmt.Fprintf(&text, "\n  %s (%s) %s: %s", aws.ToString(event.LogicalResourceId),
			aws.ToString(event.ResourceType), event.ResourceStatus, aws.ToString(event.ResourceStatusReason))
	}
	return fmt.Errorf("%s", text.String())
}

func (d deployment) eventIDs(ctx context.Context) (map[string]bool, error) {
	events, err := d.events(ctx)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, event := range events {
		ids[aws.ToString(event.EventId)] = true
	}
	return ids, nil
}

func (d deployment) events(ctx context.Context) ([]types.StackEvent, error) {
	var events []types.StackEvent
	var token *string
	for {
		out, err := api.Do[cloudformation.DescribeStackEventsOutput](ctx, d.inv, d.caller, "cloudformation", "DescribeStackEvents",
			&cloudformation.DescribeStackEventsInput{StackName: aws.String(d.stack.Name), NextToken: token})
		if err != nil {
			return nil, err
		}
		events = append(events, out.StackEvents...)
		if token = out.NextToken; token == nil {
			return events, nil
		}
	}
}
