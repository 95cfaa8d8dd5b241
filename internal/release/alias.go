package release

import (
	"strconv"
)

// Alias is an alias as it was read: the version it names, the share of traffic
// that goes to another, and Weir's mark.
type Alias struct {
	Target     Target
	ARN        string
	Version    string             // the main version
	Weights    map[string]float64 // percent of traffic per additional version; at most one entry
	Mark       Mark
	RevisionID string
}

// Whole tells whether all traffic goes to one version.
func (a Alias) Whole() bool { return len(a.Weights) == 0 }

// Route is what an alias does with traffic.
type Route struct {
	Version string  `json:"version"`           // the main version
	Other   string  `json:"other,omitempty"`   // the additional version; empty when whole
	Percent float64 `json:"percent,omitempty"` // traffic to Other; Weir sets whole percents, others may set 10.4
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
	return Route{Version: stable, Other: candidate, Percent: float64(percent)}
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

// OnItsWay tells whether Lambda is still moving the alias. When the version of an
// alias with provisioned concurrency changes, Lambda itself keeps all traffic on
// the version that was left, by a weight of 100 percent, until the new one has
// its provisioned concurrency. Nobody may write that weight back.
// https://github.com/hashicorp/terraform-provider-aws/pull/48116
func (a Alias) OnItsWay() bool { return a.Route().Percent >= 100 }

// Heads is where the alias goes: whole to its version while Lambda is still
// moving it, else its present route. A version that the lock does not know is
// not the one that the release left.
func (a Alias) Heads() Route {
	route, mark := a.Route(), a.Mark
	if a.OnItsWay() && (mark.Lock.IsZero() || route.Other == mark.Stable || route.Other == mark.Candidate) {
		return Whole(route.Version)
	}
	return route
}

func (r Route) String() string {
	switch {
	case r.Other == "":
		return "100 % on version " + r.Version
	case r.Percent >= 100:
		return "100 % on version " + r.Other + ", which Lambda moves to version " + r.Version + " once that has its provisioned concurrency"
	}
	return percent(100-r.Percent) + " % on version " + r.Version + " and " + percent(r.Percent) + " % on version " + r.Other
}

// percent writes 10 or 10.4. The difference of two percents is not exact.
func percent(p float64) string {
	const digits = 10
	text, err := strconv.ParseFloat(strconv.FormatFloat(p, 'f', digits, 64), 64)
	if err != nil {
		return strconv.FormatFloat(p, 'g', -1, 64)
	}
	return strconv.FormatFloat(text, 'f', -1, 64)
}

// Write is one compare-and-swap on an alias: it only holds while the alias
// still is at RevisionID.
type Write struct {
	Target Target
	// Route is what the alias shall do; the zero Route leaves traffic as it is
	// and writes the mark alone.
	Route      Route
	Mark       Mark
	RevisionID string
}

// Moves tells whether the write sets the alias's route.
func (w Write) Moves() bool { return w.Route != Route{} }

// Transition decides the write that brings an alias, held by us, from one route
// to another.
//
//   - Already there, and the mark says that Weir wrote it: no write. A retry
//     after a crash that followed a successful write finds its own write and is
//     content.
//   - Where we left it: the write.
//   - Anything else: somebody else moved it, an Error named Drift; nothing of
//     theirs is overwritten.
func Transition(alias Alias, us Holder, from, to Route) (*Write, error) {
	if alias.Mark.Lock != us {
		return nil, drift(alias, us, from)
	}
	heads, mark := alias.Heads(), alias.Mark
	switch {
	case heads == to && mark.wrote(to):
		return nil, nil
	case heads == from && mark.wrote(from):
		mark.Ask, mark.By = "", "" // heeded by now
		mark.At = mark.share(to)
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

// notThere says that an alias is still on its way, as a retryable error.
func notThere(alias Alias) *Error {
	return Errorf(NotYet, "%s has %s. See how far it is with: aws lambda get-provisioned-concurrency-config --function-name %s --qualifier %s. "+
		"If its status is FAILED, return the alias with: aws lambda update-alias --function-name %s --name %s --function-version %s --routing-config AdditionalVersionWeights={}",
		alias.Target, alias.Route(), alias.Target.Function, alias.Target.Alias, alias.Target.Function, alias.Target.Alias, alias.Route().Other)
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
	if alias.OnItsWay() {
		return nil, notThere(alias)
	}
	if alias.Route() != Whole(stable) {
		return nil, drift(alias, us, Whole(stable))
	}
	mark := alias.Mark
	mark.Stable, mark.Candidate, mark.At, mark.Lock, mark.Ask, mark.By = stable, candidate, 0, us, "", ""
	return &Write{Target: alias.Target, Route: Whole(stable), Mark: mark, RevisionID: alias.RevisionID}, nil
}

// Close decides the write that ends a release well: the lock is given back and
// the candidate is the stable version from now on. Nil when that is done. An
// alias that Lambda is still moving is NotYet closed.
func Close(alias Alias, us Holder, stable, candidate string) (*Write, error) {
	mark := alias.Mark
	if mark.Lock.IsZero() && mark.Stable == candidate && alias.Route() == Whole(candidate) {
		return nil, nil
	}
	if mark.Lock != us || alias.Heads() != Whole(candidate) || !mark.wrote(Whole(candidate)) {
		return nil, drift(alias, us, Whole(candidate))
	}
	if alias.OnItsWay() {
		return nil, notThere(alias)
	}
	closed := Mark{Stable: candidate, Previous: stable, Failed: mark.Failed.Without(candidate), Note: mark.Note}
	return &Write{Target: alias.Target, Route: Whole(candidate), Mark: closed, RevisionID: alias.RevisionID}, nil
}

// Restore decides the write that returns an alias whole to its stable version
// and gives the lock back. Stable is the version recorded when the lock was
// taken, so neither the plan nor the execution's state is needed to repair.
//
// left says that somebody else moved the alias: the traffic stays as they set
// it and only our lock is taken off. failed is the version to remember as bad;
// empty when the release did not end on a verdict. A nil write means there is
// nothing of ours to undo.
func Restore(alias Alias, us Holder, failed string) (write *Write, left bool) {
	mark, heads := alias.Mark, alias.Heads()
	if mark.Lock != us {
		return nil, heads.Other != "" || !mark.Lock.IsZero()
	}
	restored := Mark{Stable: mark.Stable, Previous: mark.Previous, Failed: mark.Failed.With(failed), Note: mark.Note}
	write = &Write{Target: alias.Target, Mark: restored, RevisionID: alias.RevisionID}
	switch {
	case heads == Whole(mark.Stable): // nothing to move, and nothing that Lambda is moving to disturb
		return write, false
	case mark.owns(heads):
		write.Route = Whole(mark.Stable)
		return write, false
	}
	write.Mark.Stable = ""
	return write, true
}
