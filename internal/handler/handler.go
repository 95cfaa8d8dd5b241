// Package handler is the boundary between a Lambda function of Weir and the
// Lambda service: configuration, structured logs, and errors by name.
package handler

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"weir/internal/release"
)

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
	return messages.InvokeResponse_Error{Type: release.Internal, Message: err.Error()}
}
