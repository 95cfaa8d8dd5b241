package assembly

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// A stack whose creation failed can only be deleted; the next deploy does so
// and starts anew.
func TestDeployReplacesAStackWhoseCreationFailed(t *testing.T) {
	status := types.StackStatusRollbackComplete
	var calls []string
	bus := api.NewBus()
	bus.Register(&api.Service{Name: "cloudformation", Operations: api.Table(
		api.Op("DescribeStacks", func(_ context.Context, _ api.Caller, in *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
			if status == types.StackStatusDeleteComplete {
				return nil, api.Errorf("ValidationError", "Stack with id %s does not exist", aws.ToString(in.StackName))
			}
			return &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{{StackName: in.StackName, StackStatus: status}}}, nil
		}),
		api.Op("DeleteStack", func(context.Context, api.Caller, *cloudformation.DeleteStackInput) (*cloudformation.DeleteStackOutput, error) {
			calls, status = append(calls, "delete"), types.StackStatusDeleteComplete
			return nil, nil
		}),
		api.Op("CreateStack", func(context.Context, api.Caller, *cloudformation.CreateStackInput) (*cloudformation.CreateStackOutput, error) {
			calls, status = append(calls, "create"), types.StackStatusCreateComplete
			return &cloudformation.CreateStackOutput{}, nil
		}),
	)})
	if _, err := Deploy(t.Context(), bus, bucketed{}, env, write(t, nil), clock.Running(t.Context(), time.Now(), 100).Hold()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"delete", "create"}; !slices.Equal(calls, want) {
		t.Errorf("calls %v, want %v", calls, want)
	}
}
