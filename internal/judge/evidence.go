package judge

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// evidence returns the evidence of signal i of the bake after a number of minutes.
func (a *analysis) evidence(i, minute int) Evidence {
	state, s := &a.signals[i], &a.release.Signals[i]
	sc := &state.counts
	e := Evidence{
		Signal: s.Name, Phase: PhaseBake, Outcome: Inconclusive,
		EValue: eValue(sc.evidence(float64(sc.total.Candidate.Events))), Limit: eValue(state.limitEvidence(a.alpha)),
		Expected: sixDigits(sc.expected), LimitEvents: state.limitEvents(),
		Stable: sc.total.Stable, Candidate: sc.total.Candidate,
		StableRate: sixDigits(sc.total.Stable.Rate()), CandidateRate: sixDigits(sc.total.Candidate.Rate()),
	}
	e.Ratio, e.Interval = sc.interval(s.Minutes[:min(minute, len(s.Minutes))], a.alpha/float64(len(a.signals)))
	wanted := passLimit(a.release.Power)
	switch {
	case sc.total.Candidate.Rate() > BrokenRate:
		e.Missing = "most requests fail, so no regression could be seen"
		return e
	case sc.passEvidence() >= wanted:
		e.Outcome = Pass
		return e
	}
	e.Missing = sc.missing()
	recent, n := a.recent(i)
	e.EnoughInMinutes = sc.minutesToPass(wanted, recent, n)
	return e
}

// BrokenRate is the rate of events above which nothing passes: where both versions fail
// most requests, that the candidate is no worse says little.
const BrokenRate = 0.5

// limitEvents returns the number of the candidate's events that fails at the last look,
// or 0 if none does.
func (state *signalState) limitEvents() int64 {
	if state.limit >= unreachable {
		return 0
	}
	return int64(state.limit)
}

// passLimit returns the log of the e-value that a pass takes: 1/(1 - power). By
// Ville's inequality a candidate with the smallest regression that matters ever
// reaches it with probability at most 1 - power.
func passLimit(power float64) float64 { return -math.Log1p(-power) }

// recent returns the sum of the last minutes that had both versions, and the
// number of the last minutes.
func (a *analysis) recent(i int) (recent Minute, n int) {
	minutes := a.release.Signals[i].Minutes
	for k := len(minutes) - 1; k >= 0 && n < recentMinutes; k-- {
		if m := minutes[k]; m.informative() {
			recent = recent.plus(m)
		}
		n++
	}
	return recent, n
}

// recentMinutes is the number of last minutes that stand for the present traffic.
const recentMinutes = 5

// missing returns the sentence on what a pass lacks.
func (sc *signalCounts) missing() string {
	if sc.total.Candidate.Requests == 0 {
		return "no minute had requests on both versions"
	}
	stable := sixDigits(sc.total.Stable.Rate())
	excludes := math.Max(stable*sc.smallest.Ratio, stable+sc.smallest.Difference)
	return fmt.Sprintf("more requests are needed to exclude a rate of %s, the smallest regression that matters", percent(math.Min(1, excludes)))
}

// minutesToPass returns an estimate of the minutes until a pass, or nil if no
// number of minutes brings one. The argument wanted is the log of the e-value that
// a pass takes. The argument recent is the sum of n minutes of the present traffic.
//
// The estimate assumes that both versions have the same rate. Each part of the
// mixture grows by its expectation, and the estimate is the minute in which the
// first part alone is enough.
func (sc *signalCounts) minutesToPass(wanted float64, recent Minute, n int) *int {
	c, s := float64(recent.Candidate.Requests)/float64(max(n, 1)), float64(recent.Stable.Requests)/float64(max(n, 1))
	if c == 0 { // then s is 0 too
		return nil
	}
	p := float64(sc.total.Stable.Events+sc.total.Candidate.Events) / float64(sc.total.Stable.Requests+sc.total.Candidate.Requests)
	best := math.Inf(1)
	consider := func(now, growth, parts float64) {
		if growth > 0 {
			best = math.Min(best, (wanted+math.Ln2+math.Log(parts)-now)/growth)
		}
	}
	events := p * (c + s)
	below := 0
	for below < len(sc.ratios) && sc.ratios[below] < sc.smallest.Ratio {
		below++
	}
	for j, ratio := range sc.ratios[:below] {
		now := float64(sc.total.Candidate.Events)*math.Log(ratio/sc.smallest.Ratio) - (sc.sums[j] - sc.smallestSum)
		growth := p*c*math.Log(ratio/sc.smallest.Ratio) - events*math.Log((ratio*c+s)/(sc.smallest.Ratio*c+s))
		consider(now, growth, float64(below))
	}
	for j, shrink := range shrinks {
		fall := 1 - shrink
		growth := p*c*math.Log(shrink) + p*s*math.Log1p(fall*c/s) + c*sc.smallest.Difference*fall
		consider(sc.differences.better[j], growth, float64(len(shrinks)))
	}
	if !(best < 1e6) {
		return nil
	}
	minutes := int(math.Ceil(best))
	return &minutes
}

