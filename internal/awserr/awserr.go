// Package awserr sorts the errors of the AWS SDK: those worth a retry become
// release.Unavailable, on which the state machine's Retry waits; the others
// keep their text.
package awserr

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"weir/internal/release"
)

// Wrap says what was being done when err happened.
func Wrap(err error, format string, args ...any) error {
	doing := fmt.Sprintf(format, args...)
	if retriable(err) {
		return &release.Error{Name: release.Unavailable, Message: fmt.Sprintf("AWS could not %s just now: %v", doing, err), Err: err}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// retriable is what the SDK's own retryer would have tried again.
func retriable(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	if status := Status(err); status >= 500 {
		return true
	}
	return retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err).Bool()
}

// Status is the HTTP status of an answer, or 0 when there was none.
func Status(err error) int {
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return answer.HTTPStatusCode()
	}
	return 0
}

// Denied tells whether AWS refused a call for want of a permission.
func Denied(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && (api.ErrorCode() == "AccessDeniedException" || api.ErrorCode() == "AccessDenied")
}

// Message is AWS's own sentence, without the SDK's wrapping.
func Message(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorMessage()
	}
	return err.Error()
}
