package release

import (
	"fmt"
)

// Alias is an alias as it was read: the version it names, the share of traffic
// that goes to another, and Weir's mark.
type Alias struct {
	Target     Target
	ARN        string
	Version    string         // the main version
	Weights    map[string]int // percent of traffic per additional version; at most one entry
	Mark       Mark
	RevisionID string
}

// Whole tells whether all traffic goes to one version.
func (a Alias) Whole() bool { return len(a.Weights) == 0 }

// Route is what an alias does with traffic.
type Route struct {
	Version string // the main version
	Other   string // the additional version; empty when whole
	Percent int    // traffic to Other, 1-99
}

// Whole is the route that gives all traffic to one version.
func Whole(version string) Route { return Route{Version: version} }

// Split is the route of a step: percent of traffic to candidate, the rest to
// stable. 0 and 100 percent are whole.
func Split(stable, candidate string, percent int) Route {
	switch {
	case percent <= 0:
		return Whole(stable)
	case percent >= 100:
		return Whole(candidate)
	}
	return Route{Version: stable, Other: candidate, Percent: percent}
}

// Route is the alias's present route. More than one additional version cannot
// occur on Lambda.
func (a Alias) Route() Route {
	route := Route{Version: a.Version}
	for version, percent := range a.Weights {
		route.Other, route.Percent = version, percent
	}
	return route
}

func (r Route) String() string {
	if r.Other == "" {
		return "100 % on version " + r.Version
	}
	return fmt.Sprintf("%d %% on version %s and %d %% on version %s", 100-r.Percent, r.Version, r.Percent, r.Other)
}

// Write is one compare-and-swap on an alias: it only holds while the alias
// still is at RevisionID.
type Write struct {
	Target     Target
	Route      Route
	Mark       Mark
	RevisionID string
}

// Transition decides the write that brings an alias, held by us, from one route
// to another.
//
//   - Already there: no write. A retry after a crash that followed a successful
//     write finds its own write and is content.
//   - Where we left it: the write.
//   - Anything else: somebody else moved it, an Error named Drift; nothing of
//     theirs is overwritten.
func Transition(alias Alias, us Holder, from, to Route) (*Write, error) {
	if alias.Mark.Lock != us {
		return nil, drift(alias, us, from)
	}
	switch alias.Route() {
	case to:
		return nil, nil
	case from:
		mark := alias.Mark
		mark.Ask, mark.By = "", "" // heeded by now
		return &Write{Target: alias.Target, Route: to, Mark: mark, RevisionID: alias.RevisionID}, nil
	}
	return nil, drift(alias, us, from)
}

func drift(alias Alias, us Holder, from Route) *Error {
	holder := "nobody holds its lock any more"
	switch {
	case alias.Mark.Lock == us:
		holder = "the lock is still ours, so it was changed by hand"
	case !alias.Mark.Lock.IsZero():
		holder = "execution " + alias.Mark.Lock.String() + " holds its lock"
	}
	return Errorf(Drift, "Somebody else moved %s during the release: it should have %s but has %s; %s. "+
		"It is left as found. CloudTrail's UpdateAlias events say who did it and when.",
		alias.Target, from, alias.Route(), holder)
}

// Take decides the write that takes the lock for a release from stable to
// candidate; nil when we hold it already.
func Take(alias Alias, us Holder, stable, candidate string) (*Write, error) {
	if alias.Mark.Lock == us {
		return nil, nil
	}
	if !alias.Mark.Lock.IsZero() {
		return nil, Errorf(AliasLocked, "%s is held by release %s.", alias.Target, alias.Mark.Lock)
	}
	if alias.Route() != Whole(stable) {
		return nil, drift(alias, us, Whole(stable))
	}
	mark := alias.Mark
	mark.Stable, mark.Candidate, mark.Lock, mark.Ask, mark.By = stable, candidate, us, "", ""
	return &Write{Target: alias.Target, Route: Whole(stable), Mark: mark, RevisionID: alias.RevisionID}, nil
}

// Close decides the write that ends a release well: the lock is given back and
// the candidate is the stable version from now on. Nil when that is done.
func Close(alias Alias, us Holder, stable, candidate string) (*Write, error) {
	if alias.Mark.Lock.IsZero() && alias.Mark.Stable == candidate && alias.Route() == Whole(candidate) {
		return nil, nil
	}
	if alias.Mark.Lock != us || alias.Route() != Whole(candidate) {
		return nil, drift(alias, us, Whole(candidate))
	}
	mark := Mark{Stable: candidate, Previous: stable, Note: alias.Mark.Note}
	return &Write{Target: alias.Target, Route: Whole(candidate), Mark: mark, RevisionID: alias.RevisionID}, nil
}

// Restore decides the write that returns an alias whole to its stable version
// and gives the lock back. Stable is the version recorded when the lock was
// taken, so neither the plan nor the execution's state is needed to repair.
//
// left says that somebody else moved the alias: the traffic stays as they set
// it and only our lock is taken off. failed is the version to remember as bad;
// empty when the release did not end on a verdict. mayBe tells which routes the
// release itself can have made; repair, which knows no plan, passes nil and
// takes any split between the two versions for the release's own. A nil write
// means there is nothing of ours to undo.
func Restore(alias Alias, us Holder, failed string, mayBe func(Route) bool) (write *Write, left bool) {
	mark := alias.Mark
	if mark.Lock != us {
		return nil, alias.Route().Other != "" || !mark.Lock.IsZero()
	}
	route := alias.Route()
	ours := route == Whole(mark.Stable) || route == Whole(mark.Candidate) ||
		(route.Version == mark.Stable && route.Other == mark.Candidate && (mayBe == nil || mayBe(route)))
	restored := Mark{Stable: mark.Stable, Previous: mark.Previous, Failed: mark.Failed, Note: mark.Note}
	if failed != "" {
		restored.Failed = failed
	}
	if ours {
		return &Write{Target: alias.Target, Route: Whole(mark.Stable), Mark: restored, RevisionID: alias.RevisionID}, false
	}
	restored.Stable = ""
	return &Write{Target: alias.Target, Route: route, Mark: restored, RevisionID: alias.RevisionID}, true
}
