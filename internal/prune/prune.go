// Package prune chooses which published versions of a function may be deleted:
// Weir retains every version, and Lambda's 75 GB of code storage are not endless.
package prune

import (
	"cmp"
	"slices"
	"strconv"

	"weir/internal/release"
)

// Choice is what becomes of one version.
type Choice struct {
	Version string
	// Keep says why the version is kept; empty when it may be deleted.
	Keep string
}

// Choose decides on each published version, newest first: the newest are kept,
// as many as keep says, and each that an alias serves or that Weir's mark on an
// alias names: what a release returns to or is releasing, and what a rollback
// goes back to. uses says why further versions are needed, by version. $LATEST is
// no version.
func Choose(versions []string, aliases []release.Alias, uses map[string]string, keep int) []Choice {
	needed := needs(aliases)
	for version, why := range uses {
		if needed[version] == "" {
			needed[version] = why
		}
	}
	sorted := slices.DeleteFunc(slices.Clone(versions), func(v string) bool { return number(v) == 0 })
	slices.SortFunc(sorted, func(a, b string) int { return cmp.Compare(number(b), number(a)) })
	choices := make([]Choice, 0, len(sorted))
	for i, version := range slices.Compact(sorted) {
		choice := Choice{Version: version, Keep: needed[version]}
		if choice.Keep == "" && i < keep {
			choice.Keep = "one of the newest"
		}
		choices = append(choices, choice)
	}
	return choices
}

// needs is why a version is needed, by version.
func needs(aliases []release.Alias) map[string]string {
	needed := map[string]string{}
	need := func(version, why string) {
		if version != "" && needed[version] == "" {
			needed[version] = why
		}
	}
	for _, alias := range aliases {
		name := alias.Target.Alias
		need(alias.Version, name+" serves it")
		for version := range alias.Weights {
			need(version, name+" serves it")
		}
		need(alias.Description.Candidate, "a release on "+name+" is under way with it")
		need(alias.Description.Stable, name+" returns to it")
		need(alias.Description.Previous, "a rollback of "+name+" goes back to it")
	}
	return needed
}

func number(version string) uint64 {
	n, err := strconv.ParseUint(version, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
