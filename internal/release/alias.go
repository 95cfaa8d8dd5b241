package release

import (
	"strconv"
)

// Alias is an alias as it was read: the version it names, the share of traffic
// that goes to another, and Weir's description.
type Alias struct {
	Target      Target
	ARN         string
	Version     string             // the main version
	Weights     map[string]float64 // percent of traffic per additional version; at most one entry
	Description Description
	RevisionID  string
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

// StillMoving tells whether Lambda is still moving the alias. When the version of an
// alias with provisioned concurrency changes, Lambda itself keeps all traffic on
// the version that was left, by a weight of 100 percent, until the new one has
// its provisioned concurrency. Nobody may write that weight back.
// https://github.com/hashicorp/terraform-provider-aws/pull/48116
func (a Alias) StillMoving() bool { return a.Route().Percent >= 100 }

// Destination is where the alias goes: whole to its version while Lambda is still
// moving it, else its present route. A version that the lock does not know is
// not the one that the release left.
func (a Alias) Destination() Route {
	route, description := a.Route(), a.Description
	if a.StillMoving() && (description.Lock.IsZero() || route.Other == description.Stable || route.Other == description.Candidate) {
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
	// and writes the description alone.
	Route       Route
	Description Description
	RevisionID  string
}

// Moves tells whether the write sets the alias's route.
func (w Write) Moves() bool { return w.Route != Route{} }

// Transition decides the write that brings an alias, held by us, from one route
// to another.
//
//   - Already there, and the description says that Weir wrote it: no write. A retry
//     after a crash that followed a successful write finds its own write and is
//     content.
//   - Where we left it: the write.
//   - Anything else: somebody else moved it, an Error named Drift; nothing of
//     theirs is overwritten.
func Transition(alias Alias, us Holder, from, to Route) (*Write, error) {
	if alias.Description.Lock != us {
		return nil, drift(alias, us, from)
	}
	destination, description := alias.Destination(), alias.Description
	switch {
	case destination == to && description.wrote(to):
		return nil, nil
	case destination == from && description.wrote(from):
		description.Command, description.By = "", "" // acted on by now
		description.At = description.share(to)
		return &Write{Target: alias.Target, Route: to, Description: description, RevisionID: alias.RevisionID}, nil
	}
	return nil, drift(alias, us, from)
}

func drift(alias Alias, us Holder, from Route) *Error {
	holder := "nobody holds its lock any more"
	switch {
	case alias.Description.Lock == us:
		holder = "the lock is still ours, so it was changed by hand"
	case !alias.Description.Lock.IsZero():
		holder = "execution " + alias.Description.Lock.String() + " holds its lock"
	}
	return Errorf(Drift, "Somebody else moved %s during the release: it should have %s but has %s; %s. "+
		"It is left as found. CloudTrail's UpdateAlias events say who did it and when.",
		alias.Target, from, alias.Route(), holder)
}

// stillMovingError says that an alias is still on its way, as a retryable error.
func stillMovingError(alias Alias) *Error {
	return Errorf(NotYet, "%s has %s. See how far it is with: aws lambda get-provisioned-concurrency-config --function-name %s --qualifier %s. "+
		"If its status is FAILED, return the alias with: aws lambda update-alias --function-name %s --name %s --function-version %s --routing-config AdditionalVersionWeights={}",
		alias.Target, alias.Route(), alias.Target.Function, alias.Target.Alias, alias.Target.Function, alias.Target.Alias, alias.Route().Other)
}

// TakeLock decides the write that takes the lock for a release from stable to
// candidate; nil when we hold it already.
func TakeLock(alias Alias, us Holder, stable, candidate string) (*Write, error) {
	if alias.Description.Lock == us {
		return nil, nil
	}
	if !alias.Description.Lock.IsZero() {
		return nil, Errorf(AliasLocked, "%s is held by release %s.", alias.Target, alias.Description.Lock)
	}
	if alias.StillMoving() {
		return nil, stillMovingError(alias)
	}
	if alias.Route() != Whole(stable) {
		return nil, drift(alias, us, Whole(stable))
	}
	description := alias.Description
	description.Stable, description.Candidate, description.At, description.Lock, description.Command, description.By = stable, candidate, 0, us, "", ""
	return &Write{Target: alias.Target, Route: Whole(stable), Description: description, RevisionID: alias.RevisionID}, nil
}

// Finish decides the write that ends a release well: the lock is given back and
// the candidate is the stable version from now on. Nil when that is done. An
// alias that Lambda is still moving is NotYet closed.
func Finish(alias Alias, us Holder, stable, candidate string) (*Write, error) {
	description := alias.Description
	if description.Lock.IsZero() && description.Stable == candidate && alias.Route() == Whole(candidate) {
		return nil, nil
	}
	if description.Lock != us || alias.Destination() != Whole(candidate) || !description.wrote(Whole(candidate)) {
		return nil, drift(alias, us, Whole(candidate))
	}
	if alias.StillMoving() {
		return nil, stillMovingError(alias)
	}
	closed := Description{Stable: candidate, Previous: stable, Failed: description.Failed.Without(candidate), Note: description.Note}
	return &Write{Target: alias.Target, Route: Whole(candidate), Description: closed, RevisionID: alias.RevisionID}, nil
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
	description, destination := alias.Description, alias.Destination()
	if description.Lock != us {
		return nil, destination.Other != "" || !description.Lock.IsZero()
	}
	restored := Description{Stable: description.Stable, Previous: description.Previous, Failed: description.Failed.With(failed), Note: description.Note}
	write = &Write{Target: alias.Target, Description: restored, RevisionID: alias.RevisionID}
	switch {
	case destination == Whole(description.Stable): // nothing to move, and nothing that Lambda is moving to disturb
		return write, false
	case description.owns(destination):
		write.Route = Whole(description.Stable)
		return write, false
	}
	write.Description.Stable = ""
	return write, true
}
