package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"weir/internal/judge"
	"weir/internal/release"
)

// signOfHarm is the e-value from which an inconclusive signal speaks against the
// candidate. By Ville's inequality a good candidate ever reaches it in at most one
// release of three.
const signOfHarm = 3

// doubt says why an inconclusive candidate may do harm, or nothing.
func doubt(verdict judge.Verdict, unmeasured []string) string {
	if len(unmeasured) > 0 {
		return fmt.Sprintf("%s was not measured on the candidate.", strings.Join(unmeasured, ", "))
	}
	for _, e := range verdict.Evidence {
		switch {
		case e.Phase != judge.PhaseBake || e.Outcome == judge.Pass:
		case e.EValue >= signOfHarm:
			return fmt.Sprintf("%s speaks against the candidate: %d of %d requests against %d of %d on stable.",
				e.Signal, e.Candidate.Events, e.Candidate.Requests, e.Stable.Events, e.Stable.Requests)
		case e.Candidate.Requests > 0 && e.CandidateRate > judge.BrokenRate:
			return fmt.Sprintf("%s: most requests fail, %d of %d on the candidate and %d of %d on stable.",
				e.Signal, e.Candidate.Events, e.Candidate.Requests, e.Stable.Events, e.Stable.Requests)
		}
	}
	return ""
}

// inReach tells whether the present traffic brings a pass within the time that the
// release may hold.
func inReach(plan release.Plan, verdict judge.Verdict) bool {
	for _, e := range verdict.Evidence {
		if e.Phase != judge.PhaseBake || e.Outcome == judge.Pass {
			continue
		}
		if e.EnoughInMinutes == nil || time.Duration(*e.EnoughInMinutes)*time.Minute > time.Duration(plan.Judge.HoldSeconds)*time.Second {
			return false
		}
	}
	return true
}

// sawNoHarm says what was seen of a candidate that is promoted without proof: of the
// signal that is known least.
func sawNoHarm(plan release.Plan, verdict judge.Verdict) string {
	least, worst := judge.Evidence{}, -1.0
	for _, e := range verdict.Evidence {
		if rate := judge.Noticed(e.Candidate, plan.Judge.Alpha); e.Phase == judge.PhaseBake && rate > worst {
			least, worst = e, rate
		}
	}
	if least.Candidate.Requests == 0 {
		return "Promoted without a request on the candidate: nothing could be seen of it."
	}
	events := "without an event of " + least.Signal
	if n := least.Candidate.Events; n > 0 {
		events = fmt.Sprintf("with %d events of %s, which is no sign of harm beside stable's", n, least.Signal)
	}
	return fmt.Sprintf("Promoted after %d requests %s; a rate above %s %% would have been noticed.",
		least.Candidate.Requests, events, strconv.FormatFloat(100*worst, 'g', 2, 64))
}
