// Package probe decides whether a candidate's answer to a probe is the expected
// one. It is pure: it sends nothing.
package probe

import (
	"encoding/json"
	"fmt"
	"time"

	jsonata "github.com/blues/jsonata-go"

	"weir/internal/release"
)

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
	value, err := compiled.Eval(body)
	if err != nil {
		return release.Errorf(release.ProbeFailed, "Probe %s: %q has no value (%v) on the answer %s.", name, predicate, err, brief(payload))
	}
	if value != true {
		return release.Errorf(release.ProbeFailed, "Probe %s: %q should be true; the answer is %s.", name, predicate, brief(payload))
	}
	return nil
}

func brief(payload []byte) string {
	const most = 200
	if len(payload) > most {
		return string(payload[:most]) + "…"
	}
	return string(payload)
}
