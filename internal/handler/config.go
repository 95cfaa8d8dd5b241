package handler

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
)

// The SDK's own retries ride out throttling with jitter, and its adaptive mode
// slows down to the rate that is let through: most Lambda control-plane calls
// share 15 requests a second per account and region, and a step of fifty targets
// makes a hundred. What lasts longer is the workflow's to wait for, which costs
// nothing.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	maxAttempts = 5
	maxBackoff  = 3 * time.Second
)

// Config returns the SDK's configuration of a function: what its environment
// says, with retries that fit a step of the workflow.
func Config(ctx context.Context) (aws.Config, error) {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRetryer(func() aws.Retryer {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff = maxAttempts, maxBackoff
			})
		})
	}))
	if err != nil {
		return aws.Config{}, fmt.Errorf("read the function's AWS configuration: %w", err)
	}
	if loaded.Region == "" {
		return aws.Config{}, fmt.Errorf("AWS_REGION is not set: Lambda sets it for every function")
	}
	return loaded, nil
}
