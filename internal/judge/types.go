// Package judge compares the counts of two versions and returns a verdict on the
// candidate: pass, fail or inconclusive. The package is pure. A caller passes the
// whole history of a release at every look, so any look can be repeated.
//
// A candidate that is no worse than tolerated fails with probability at most
// alpha over the whole release, however many looks are taken. docs/judge.md
// explains the statistics and their limits.
package judge

// LeastAlpha is the smallest alpha that a release may have.
const LeastAlpha = 1e-4

const (
	// DefaultAlpha is the alpha of a release whose Alpha is zero.
	DefaultAlpha = 0.05
	// DefaultPower is the power of a release whose Power is zero.
	DefaultPower = 0.9
	// DefaultWatchShare is the part of alpha that a caller should set aside for a
	// watch after promotion. Judge does not apply it: a release that plans no watch
	// leaves WatchShare at zero.
	DefaultWatchShare = 0.1
	// DefaultDrift is the drift of a watch whose Drift is zero.
	DefaultDrift = 1.5
)

// Counts holds what one version did in some period: how many requests it served,
// and how many events there were. An event is a request that failed, was slow, or
// whatever else the signal counts.
type Counts struct {
	Requests int64 `json:"requests"`
	Events   int64 `json:"events"`
}

// Rate returns the events per request. It returns 0 if there are no requests.
func (c Counts) Rate() float64 {
	if c.Requests == 0 {
		return 0
	}
	return float64(c.Events) / float64(c.Requests)
}

func (c Counts) plus(o Counts) Counts {
	return Counts{Requests: c.Requests + o.Requests, Events: c.Events + o.Events}
}

// withProvenRequests returns the counts with at least as many requests as events.
// Every event proves a request, and CloudWatch does not count throttled requests
// as invocations.
func (c Counts) withProvenRequests() Counts {
	return Counts{Requests: max(c.Requests, c.Events), Events: c.Events}
}

// Minute holds the counts of both versions in one complete minute. A minute
// without traffic, or whose counts are missing, is zero and carries no evidence.
type Minute struct {
	Stable    Counts `json:"stable"`
	Candidate Counts `json:"candidate"`
}

func (m Minute) plus(o Minute) Minute {
	return Minute{Stable: m.Stable.plus(o.Stable), Candidate: m.Candidate.plus(o.Candidate)}
}

func (m Minute) withProvenRequests() Minute {
	return Minute{Stable: m.Stable.withProvenRequests(), Candidate: m.Candidate.withProvenRequests()}
}

// informative returns whether the minute carries evidence: both versions served
// requests.
func (m Minute) informative() bool {
	return m.Stable.Requests > 0 && m.Candidate.Requests > 0
}

// floats returns the requests of the candidate, the requests of stable, and the
// events of both together. docs/judge.md calls them c, s and K.
func (m Minute) floats() (candidate, stable, events float64) {
	return float64(m.Candidate.Requests), float64(m.Stable.Requests), float64(m.Stable.Events + m.Candidate.Events)
}

// Tolerance bounds a rate of events relative to stable's. A rate is within the
// tolerance if it is at most Ratio times stable's, or at most Difference above
// stable's.
type Tolerance struct {
	// Ratio has no unit. Zero means 1.
	Ratio float64 `json:"ratio,omitempty"`
	// Difference is in events per request.
	Difference float64 `json:"difference,omitempty"`
}

// Signal is the history of one thing that is counted per version.
type Signal struct {
	Name string `json:"name"`
	// Tolerance is the largest regression that does not matter.
	Tolerance Tolerance `json:"tolerance,omitzero"`
	// Smallest is the smallest regression that matters. A pass must exclude it.
	// A Ratio of zero means twice the tolerated ratio. A Difference of zero means
	// twice the tolerated difference, but at least 0.01. A regression is below
	// Smallest only if it is below both.
	Smallest Tolerance `json:"smallest,omitzero"`
	// Minutes are the minutes of the bake, from the first shift of traffic on.
	Minutes []Minute `json:"minutes"`
	// Watch is set once the candidate has been promoted.
	Watch *Watch `json:"watch,omitempty"`
}

// tolerated returns the tolerance with its defaults.
func (s *Signal) tolerated() Tolerance {
	return Tolerance{Ratio: max(1, s.Tolerance.Ratio), Difference: s.Tolerance.Difference}
}

