package awsstates

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/awserr"
	"weir/internal/release"
)

// said is what a task of the workflow gave back, as far as it is read here.
type said struct {
	Plan     *release.Plan     `json:"plan"`
	Progress *release.Progress `json:"progress"`
}

// Plan returns the plan of an execution, from its history; nil when it has none, or
// when Step Functions has forgotten the execution.
func (c *Client) Plan(ctx context.Context, executionARN string) (*release.Plan, error) {
	found, err := c.find(ctx, executionARN, false, func(s said) bool { return s.Plan != nil })
	return found.Plan, err
}

// Progress returns the last progress of an execution, from its history; nil when it
// has none, or when Step Functions has forgotten the execution.
func (c *Client) Progress(ctx context.Context, executionARN string) (*release.Progress, error) {
	found, err := c.find(ctx, executionARN, true, func(s said) bool { return s.Progress != nil })
	return found.Progress, err
}

// find reads an execution's history, from its end when reverse, until a task gave
// back what is wanted.
func (c *Client) find(ctx context.Context, executionARN string, reverse bool, wanted func(said) bool) (said, error) {
	const page = 50 // events
	pages := sfn.NewGetExecutionHistoryPaginator(c.api, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &executionARN, ReverseOrder: reverse, MaxResults: page, IncludeExecutionData: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if _, gone := errors.AsType[*types.ExecutionDoesNotExist](err); gone {
			return said{}, nil
		}
		if err != nil {
			return said{}, awserr.Wrap(err, "read the history of execution %s", executionARN)
		}
		for _, event := range page.Events {
			if event.TaskSucceededEventDetails == nil {
				continue
			}
			var output struct{ Payload said }
			// An answer of another shape, as a person's to an approval is, has neither.
			if err := json.Unmarshal([]byte(aws.ToString(event.TaskSucceededEventDetails.Output)), &output); err == nil && wanted(output.Payload) {
				return output.Payload, nil
			}
		}
	}
	return said{}, nil
}
