package lambda

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda/runtime"
)

// target is what one event runs on.
type target struct {
	f         *function
	v         *version
	qualifier string
	executed  string // the version's number
	running   int    // events of the function under way, this one included
	aliased   bool
	prepared  bool // runs where concurrency is provisioned
	pool      *runtime.Pool
}

// Lambda's limits of an event, in bytes, for a caller that waits and for one
// that does not.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	maxPayload      = 6 << 20
	maxAsyncPayload = 1 << 20
)

func (s *Service) invoke(ctx context.Context, caller api.Caller, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, fmt.Errorf("lambda is closed: %w", err)
	}
	limit := maxPayload
	if in.InvocationType == types.InvocationTypeEvent {
		limit = maxAsyncPayload
	}
	if len(in.Payload) > limit {
		return nil, failed("RequestTooLargeException", "%d byte payload is too large for the %s invocation type (limit %d bytes)", len(in.Payload), in.InvocationType, limit)
	}
	request := api.RequestOf(ctx)
	event := runtime.Event{ID: cmp.Or(request.ID, api.NewID()), Trace: request.Trace, Payload: in.Payload}
	if len(event.Payload) == 0 {
		event.Payload = []byte("{}")
	} else if err := json.Unmarshal(event.Payload, &json.RawMessage{}); err != nil {
		return nil, failed("InvalidRequestContentException", "Could not parse request body into json: Could not parse payload into json: %v", err)
	}
	if in.ClientContext != nil {
		decoded, err := base64.StdEncoding.DecodeString(*in.ClientContext)
		if err != nil || !json.Valid(decoded) {
			return nil, failed("InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.")
		}
		event.Client = string(decoded)
	}
	switch in.InvocationType {
	case types.InvocationTypeDryRun:
		if _, err := s.choose(caller, in.FunctionName, in.Qualifier, false); err != nil {
			return nil, err
		}
		return &lambda.InvokeOutput{StatusCode: 204}, nil
	case types.InvocationTypeEvent:
		return s.enqueue(caller, in.FunctionName, in.Qualifier, event)
	case types.InvocationTypeRequestResponse, "":
		return s.invokeAndWait(ctx, caller, in, event)
	}
	return nil, violates(string(in.InvocationType), "invocationType", "Member must satisfy enum value set: [RequestResponse, Event, DryRun]")
}

