package api

import (
	"errors"
	"fmt"
)

// Error is an AWS error: a code that clients branch on and a message that
// people read.
type Error struct {
	// Code as AWS spells it: "ResourceNotFoundException", "ValidationError".
	Code string
	// QueryCode is the code in the Query protocol where it is another
	// ("AWS.SimpleQueueService.NonExistentQueue" for "QueueDoesNotExist").
	// Clients of a JSON protocol that came later see it too, in a header.
	QueryCode string
	Message   string
	// QueryMessage is the message in the Query protocol where it is another.
	QueryMessage string
	// Status is the HTTP status, 400 when zero.
	Status int
	// Fields are further members of the error's body, such as Type or Reason.
	Fields map[string]string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// HTTPStatus is Status, or 400 where none was given.
func (e *Error) HTTPStatus() int {
	if e.Status == 0 {
		return 400
	}
	return e.Status
}

// Errorf makes an AWS error with status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// StatusErrorf makes an AWS error with an HTTP status of its own.
func StatusErrorf(status int, code, format string, args ...any) *Error {
	return &Error{Code: code, Status: status, Message: fmt.Sprintf(format, args...)}
}

// AsError finds the AWS error in a chain. Anything else is an internal failure
// of the local cloud and becomes status 500 with the error's own text, so that
// it is seen and not hidden.
func AsError(err error) *Error {
	if awsErr, ok := errors.AsType[*Error](err); ok {
		return awsErr
	}
	return &Error{Code: "InternalFailure", Message: err.Error(), Status: 500}
}

// IsCode tells whether err is an AWS error with that code.
func IsCode(err error, code string) bool {
	awsErr, ok := errors.AsType[*Error](err)
	return ok && awsErr.Code == code
}