// smallest returns the smallest regression that matters with its defaults.
func (s *Signal) smallest() Tolerance {
	smallest, tolerated := s.Smallest, s.tolerated()
	if smallest.Ratio == 0 {
		smallest.Ratio = 2 * tolerated.Ratio
	}
	if smallest.Difference == 0 {
		// Twice a difference of 0.5 or more would leave no rate to exclude.
		smallest.Difference = max(0.01, min(2*tolerated.Difference, (1+tolerated.Difference)/2))
	}
	return smallest
}

// Watch holds the counts after promotion. The promoted candidate is compared with
// what stable did before the release.
type Watch struct {
	// Baseline sums the recent past of the stable version.
	Baseline Counts `json:"baseline"`
	// Drift is the ratio by which rates may differ between then and now without a
	// regression, for example because of the time of day. Zero means DefaultDrift.
	Drift float64 `json:"drift,omitempty"`
	// Minutes are the candidate's counts after promotion.
	Minutes []Counts `json:"minutes"`
}

// Release holds everything observed so far and what was planned.
type Release struct {
	// Alpha is the largest probability that a good candidate fails. Zero means
	// DefaultAlpha.
	Alpha float64 `json:"alpha,omitempty"`
	// Power is the least probability that the smallest regression that matters
	// does not pass. Zero means DefaultPower.
	Power float64 `json:"power,omitempty"`
	// PlannedMinutes is the length of the planned bake over all steps. It must not
	// change during a release. Looks after it are allowed. Zero means the number of
	// minutes given.
	PlannedMinutes int `json:"plannedMinutes,omitempty"`
	// WatchShare is the part of alpha that is kept for the watch, from 0 to 0.9. It
	// must not change during a release.
	WatchShare float64  `json:"watchShare,omitempty"`
	Signals    []Signal `json:"signals"`
}

// Outcome is the result of a verdict or of one signal.
type Outcome string

const (
	// Pass means that the smallest regression that matters is excluded.
	Pass Outcome = "pass"
	// Fail means that the candidate is worse than tolerated.
	Fail Outcome = "fail"
	// Inconclusive means that there is too little evidence for either.
	Inconclusive Outcome = "inconclusive"
)

// Verdict is the answer to a look.
type Verdict struct {
	Outcome Outcome `json:"verdict"`
	// Minute counts from 1. It is the minute whose counts decided a failure, and
	// otherwise the last minute given. The minutes of the watch follow those of the
	// bake.
	Minute int `json:"minute"`
	// Evidence has one entry per signal of the bake, then one per watch.
	Evidence []Evidence `json:"evidence"`
	// Reason is one sentence with the numbers.
	Reason string `json:"reason"`
}

// The phases of a release, as Evidence.Phase has them.
const (
	PhaseBake  = "bake"
	PhaseWatch = "watch"
)

// Evidence is the result of one signal in one phase. Its numbers are rounded to
// six significant digits.
type Evidence struct {
	Signal string `json:"signal"`
	// Phase is PhaseBake or PhaseWatch.
	Phase   string  `json:"phase"`
	Outcome Outcome `json:"verdict"`
	// EValue is the evidence against "no worse than tolerated". It is at most 1e15.
	EValue float64 `json:"eValue"`
	// Limit is the e-value that fails at this minute. It is at most 1e15.
	Limit float64 `json:"limit"`
	// Expected is the number of the candidate's events if it were exactly as bad as
	// tolerated, and LimitEvents the number that fails at this minute; 0 while none does.
	Expected    float64 `json:"expected"`
	LimitEvents int64   `json:"limitEvents,omitempty"`
	// Stable and Candidate are sums over all minutes in which both versions served.
	// In the watch, Stable is the baseline.
	Stable    Counts `json:"stable"`
	Candidate Counts `json:"candidate"`
	// StableRate and CandidateRate are in events per request.
	StableRate    float64 `json:"stableRate"`
	CandidateRate float64 `json:"candidateRate"`
	// Ratio is the likeliest ratio of the candidate's rate to stable's, given each
	// minute's events. It is absent if there are no events to tell it.
	Ratio *float64 `json:"ratio,omitempty"`
	// Interval holds the true ratio with probability 1 - alpha at all looks at once.
	Interval Interval `json:"interval"`
	// Missing says what a pass lacks. It is empty if nothing is missing.
	Missing string `json:"missing,omitempty"`
	// EnoughInMinutes estimates how many more minutes bring a pass, if the candidate
	// is no worse than stable and the traffic stays as in the last minutes. It is
	// absent if no number of minutes does.
	EnoughInMinutes *int `json:"enoughInMinutes,omitempty"`
}

// Interval bounds the ratio of the candidate's rate to stable's. An end that the
// counts do not bound is absent.
type Interval struct {
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}
