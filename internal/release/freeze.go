package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Freeze parameters stop new shifts. They are Systems Manager parameters that
// exist only while a freeze does, below a path of the pipeline's own, so that no
// stack owns them and no deploy takes them away.

// FreezePath is the parameter that freezes all targets of the pipeline whose
// state machine is named. The parameter of one function is below it.
func FreezePath(stateMachine string) string { return "/weir/" + stateMachine + "/freeze" }

// FreezeParameters are the names of the parameters that can freeze a release:
// the one for everything, then each function's own.
func FreezeParameters(executionARN string, functions ...string) ([]string, error) {
	us, err := HolderOf(executionARN)
	if err != nil {
		return nil, err
	}
	everything := FreezePath(us.StateMachine)
	names := []string{everything}
	for _, function := range functions {
		if name := everything + "/" + function; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// FreezeValue writes a freeze as a parameter's value: when it ends, who asked and
// why. Parameter Store would take {{…}} for a reference.
func FreezeValue(until time.Time, by, reason string) string {
	text := until.UTC().Format(time.RFC3339) + " by " + nameOf(by)
	if reason != "" {
		text += ": " + reason
	}
	return cut(strings.NewReplacer("{{", "_", "}}", "_", "\n", " ").Replace(text), maxFreeze)
}

const maxFreeze = 256 // bytes

// FrozenBy says why a freeze parameter's value forbids shifts now; empty when it
// does not. A value that cannot be read freezes: somebody meant to.
func FrozenBy(parameter, value string, now time.Time) string {
	if value == "" {
		return ""
	}
	end, why, _ := strings.Cut(value, " ")
	until, err := time.Parse(time.RFC3339, end)
	if err != nil {
		return fmt.Sprintf("parameter %s is %q.", parameter, value)
	}
	if !now.Before(until) {
		return ""
	}
	return fmt.Sprintf("until %s %s.", end, strings.TrimRight(why, " ."))
}
