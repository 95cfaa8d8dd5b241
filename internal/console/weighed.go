package console

import (
	"math"

	"weir/internal/release"
)

// weighed is a signal's evidence, and which of the two tests it is of: the one
// of the bake, against stable at the same time, or the one of the watch, against
// stable's past.
type weighed struct {
	release.Evidence
	Watch bool
}

// weigh tells the tests apart. While a release is watched a look gives both
// under one name, the bake's with what came in late. Their limits differ: the
// bake's is next to what it was at the last look before promotion, in before.
func weigh(evidence []release.Evidence, watching bool, before map[string]float64) []weighed {
	var list []weighed
	bake := map[string]int{} // index of the entry next to the bake's limit
	for i, e := range evidence {
		list = append(list, weighed{Evidence: e, Watch: watching})
		limit, known := before[e.Signal]
		if !watching || !known {
			continue
		}
		j, found := bake[e.Signal]
		switch {
		case !found && apart(e.Limit, limit) < sameLimit,
			found && apart(e.Limit, limit) < apart(evidence[j].Limit, limit):
			bake[e.Signal] = i
		}
	}
	for _, i := range bake {
		list[i].Watch = false
	}
	return list
}

// sameLimit is how far, as a log, a bake's limit moves at most with what comes
// in late.
const sameLimit = 0.7

func apart(a, b float64) float64 { return math.Abs(math.Log(a / b)) }
