// Package probe decides whether a candidate's answer to a probe is the expected
// one. It is pure: it sends nothing.
package probe

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	jsonata "github.com/blues/jsonata-go"

	"weir/internal/release"
)

// definesFunction finds the definition of a function in a predicate.
var definesFunction = regexp.MustCompile(`\bfunction\s*\(|λ`)

// Answer is what the candidate answered.
type Answer struct {
	Payload []byte
	Failed  bool // the function raised an error; Payload describes it
	Took    time.Duration
}

// Validate refuses probes whose predicate does not compile, so that a typing error
// is found in the plan and not after the lock is taken.
func Validate(probes []release.Probe) error {
	for i, p := range probes {
		if p.Expect.Matches == "" {
			continue
		}
		if _, err := jsonata.Compile(p.Expect.Matches); err != nil {
			return release.Errorf(release.InvalidRequest,
				"probes[%d].expect.matches is %q, which is not JSONata: %v.", i, p.Expect.Matches, err)
		}
		if definesFunction.MatchString(p.Expect.Matches) {
			return release.Errorf(release.InvalidRequest,
				"probes[%d].expect.matches is %q, which defines a function; a predicate may call JSONata's own, and none that might never end.", i, p.Expect.Matches)
		}
	}
	return nil
}

// Check compares an answer with what the probe expects and returns an Error
// named ProbeFailed that shows both. warm says that the sandbox had answered
// before: only then does the latency bound apply, since a cold start is the
// service's time and not the version's.
func Check(name string, p release.Probe, answer Answer, warm bool) error {
	switch {
	case answer.Failed:
		return release.Errorf(release.ProbeFailed, "Probe %s: the candidate failed with %s.", name, brief(answer.Payload))
	case warm && p.WithinMilliseconds > 0 && answer.Took > time.Duration(p.WithinMilliseconds)*time.Millisecond:
		return release.Errorf(release.ProbeFailed, "Probe %s: the candidate took %d ms; at most %d ms are allowed.",
			name, answer.Took.Milliseconds(), p.WithinMilliseconds)
	}
	if p.Expect == (release.Expectation{}) {
		return nil
	}
	var body any
	if err := json.Unmarshal(answer.Payload, &body); err != nil {
		return release.Errorf(release.ProbeFailed, "Probe %s: the candidate's answer is not JSON: %s.", name, brief(answer.Payload))
	}
	if want := p.Expect.StatusCode; want != 0 {
		object, _ := body.(map[string]any)
		if got, ok := object["statusCode"].(float64); !ok || int(got) != want {
			return release.Errorf(release.ProbeFailed, "Probe %s: statusCode should be %d; the answer is %s.", name, want, brief(answer.Payload))
		}
	}
	return matches(name, p.Expect.Matches, body, answer.Payload)
}

func matches(name, predicate string, body any, payload []byte) error {
	if predicate == "" {
		return nil
	}
	compiled, err := jsonata.Compile(predicate)
	if err != nil {
		return fmt.Errorf("probe %s: compile %q: %w", name, predicate, err)
	}
	value, err := evaluate(compiled, body)
	if err != nil {
		// The predicate is the request's: the version is not to be remembered as bad.
		return release.Errorf(release.InvalidRequest, "Probe %s: %q has no value (%s) on the answer %s; correct expect.matches.",
			name, predicate, brief([]byte(err.Error())), brief(payload))
	}
	if value != true {
		return release.Errorf(release.ProbeFailed, "Probe %s: %q should be true; the answer is %s.", name, predicate, brief(payload))
	}
	return nil
}

// evaluationLimit bounds the time of a predicate.
const evaluationLimit = 5 * time.Second

// evaluate evaluates a predicate, for at most evaluationLimit.
func evaluate(predicate *jsonata.Expr, body any) (any, error) {
	type result struct {
		value any
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := predicate.Eval(body)
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-time.After(evaluationLimit):
		return nil, fmt.Errorf("it takes more than %s", evaluationLimit)
	}
}

func brief(payload []byte) string {
	const most = 200
	if len(payload) > most {
		return string(payload[:most]) + "…"
	}
	return string(payload)
}
