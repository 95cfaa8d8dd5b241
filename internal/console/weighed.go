package console

import "weir/internal/release"

// weighed is a signal's evidence, and which of the two tests it is of: the one
// of the bake, against stable at the same time, or the one of the watch, against
// stable's past. While a release is watched an observation gives both.
type weighed struct {
	release.Evidence
	Watch bool
}

func weigh(evidence []release.Evidence) []weighed {
	list := make([]weighed, len(evidence))
	for i, e := range evidence {
		list[i] = weighed{Evidence: e, Watch: e.Phase == "watch"}
	}
	return list
}
