package judge

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// evidence sums up one signal of the bake, after so many minutes.
func (a *analysis) evidence(i, minute int) Evidence {
	state, s := &a.signals[i], &a.release.Signals[i]
	sc := &state.counts
	e := Evidence{
		Signal: s.Name, Phase: PhaseBake, Outcome: Inconclusive,
		EValue: eValue(sc.evidence(float64(sc.total.Candidate.Events))), Limit: eValue(state.limitEvidence(a.alpha)),
		Stable: sc.total.Stable, Candidate: sc.total.Candidate,
		StableRate: rate(sc.total.Stable), CandidateRate: rate(sc.total.Candidate),
	}
	e.Ratio, e.Interval = sc.interval(s.Minutes[:min(minute, len(s.Minutes))], a.alpha/float64(len(a.signals)))
	wanted := -math.Log1p(-a.release.Power)
	if sc.passEvidence() >= wanted {
		e.Outcome = Pass
		return e
	}
	e.Missing = sc.missing()
	recent, n := a.recent(i)
	e.EnoughInMinutes = sc.minutesToPass(wanted, recent, n)
	return e
}

// recent sums the requests of the last minutes, which speak for the
// present traffic.
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

// present is how many of the last minutes speak for the present traffic.
const recentMinutes = 5

// missing says what must still be excluded.
func (sc *signalCounts) missing() string {
	if sc.total.Candidate.Requests == 0 {
		return "no minute had requests on both versions"
	}
	excludes := math.Max(rate(sc.total.Stable)*sc.smallest.Ratio, rate(sc.total.Stable)+sc.smallest.Difference)
	return fmt.Sprintf("more requests are needed to exclude a rate of %s, the smallest regression that matters", percent(math.Min(1, excludes)))
}

// enoughIn estimates the minutes of the present traffic until a pass, if both
// sides have the same rate. Each part of the mixture grows by its expectation;
// the first to suffice tells.
func (sc *signalCounts) minutesToPass(wanted float64, recent Minute, n int) *int {
	c, s := float64(recent.Candidate.Requests)/float64(max(n, 1)), float64(recent.Stable.Requests)/float64(max(n, 1))
	if c == 0 || s == 0 {
		return nil
	}
	p := float64(sc.total.Stable.Events+sc.total.Candidate.Events) / float64(sc.total.Stable.Requests+sc.total.Candidate.Requests)
	best := math.Inf(1)
	consider := func(now, growth, parts float64) {
		if growth > 0 {
			best = math.Min(best, math.Max(1, (wanted+math.Ln2+math.Log(parts)-now)/growth))
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

// failure is the sentence of a failed signal.
func (e Evidence) failureSentence(minute int) string {
	ratio := ""
	if e.Ratio != nil {
		ratio = fmt.Sprintf(", %s times", short(*e.Ratio))
		if e.Interval.Low != nil && e.Interval.High != nil {
			ratio += fmt.Sprintf(" (%s to %s)", short(*e.Interval.Low), short(*e.Interval.High))
		}
	}
	return fmt.Sprintf("%s failed in minute %d of the %s: the candidate's rate is %s (%d of %d) against stable's %s (%d of %d)%s; the evidence is %s and the limit %s.",
		e.Signal, minute, e.Phase,
		percent(e.CandidateRate), e.Candidate.Events, e.Candidate.Requests,
		percent(e.StableRate), e.Stable.Events, e.Stable.Requests,
		ratio, short(e.EValue), short(e.Limit))
}

// summary is the sentence of a verdict that is not a failure.
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

func rate(c Counts) float64 {
	return sixDigits(c.Rate())
}

// greatest bounds the e-values that are told.
const greatest = 1e15

// value is the e-value of a log, in the range that is told.
func eValue(log float64) float64 {
	return sixDigits(math.Min(greatest, math.Exp(math.Min(log, 100))))
}

func pointerTo(f float64) *float64 {
	f = sixDigits(f)
	return &f
}

// sixDigits keeps six digits: more would only fill the state of a workflow.
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

func percent(rate float64) string { return short(100*rate) + " %" }

// short writes a number with three significant digits and no exponent.
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

// limitLog is the limit of a signal on the scale of its evidence.
func (state *signalState) limitEvidence(alpha float64) float64 {
	switch {
	case state.beyond > 0:
		return state.beyond
	case state.limit >= unreachable:
		return -math.Log(alpha)
	}
	return state.counts.evidence(state.limit)
}
