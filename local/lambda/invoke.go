package lambda

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
	"weir/local/lambda/runtime"
)

// target is what one invocation runs.
type target struct {
	f         *function
	v         *version
	name      name
	qualified string // the ARN as invoked
	resource  string // "fn", "fn:alias" or "fn:7": the Resource dimension
	aliased   bool
}

func (s *Service) invoke(ctx context.Context, caller api.Caller, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	t, err := s.choose(caller, in)
	if err != nil {
		return nil, err
	}
	executed := deref(t.v.config.Version)
	switch in.InvocationType {
	case types.InvocationTypeDryRun:
		s.mu.Lock()
		t.f.running--
		s.mu.Unlock()
		return &lambda.InvokeOutput{StatusCode: 204}, nil
	case types.InvocationTypeEvent:
		if len(in.Payload) > 1<<20 {
			return nil, tooLarge(len(in.Payload), 1<<20)
		}
		s.enqueue(t, in.Payload)
		return &lambda.InvokeOutput{StatusCode: 202}, nil
	}
	if len(in.Payload) > 6<<20 {
		return nil, tooLarge(len(in.Payload), 6291456)
	}
	result, id, err := s.run(ctx, t, in.Payload, deref(in.ClientContext))
	if err != nil {
		return nil, err
	}
	out := &lambda.InvokeOutput{StatusCode: 200, ExecutedVersion: &executed, Payload: result.Payload}
	if result.Failed {
		out.FunctionError = ptr("Unhandled")
	}
	if in.LogType == types.LogTypeTail {
		out.LogResult = ptr(base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "START RequestId: %s Version: %s\nEND RequestId: %s\n", id, executed, id)))
	}
	return out, nil
}

func tooLarge(size, limit int) error {
	return api.StatusErrorf(413, "RequestTooLargeException", "Request must be smaller than %d bytes for the InvokeFunction operation (it has %d)", limit, size)
}

// choose finds the version for one invocation: behind an alias with weights, by
// chance.
func (s *Service) choose(caller api.Caller, in *lambda.InvokeInput) (target, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, v, qualifier, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return target{}, err
	}
	if err := s.allowed(caller, f, qualifier); err != nil {
		return target{}, err
	}
	if v.config.Runtime != types.RuntimeProvidedal2023 && v.config.Runtime != types.RuntimeProvidedal2 {
		return target{}, api.StatusErrorf(501, "InvalidRuntimeException",
			"the local cloud runs provided.al2023 and provided.al2; %s has runtime %s", f.name, v.config.Runtime)
	}
	t := target{f: f, v: v, name: name{f.name, qualifier}, qualified: s.arn(f.name, qualifier), resource: f.name}
	if qualifier != "" && qualifier != latestVersion {
		t.resource = f.name + ":" + qualifier
	}
	if a, ok := f.aliases[qualifier]; ok {
		t.aliased = true
		roll := s.chance()
		for other, weight := range weights(a) {
			if roll < weight {
				t.v = f.versions[other]
			}
		}
	}
	if f.concurrency != nil && f.running >= int(*f.concurrency) {
		s.record(t, datum{"Throttles", 1, "Count"})
		return target{}, &api.Error{Code: "TooManyRequestsException", Status: 429, Message: "Rate Exceeded.",
			Fields: map[string]string{"Type": "User", "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}}
	}
	f.running++
	return t, nil
}

// run invokes and counts.
func (s *Service) run(ctx context.Context, t target, payload []byte, client string) (runtime.Result, string, error) {
	id := newID()
	began := s.Clock.Now()
	started := time.Now() // durations are the wall's: the process really takes them
	result, err := t.v.pool.Invoke(ctx, runtime.Event{
		ID: id, FunctionARN: t.qualified, Payload: payload, Client: client,
		Trace: "Root=1-" + id[:8] + "-" + id[24:] + id[9:13] + id[14:18] + id[19:23] + ";Sampled=0",
	}, time.Duration(deref(t.v.config.Timeout))*time.Second)
	took := time.Since(started)
	s.mu.Lock()
	t.f.running--
	running := t.f.running + 1
	s.mu.Unlock()
	if err != nil {
		return result, id, api.StatusErrorf(502, "InvalidZipFileException", "%v", err)
	}
	failed := 0.0
	if result.Failed {
		failed = 1
	}
	s.recordAt(began, t, datum{"Invocations", 1, "Count"}, datum{"Errors", failed, "Count"},
		datum{"Duration", float64(took.Microseconds()) / 1000, "Milliseconds"},
		datum{"ConcurrentExecutions", float64(running), "Count"})
	return result, id, nil
}

type datum struct {
	name  string
	value float64
	unit  string
}

func (s *Service) record(t target, data ...datum) { s.recordAt(s.Clock.Now(), t, data...) }

// recordAt counts under the dimension sets of Lambda: none, by function, by
// resource, and behind an alias by the version that ran.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
func (s *Service) recordAt(at time.Time, t target, data ...datum) {
	function := api.Dimension{Name: "FunctionName", Value: t.f.name}
	resource := api.Dimension{Name: "Resource", Value: t.resource}
	sets := [][]api.Dimension{nil, {function}, {function, resource}}
	if t.aliased {
		sets = append(sets, []api.Dimension{{Name: "ExecutedVersion", Value: deref(t.v.config.Version)}, function, resource})
	}
	batch := make([]api.Datum, 0, len(sets)*len(data))
	for _, d := range data {
		for _, set := range sets {
			batch = append(batch, api.Datum{Namespace: "AWS/Lambda", Name: d.name, Dimensions: set, Value: d.value, Unit: d.unit, Time: at})
		}
	}
	s.Metrics.Record(batch...)
}

// enqueue runs an asynchronous invocation, and two more attempts when it fails,
// a minute and then two later.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
func (s *Service) enqueue(t target, payload []byte) {
	attempts := 3
	s.mu.Lock()
	if config := t.f.retries[t.name.qualifier]; config != nil && config.attempts != nil {
		attempts = 1 + int(*config.attempts)
	}
	s.mu.Unlock()
	var attempt func(n int)
	attempt = func(n int) {
		result, _, err := s.run(context.Background(), t, payload, "")
		if err == nil && !result.Failed {
			return
		}
		s.Log.Warn("asynchronous invocation failed", "function", t.qualified, "attempt", n, "payload", string(result.Payload))
		if n < attempts {
			s.Clock.AfterFunc(time.Duration(n)*time.Minute, func() {
				s.mu.Lock()
				t.f.running++
				s.mu.Unlock()
				attempt(n + 1)
			})
		}
	}
	s.Clock.AfterFunc(0, func() { attempt(1) })
}