// failureSentence returns the reason of a verdict that failed in a minute because of
// the evidence. It first says the number that decided and what it is compared with.
func (e Evidence) failureSentence(minute int) string {
	var decided string
	switch all := e.Stable.Events + e.Candidate.Events; {
	case e.Phase == PhaseWatch:
		decided = fmt.Sprintf("%d of the candidate's %d requests are events; at the former version's rate %s are expected, and %d or more fail it.",
			e.Candidate.Events, e.Candidate.Requests, short(e.Expected), e.LimitEvents)
	default:
		decided = fmt.Sprintf("%d of the %d events fell on the candidate, which had %s of the requests; %s are expected, and %d or more fail it.",
			e.Candidate.Events, all, percent(share(e)), short(e.Expected), e.LimitEvents)
	}
	return fmt.Sprintf("%s failed in minute %d of the %s: %s The candidate's rate is %s (%d of %d), stable's %s (%d of %d).",
		e.Signal, minute, e.Phase, decided,
		percent(e.CandidateRate), e.Candidate.Events, e.Candidate.Requests,
		percent(e.StableRate), e.Stable.Events, e.Stable.Requests)
}

// share returns the candidate's share of the requests.
func share(e Evidence) float64 {
	return float64(e.Candidate.Requests) / float64(max(1, e.Candidate.Requests+e.Stable.Requests))
}

// summarySentence returns the reason of a verdict that did not fail. An inconclusive
// verdict names only the signals that are not a pass.
func summarySentence(v Verdict, evidence []Evidence) string {
	var parts []string
	for _, e := range evidence {
		if v.Outcome == Inconclusive && e.Outcome == Pass {
			continue
		}
		part := fmt.Sprintf("%s at %s (%d of %d) on the candidate against %s (%d of %d) on stable", e.Signal,
			percent(e.CandidateRate), e.Candidate.Events, e.Candidate.Requests,
			percent(e.StableRate), e.Stable.Events, e.Stable.Requests)
		if e.Missing != "" {
			part += "; " + e.Missing
		}
		if e.EnoughInMinutes != nil {
			part += fmt.Sprintf(", enough in about %d min at the present traffic", *e.EnoughInMinutes)
		}
		parts = append(parts, part)
	}
	if v.Outcome == Pass {
		return "No regression that matters: " + strings.Join(parts, "; ") + "."
	}
	return "Too little evidence: " + strings.Join(parts, "; ") + "."
}

// maxEValue is the largest e-value in Evidence.
const maxEValue = 1e15

// eValue returns the e-value of a log as Evidence has it.
func eValue(log float64) float64 {
	return sixDigits(math.Min(maxEValue, math.Exp(log)))
}

// pointerTo returns a pointer to a number that is rounded to six digits.
func pointerTo(f float64) *float64 {
	f = sixDigits(f)
	return &f
}

// sixDigits returns a number rounded to six significant digits. More digits would
// only take room in the state of a workflow.
func sixDigits(f float64) float64 {
	if math.Abs(f) < 1e-30 {
		return 0
	}
	digits := 5 - math.Floor(math.Log10(math.Abs(f)))
	if digits < 0 {
		unit := math.Pow(10, -digits)
		return math.Round(f/unit) * unit
	}
	unit := math.Pow(10, digits)
	return math.Round(f*unit) / unit
}

// percent returns a rate as text, in percent.
func percent(rate float64) string { return short(100*rate) + " %" }

// short returns a number as text with three significant digits and no exponent.
func short(f float64) string {
	if f != 0 && math.Abs(f) < 1e-6 {
		return "0"
	}
	if f >= 1e6 {
		return "over a million"
	}
	if f >= 1000 {
		return strconv.FormatFloat(math.Round(f), 'f', 0, 64)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 3, 64), 64)
	if err != nil {
		return strconv.FormatFloat(f, 'f', 3, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