// invokeAndWait runs an event. A caller that goes away stops waiting; the
// function works on, as on AWS.
func (s *Service) invokeAndWait(ctx context.Context, caller api.Caller, in *lambda.InvokeInput, event runtime.Event) (*lambda.InvokeOutput, error) {
	type answer struct {
		outcome outcome
		err     error
	}
	done := make(chan answer, 1)
	s.work.Go(func() {
		got, err := s.attempt(ctx, caller, in.FunctionName, in.Qualifier, event)
		done <- answer{got, err}
	})
	var got answer
	select {
	case got = <-done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if got.err != nil {
		return nil, got.err
	}
	out := &lambda.InvokeOutput{StatusCode: 200, ExecutedVersion: &got.outcome.executed, Payload: got.outcome.Payload}
	if got.outcome.Failed {
		out.FunctionError = new("Unhandled")
	}
	if in.LogType == types.LogTypeTail {
		out.LogResult = new(base64.StdEncoding.EncodeToString(got.outcome.Log))
	}
	return out, nil
}

// outcome is what an event came to, on which version.
type outcome struct {
	runtime.Result
	executed string
}

// attempt chooses a version and runs an event on it. A version whose processes
// were ended meanwhile, by an update, is chosen anew.
func (s *Service) attempt(ctx context.Context, caller api.Caller, functionName, qualifier *string, event runtime.Event) (outcome, error) {
	for {
		t, err := s.choose(caller, functionName, qualifier, true)
		if err != nil {
			return outcome{}, err
		}
		result, err := s.run(ctx, t, event)
		if errors.Is(err, runtime.ErrClosed) && s.ctx.Err() == nil {
			continue
		}
		return outcome{result, t.executed}, err
	}
}

// choose finds the version for one event, behind an alias with weights by
// chance, and takes one of the function's concurrent executions when take is
// set.
func (s *Service) choose(caller api.Caller, functionName, qualifier *string, take bool) (target, error) {
	s.mu.Lock()
	t, err := s.pick(caller, functionName, qualifier)
	if err == nil && take {
		err = s.takeLocked(&t)
	}
	s.mu.Unlock()
	if api.IsCode(err, "TooManyRequestsException") {
		s.record(s.Clock.Now(), t, measure{"Throttles", 1, "Count"})
	}
	return t, err
}

// pick resolves a request. Call with the lock held.
func (s *Service) pick(caller api.Caller, functionName, qualifier *string) (target, error) {
	for {
		f, v, q, err := s.find(functionName, qualifier)
		if err != nil {
			return target{}, s.unfound(functionName, qualifier, err)
		}
		if err := s.allowed(caller, f, q); err != nil {
			return target{}, err
		}
		t := target{f: f, v: v, qualifier: q}
		if a, ok := f.aliases[q]; ok {
			t.aliased = true
			roll := s.random.Float64()
			for other, weight := range weights(a) { // one at most
				if second := f.version(other); roll < weight && second != nil {
					t.v = second
				}
			}
		}
		t.executed = api.Deref(t.v.config.Version)
		s.settle(t.v)
		if err := s.awake(t.v); err != nil {
			return target{}, err
		}
		if t.v.config.State == types.StatePending {
			waited, err := s.await(caller, t.v)
			if err != nil {
				return target{}, err
			}
			if waited {
				continue
			}
		}
		if runtime.Remedy(string(t.v.config.Runtime)) != "" {
			return target{}, &api.Error{Code: "InvalidRuntimeException", Status: 502, Fields: map[string]string{"Type": "Service"},
				Message: fmt.Sprintf("The local cloud does not run %s, which is on %s and can be managed but not invoked: %s.", f.name, t.v.config.Runtime, runtime.Remedy(string(t.v.config.Runtime)))}
		}
		return t, nil
	}
}

// unfound says of a function that is not there what an invocation says, which
// names $LATEST where others name no version. Call with the lock held.
func (s *Service) unfound(functionName, qualifier *string, err error) error {
	n, nameErr := s.name(api.Deref(functionName), api.Deref(qualifier))
	if nameErr == nil && n.qualifier == "" && s.functions[n.function] == nil {
		return s.notFound(n.function, latestVersion)
	}
	return err
}

// takeLocked takes a concurrent execution, or says that there is none.
func (s *Service) takeLocked(t *target) error {
	reason := ""
	switch {
	case s.ctx.Err() != nil:
		return fmt.Errorf("lambda: %w", s.ctx.Err())
	case t.f.concurrency != nil && t.f.full(*t):
		reason = string(types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded)
	case t.f.concurrency == nil && s.running >= int(s.shared("")):
		reason = string(types.ThrottleReasonConcurrentInvocationLimitExceeded)
	}
	if reason != "" {
		err := failed("TooManyRequestsException", "Rate Exceeded.")
		err.Fields["Reason"] = reason
		return err
	}
	t.f.running++
	t.running, t.pool = t.f.running, t.v.pool
	if t.prepared = t.f.isProvisioned(*t); t.prepared {
		t.f.prepared++
		if t.v.prepared != nil && t.v.used < t.f.ready(*t) {
			t.v.used++
			t.pool = t.v.prepared
		}
	}
	if t.f.concurrency == nil {
		s.running++
	}
	return nil
}

// full tells whether a function has used up what it reserved. What is
// provisioned is kept for the versions and aliases that it is for.
func (f *function) full(t target) bool {
	if f.isProvisioned(t) {
		return f.running >= int(*f.concurrency)
	}
	return f.running-f.prepared >= int(*f.concurrency-f.provisionedTotal(""))
}

func (f *function) isProvisioned(t target) bool {
	_, byAlias := f.provisioned[t.qualifier]
	_, byVersion := f.provisioned[t.executed]
	return byAlias || byVersion
}

// release gives back what takeLocked took.
func (s *Service) release(t target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.f.running--
	if t.prepared {
		t.f.prepared--
	}
	if t.pool != t.v.pool {
		t.v.used--
	}
	if t.f.concurrency == nil {
		s.running = max(s.running-1, 0)
	}
}

// run runs an event and counts it. Durations are the wall's: the process really
// takes them.
func (s *Service) run(ctx context.Context, t target, event runtime.Event) (runtime.Result, error) {
	defer s.release(t)
	began := s.Clock.Now()
	event.FunctionARN, event.Version, event.Began = s.arn(t.f.name, t.qualifier), t.executed, began
	event.Trace = cmp.Or(event.Trace, traceOf(event.ID, began))
	result, err := t.pool.Invoke(ctx, event, time.Duration(api.Deref(t.v.config.Timeout))*time.Second)
	if err != nil {
		return result, err
	}
	errorCount := 0.0
	if result.Failed {
		errorCount = 1
	}
	s.record(began, t,
		measure{"Invocations", 1, "Count"}, measure{"Errors", errorCount, "Count"}, measure{"Throttles", 0, "Count"},
		measure{"Duration", float64(result.Duration.Microseconds()) / 1000, "Milliseconds"},
		measure{"ConcurrentExecutions", float64(t.running), "Count"})
	return result, nil
}

// traceOf makes an X-Ray trace header out of a request id: not sampled, since
// nothing takes the segments.
func traceOf(id string, at time.Time) string {
	hex := id[:8] + id[9:13] + id[14:18] + id[19:23] + id[24:]
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", uint32(at.Unix()), hex[:24], hex[16:])
}
