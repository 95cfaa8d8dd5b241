// Package handler is the boundary between a Lambda function of Weir and the
// Lambda service: configuration, structured logs, and errors by name.
package handler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"

	"weir/internal/release"
)

// The SDK's own retries ride out throttling with jitter: most Lambda
// control-plane calls share 15 requests a second per account and region. What
// lasts longer is the workflow's to wait for, which costs nothing.
const (
	maxAttempts = 5
	maxBackoff  = 3 * time.Second
)

// Config loads the SDK's configuration from the function's environment.
func Config(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryer(func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = maxAttempts, maxBackoff
		})
	}))
	if err != nil {
		return aws.Config{}, fmt.Errorf("load AWS configuration: %w", err)
	}
	return cfg, nil
}

// Run serves invocations with handle until the sandbox ends. The input contract
// is strict: a field the handler does not know is refused.
func Run[I, O any](handle func(context.Context, I) (O, error)) {
	slog.SetDefault(lambdacontext.NewLogger())
	lambda.StartWithOptions(func(ctx context.Context, input I) (O, error) {
		output, err := handle(ctx, input)
		if err != nil {
			slog.ErrorContext(ctx, "failed", "error", err.Error())
		}
		return output, Named(err)
	}, lambda.WithDisallowUnknownFields(true))
}

// Fail ends a function that cannot start, with the reason in its log.
func Fail(err error) {
	slog.Error("cannot start", "error", err.Error())
	os.Exit(1)
}

// Named gives an error its name at the boundary: aws-lambda-go reports the type
// of the outermost Go error, which for a wrapped one says nothing. The names are
// what the state machine's Retry and Catch match.
func Named(err error) error {
	if err == nil {
		return nil
	}
	if named, ok := errors.AsType[*release.Error](err); ok {
		return messages.InvokeResponse_Error{Type: named.Name, Message: named.Message}
	}
	return messages.InvokeResponse_Error{Type: "Release.Internal", Message: err.Error()}
}
