// Package predicate checks that a probe's predicates are JSONata, without what
// evaluates them: the function that plans starts faster for it, and only the one
// that probes evaluates.
package predicate

import (
	"github.com/blues/jsonata-go/jparse"

	"weir/internal/release"
)

// Validate refuses probes whose predicate does not parse, so that a typing
// error is found in the plan and not after the lock is taken.
func Validate(probes []release.Probe) error {
	for i, p := range probes {
		if p.Expect.Matches == "" {
			continue
		}
		if _, err := jparse.Parse(p.Expect.Matches); err != nil {
			return release.Errorf(release.InvalidRequest,
				"probes[%d].expect.matches is %q, which is not JSONata: %v.", i, p.Expect.Matches, err)
		}
	}
	return nil
}
