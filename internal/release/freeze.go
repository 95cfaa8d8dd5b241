package release

import (
	"fmt"
	"strings"
	"time"
)

// FreezeTag is the tag of a function that stops new shifts: on a target for
// that function, on the shift handler for all its pipeline.
const FreezeTag = "weir:freeze"

// FreezeValue writes a freeze as a tag's value: when it ends, who asked and why.
// Lambda allows letters, digits, spaces and + - = . _ : / @ in it, 256 of them.
func FreezeValue(until time.Time, by, reason string) string {
	text := until.UTC().Format(time.RFC3339) + " by " + nameOf(by) + ": " + reason
	return cut(strings.Map(func(r rune) rune {
		if r == ' ' || strings.ContainsRune("+-=._:/@", r) ||
			r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, text), MaxDescription)
}

// FrozenBy says why a freeze tag's value forbids shifts now; empty when it does
// not. A value that cannot be read freezes: somebody meant to.
func FrozenBy(value string, now time.Time) string {
	if value == "" {
		return ""
	}
	end, why, _ := strings.Cut(value, " ")
	until, err := time.Parse(time.RFC3339, end)
	if err != nil {
		return fmt.Sprintf("tag %s is %q.", FreezeTag, value)
	}
	if !now.Before(until) {
		return ""
	}
	return fmt.Sprintf("until %s %s.", end, strings.TrimRight(why, " ."))
}

// FreezeCarriers are the ARNs of the functions whose tag can freeze a release:
// pipeline, which stands for all of its targets, then each target's own, in the
// execution's account and region.
func FreezeCarriers(executionARN, pipeline string, functions ...string) ([]string, error) {
	parts := strings.Split(executionARN, ":")
	if len(parts) < 6 || parts[0] != "arn" {
		return nil, fmt.Errorf("%q is not an ARN", executionARN)
	}
	var arns []string
	for _, function := range append([]string{pipeline}, functions...) {
		arns = append(arns, strings.Join([]string{"arn", parts[1], "lambda", parts[3], parts[4], "function", function}, ":"))
	}
	return arns, nil
}
