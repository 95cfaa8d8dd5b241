// Package awsstates asks Step Functions about executions.
package awsstates

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/awserr"
	"weir/internal/release"
)

// Client reads executions.
type Client struct {
	api *sfn.Client
}

// New returns a client for the account and region of config.
func New(config aws.Config) *Client { return &Client{api: sfn.NewFromConfig(config)} }

// Ended tells whether an execution has come to its end. Step Functions forgets
// executions after 90 days; one that it does not know, or whose name it cannot have
// given, has ended. One of another pipeline, which this one's role may not see, is an
// AliasLocked: only that pipeline can tell.
func (c *Client) Ended(ctx context.Context, executionARN string) (bool, error) {
	out, err := c.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &executionARN})
	_, gone := errors.AsType[*types.ExecutionDoesNotExist](err)
	_, never := errors.AsType[*types.InvalidArn](err)
	switch {
	case gone || never:
		return true, nil
	case awserr.Denied(err):
		return false, &release.Error{Name: release.AliasLocked, Err: err, Message: fmt.Sprintf(
			"The lock names execution %s, which is none of this pipeline's, so this pipeline can neither see it nor repair after it. The pipeline that it belongs to does.", executionARN)}
	case err != nil:
		return false, awserr.Wrap(err, "describe execution %s", executionARN)
	}
	return out.Status != types.ExecutionStatusRunning && out.Status != types.ExecutionStatusPendingRedrive, nil
}

// Succeed answers a task token with output, which must be JSON.
func (c *Client) Succeed(ctx context.Context, token string, output []byte) error {
	_, err := c.api.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(output))})
	if err != nil {
		return awserr.Wrap(err, "answer the task")
	}
	return nil
}
