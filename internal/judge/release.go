// Package judge turns counts into a verdict on a candidate: pass, fail or
// inconclusive. It is pure: the whole history of a release goes in at every
// look and the verdict comes out, so that any look can be replayed.
//
// The promise is that a candidate that is no worse than tolerated fails with
// probability at most alpha over the whole release, however many looks are
// taken. docs/contribute/judge.md says why, and what it costs.
package judge

// LeastAlpha is the smallest alpha that a release may have.
const LeastAlpha = 1e-4

// Defaults of a release that leaves them zero.
const (
	DefaultAlpha = 0.05
	DefaultPower = 0.9
	// DefaultWatchShare is the part of alpha to set aside for a watch after
	// promotion. A release that plans no watch leaves its share at zero.
	DefaultWatchShare = 0.1
)

// Counts are what one version did in a minute.
type Counts struct {
	Requests int64 `json:"requests"`
	Events   int64 `json:"events"`
}

// Minute holds both sides of one complete minute. A minute without traffic, or
// whose counts are missing, is zero and carries no evidence.
type Minute struct {
	Stable    Counts `json:"stable"`
	Candidate Counts `json:"candidate"`
}

// Tolerance bounds a rate of events relative to that of stable: a rate is
// within it if it is at most Ratio times stable's, or at most Difference above
// stable's.
type Tolerance struct {
	Ratio      float64 `json:"ratio,omitempty"`      // zero: 1
	Difference float64 `json:"difference,omitempty"` // events per request
}

// Signal is the history of one thing counted per version.
type Signal struct {
	Name string `json:"name"`
	// Tolerance is the regression that does not matter.
	Tolerance Tolerance `json:"tolerance,omitzero"`
	// Smallest is the regression that must be excluded for a pass. A field left
	// zero is twice the tolerated ratio, or twice the tolerated difference but
	// at least 0.01; a regression is that small only if it is within both.
	Smallest Tolerance `json:"smallest,omitzero"`
	// Minutes are those of the bake, from the first shift on.
	Minutes []Minute `json:"minutes"`
	// Watch is set once the candidate has been promoted.
	Watch *Watch `json:"watch,omitempty"`
}

// Watch compares the promoted candidate with what stable did before.
type Watch struct {
	// Baseline sums the stable version's recent past.
	Baseline Counts `json:"baseline"`
	// Drift is the ratio by which rates may differ between then and now for
	// reasons of their own, such as the time of day. Zero: 1.5.
	Drift float64 `json:"drift,omitempty"`
	// Minutes are the candidate's alone, after promotion.
	Minutes []Counts `json:"minutes"`
}

// Release is everything observed so far, and what was planned.
type Release struct {
	// Alpha is the chance that a good candidate may fail. Zero: DefaultAlpha.
	Alpha float64 `json:"alpha,omitempty"`
	// Power is the chance with which the smallest regression that matters must
	// be kept from passing. Zero: DefaultPower.
	Power float64 `json:"power,omitempty"`
	// PlannedMinutes is how many minutes of bake the plan foresees, over all
	// steps; it must not change during a release. Looks beyond it are allowed.
	// Zero: the number of minutes given.
	PlannedMinutes int `json:"plannedMinutes,omitempty"`
	// WatchShare is the part of alpha kept for the watch, from 0 to below 1; it
	// must not change during a release.
	WatchShare float64  `json:"watchShare,omitempty"`
	Signals    []Signal `json:"signals"`
}

// Outcome is what a verdict says.
type Outcome string

// The outcomes.
const (
	Pass         Outcome = "pass"
	Fail         Outcome = "fail"
	Inconclusive Outcome = "inconclusive"
)

// Verdict is the answer to a look.
type Verdict struct {
	Outcome Outcome `json:"verdict"`
	// Minute counts from 1: the minute whose counts decided a failure, else the
	// last minute given. Minutes of the watch count on from those of the bake.
	Minute   int        `json:"minute"`
	Evidence []Evidence `json:"evidence"`
	// Reason is one sentence with the numbers.
	Reason string `json:"reason"`
}

// Evidence is what one signal says.
type Evidence struct {
	Signal string `json:"signal"`
	// Phase is "bake" or "watch".
	Phase   string  `json:"phase"`
	Outcome Outcome `json:"verdict"`
	// EValue is the evidence against "no worse than tolerated", and Limit what
	// it must reach at this minute to fail. Both are capped at 1e15.
	EValue float64 `json:"eValue"`
	Limit  float64 `json:"limit"`
	// Stable and Candidate are summed over all minutes that had both sides.
	Stable        Counts   `json:"stable"`
	Candidate     Counts   `json:"candidate"`
	StableRate    float64  `json:"stableRate"`
	CandidateRate float64  `json:"candidateRate"`
	Ratio         *float64 `json:"ratio,omitempty"` // of the rates, weighed minute by minute; absent without events
	// Interval holds the true ratio with probability 1 - alpha at all looks at
	// once; an end that the data do not bound is absent.
	Interval Interval `json:"interval"`
	// Missing says what a pass lacks; empty when nothing.
	Missing string `json:"missing,omitempty"`
	// EnoughInMinutes estimates how many more minutes like the last ones bring
	// a pass if the candidate is no worse than stable; absent when none would.
	EnoughInMinutes *int `json:"enoughInMinutes,omitempty"`
}

// Interval bounds the ratio of the candidate's rate to stable's.
type Interval struct {
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}
