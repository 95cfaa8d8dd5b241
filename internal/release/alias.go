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
	Unread      bool // the alias could not be read: only Target is known
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
