package probe_test

import (
	"strings"
	"testing"

	jsonata "github.com/blues/jsonata-go"

	"weir/internal/probe"
	"weir/internal/release"
)

// What the plan takes, the function that probes can compile, and the other way
// round.
func TestValidateTakesWhatCompiles(t *testing.T) {
	for _, text := range []string{
		`status = "ok"`, `$count(items[price > 5]) > 0`, `a.b.c ? true : false`, `$sum(x) in [1..3]`, `(`, `a = `, `"open`, `$f(`, `a ~> $uppercase`, `{`,
	} {
		probes := []release.Probe{{}, {Expect: release.Expectation{Matches: text}}}
		_, compiles := jsonata.Compile(text)
		err := probe.Validate(probes)
		if (err == nil) != (compiles == nil) {
			t.Errorf("%s: Validate says %v, Compile says %v", text, err, compiles)
		}
		if err != nil && (!release.IsError(err, release.InvalidRequest) || !strings.Contains(err.Error(), "probes[1].expect.matches is ")) {
			t.Errorf("%s: %v does not name the probe", text, err)
		}
	}
}
