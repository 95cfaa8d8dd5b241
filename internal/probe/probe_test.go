package probe_test

import (
	"strings"
	"testing"
	"time"

	"weir/internal/probe"
	"weir/internal/release"
)

// A predicate that cannot be evaluated is the request's fault, and none may run for ever.
func TestPredicateThatHasNoValueIsTheRequests(t *testing.T) {
	err := probe.Check("health", release.Probe{Expect: release.Expectation{Matches: `$error($string($))`}}, probe.Answer{Payload: []byte(`{"card": "` + strings.Repeat("4", 1000) + `"}`)}, true)
	if !release.IsError(err, release.InvalidRequest) || len(err.Error()) > 700 {
		t.Errorf("err = %v", err)
	}
	for predicate, refused := range map[string]bool{
		"($f := function($x) {$f($x)}; $f(1))": true, "($f := λ($x){$f($x)}; $f(1))": true, "functionName = 'orders'": false,
	} {
		if err := probe.Validate([]release.Probe{{Expect: release.Expectation{Matches: predicate}}}); (err != nil) != refused {
			t.Errorf("%s: %v", predicate, err)
		}
	}
}

func TestCheck(t *testing.T) {
	answer := func(payload string) probe.Answer {
		return probe.Answer{Payload: []byte(payload), Took: 20 * time.Millisecond}
	}
	slow := probe.Answer{Payload: []byte(`{}`), Took: 900 * time.Millisecond}
	for _, test := range []struct {
		name   string
		probe  release.Probe
		answer probe.Answer
		warm   bool
		says   string // empty: it passes
	}{
		{"nothing expected", release.Probe{}, answer(`not JSON`), true, ""},
		{"an error", release.Probe{}, probe.Answer{Payload: []byte(`{"errorMessage":"no"}`), Failed: true}, true, "failed with"},
		{"status", release.Probe{Expect: release.Expectation{StatusCode: 200}}, answer(`{"statusCode": 200}`), true, ""},
		{"another status", release.Probe{Expect: release.Expectation{StatusCode: 200}}, answer(`{"statusCode": 503}`), true, "statusCode should be 200"},
		{"no status", release.Probe{Expect: release.Expectation{StatusCode: 200}}, answer(`"ok"`), true, `the answer is "ok"`},
		{"not JSON", release.Probe{Expect: release.Expectation{StatusCode: 200}}, answer(`<html>`), true, "not JSON"},
		{"predicate", release.Probe{Expect: release.Expectation{Matches: "$count(items) > 1"}}, answer(`{"items": [1, 2]}`), true, ""},
		{"predicate false", release.Probe{Expect: release.Expectation{Matches: "$count(items) > 1"}}, answer(`{"items": [1]}`), true, "should be true"},
		{"predicate not a truth", release.Probe{Expect: release.Expectation{Matches: "items"}}, answer(`{"items": 1}`), true, "should be true"},
		{"too slow", release.Probe{WithinMilliseconds: 500}, slow, true, "took 900 ms; at most 500 ms"},
		{"as slow as may be", release.Probe{WithinMilliseconds: 900}, slow, true, ""},
		{"slow, and no bound", release.Probe{}, slow, true, ""},
		{"slower than one millisecond", release.Probe{WithinMilliseconds: 1}, answer(`{}`), true, "took 20 ms; at most 1 ms"},
		{"slow from cold", release.Probe{WithinMilliseconds: 500}, slow, false, ""},
		{"a long answer is cut", release.Probe{Expect: release.Expectation{Matches: "false"}}, answer(`"` + strings.Repeat("x", 1000) + `"`), true, "x…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := probe.Check("health", test.probe, test.answer, test.warm)
			switch {
			case test.says == "" && err != nil:
				t.Errorf("it fails: %v", err)
			case test.says != "" && (!release.IsError(err, release.ProbeFailed) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "health")):
				t.Errorf("it says %v, want %q", err, test.says)
			}
		})
	}
}

// An answer is shown up to 200 bytes, and a longer one is cut.
func TestAnswersAreShownInBrief(t *testing.T) {
	for size, shown := range map[int]string{
		200: strings.Repeat("x", 200) + ".", 201: strings.Repeat("x", 200) + "….", 202: strings.Repeat("x", 200) + "….",
	} {
		err := probe.Check("health", release.Probe{}, probe.Answer{Failed: true, Payload: []byte(strings.Repeat("x", size))}, true)
		if err == nil || !strings.HasSuffix(err.Error(), " "+shown) {
			t.Errorf("%d bytes are shown as %v", size, err)
		}
	}
}
