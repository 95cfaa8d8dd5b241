package awserr_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"weir/internal/awserr"
	"weir/internal/release"
)

// answered is an error as the SDK gives it for an answer of this status.
func answered(status int, inner error) error {
	return fmt.Errorf("operation error Lambda: GetAlias, %w", &awshttp.ResponseError{
		RequestID:     "r",
		ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: inner},
	})
}

func said(code string) error {
	return &smithy.GenericAPIError{Code: code, Message: "the sentence of " + code}
}

func TestWhatIsWorthARetry(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want bool
	}{
		{"the service fails", answered(500, said("ServiceException")), true},
		{"the service fails without a name", answered(500, errors.New("?")), true},
		{"the service is not there", answered(503, errors.New("?")), true},
		{"a status that is no standard's", answered(599, errors.New("?")), true},
		{"throttled by name", said("ThrottlingException"), true},
		{"throttled by name, with a status", answered(400, said("ThrottlingException")), true},
		{"Lambda's throttling", answered(429, said("TooManyRequestsException")), true},
		{"the time is over", fmt.Errorf("operation error, %w", &aws.RequestCanceledError{Err: context.DeadlineExceeded}), true},
		{"somebody stops us", fmt.Errorf("operation error, %w", &aws.RequestCanceledError{Err: context.Canceled}), false},
		{"a wrong request", answered(400, said("ValidationException")), false},
		{"a missing permission", answered(403, said("AccessDeniedException")), false},
		{"not there", answered(404, said("ResourceNotFoundException")), false},
		{"the last status below 500", answered(499, errors.New("?")), false},
		{"no error of AWS", errors.New("disk full"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := awserr.Wrap(test.err, "read alias %s:%s", "orders", "prod")
			if got := release.IsError(err, release.Unavailable); got != test.want {
				t.Errorf("worth a retry: %v, want %v (%v)", got, test.want, err)
			}
			if !errors.Is(err, test.err) {
				t.Errorf("%v hides what was met", err)
			}
			if text := err.Error(); !strings.Contains(text, "read alias orders:prod") || !strings.Contains(text, test.err.Error()) {
				t.Errorf("it says %q", text)
			}
		})
	}
}

// A sentence of ours that holds a percent sign is no format.
func TestWrapKeepsTheText(t *testing.T) {
	err := awserr.Wrap(errors.New("100%d"), "set alias to %s", "90 % on version 6")
	if got := err.Error(); got != "set alias to 90 % on version 6: 100%d" {
		t.Error(got)
	}
}

func TestStatus(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{answered(404, said("ResourceNotFoundException")), 404},
		{said("ResourceNotFoundException"), 0},
		{errors.New("no route to host"), 0},
		{nil, 0},
	} {
		if got := awserr.Status(test.err); got != test.want {
			t.Errorf("%v has status %d, want %d", test.err, got, test.want)
		}
	}
}

func TestMessage(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{answered(404, said("ResourceNotFoundException")), "the sentence of ResourceNotFoundException"},
		{errors.New("no route to host"), "no route to host"},
	} {
		if got := awserr.Message(test.err); got != test.want {
			t.Errorf("the message is %q, want %q", got, test.want)
		}
	}
}
