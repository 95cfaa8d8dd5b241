package api

import (
	"context"
	"errors"
)

// ErrNoAnswer is what a gate returns when the call's answer must never reach
// the caller. The HTTP front closes the connection without a word, as a broken
// network does; callers inside the cloud see this error.
var ErrNoAnswer = errors.New("the connection was closed without an answer")

type callerKey struct{}

// WithCaller puts the caller of an HTTP request in its context, for the
// handlers of Raw services.
func WithCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// CallerOf is the caller that WithCaller put there.
func CallerOf(ctx context.Context) (Caller, bool) {
	caller, ok := ctx.Value(callerKey{}).(Caller)
	return caller, ok
}

// Request is what an HTTP request says beside its input.
type Request struct {
	ID    string // of the answer
	Trace string // the caller's X-Ray trace header, X-Amzn-Trace-Id
}

type requestKey struct{}

// WithRequest puts an HTTP request's id and trace in its context.
func WithRequest(ctx context.Context, request Request) context.Context {
	return context.WithValue(ctx, requestKey{}, request)
}

// RequestOf is the request that WithRequest put there; empty for a call from
// inside the cloud.
func RequestOf(ctx context.Context) Request {
	request, _ := ctx.Value(requestKey{}).(Request)
	return request
}
