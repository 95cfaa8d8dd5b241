package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/internal/follow"
	"weir/internal/release"
)

// narrator turns the events of a release into lines that a person can follow.
type narrator struct {
	story  *story
	began  time.Time
	plan   *release.Plan
	shifts []shifted
	looks  int
	undone time.Time // when the rollback began
}

// shifted is a weight that took effect, and when.
type shifted struct {
	weight int
	at     time.Time
}

func (n *narrator) on(event follow.Event) {
	if n.began.IsZero() {
		n.began = event.At
	}
	if event.Plan != nil {
		n.plan = event.Plan
		target := event.Plan.Targets[0]
		n.line(event, fmt.Sprintf("version %s to %s in %d steps", target.Stable, target.Candidate, len(event.Plan.Steps)))
		return
	}
	if event.Retry != "" {
		n.line(event, "failed with "+event.Retry)
		return
	}
	progress := event.Progress
	switch {
	case progress == nil:
		if event.State == "Roll back" {
			n.undone = event.At
			n.line(event, "")
		}
	case len(progress.Weights) > len(n.shifts):
		n.shifts = append(n.shifts, shifted{weight: progress.Weight, at: event.At})
		n.line(event, fmt.Sprintf("%d %% to version %s", progress.Weight, n.plan.Targets[0].Candidate))
	case progress.Observations > n.looks:
		n.looks = progress.Observations
		n.line(event, fmt.Sprintf("%3d %%  %s  %s", progress.Weight, n.served(event.At), progress.Verdict))
	}
}

// served says what each version has answered since the release began.
func (n *narrator) served(until time.Time) string {
	counts := n.story.traffic.between(n.began, until)
	var parts []string
	for _, version := range slices.Sorted(maps.Keys(counts.Requests)) {
		requests, errors := counts.Requests[version], counts.Errors[version]
		parts = append(parts, fmt.Sprintf("v%s %5d req %5.2f %% err", version, requests, 100*float64(errors)/float64(requests)))
	}
	return strings.Join(parts, " | ")
}

func (n *narrator) line(event follow.Event, text string) {
	elapsed := event.At.Sub(n.began)
	n.story.say("  %02d:%02d  %-15s %s", int(elapsed.Minutes()), int(elapsed.Seconds())%60, event.State, text)
}

// splits measures the traffic while each weight below 100 was in force.
func (n *narrator) splits(end time.Time) []Split {
	splits := []Split{}
	for i, shift := range n.shifts {
		if shift.weight >= 100 {
			continue
		}
		until := end
		if !n.undone.IsZero() {
			until = n.undone
		}
		if i+1 < len(n.shifts) {
			until = n.shifts[i+1].at
		}
		counts := n.story.traffic.between(shift.at, until)
		split := Split{Weight: shift.weight, Candidate: counts.Requests[n.plan.Targets[0].Candidate]}
		for _, requests := range counts.Requests {
			split.Requests += requests
		}
		splits = append(splits, split)
	}
	return splits
}

func (n *narrator) end(report ReleaseReport) {
	if report.Outcome == release.Succeeded {
		n.story.say("  succeeded: prod serves version %s whole", report.AliasAfter.Version)
		return
	}
	n.story.say("  rolled back: prod serves version %s whole", report.AliasAfter.Version)
	n.story.say("  %s", report.Error)
	n.story.say("  %s", report.Cause)
}

// summarise ends the demo with what it showed.
func (s *story) summarise(report Report) {
	s.say("")
	for _, r := range report.Releases {
		s.say("version %s -> %s  %-10s  weights %v  %.0f cloud minutes in %.0f s", r.From, r.To, r.Outcome, r.Weights, r.CloudSeconds/60, r.WallSeconds)
		for _, split := range r.Splits {
			s.say("    %3d %% asked, %5.1f %% of %d requests observed", split.Weight,
				100*float64(split.Candidate)/max(1, float64(split.Requests)), split.Requests)
		}
	}
	s.say("%d errors answered by the app, %d requests unserved; %.0f s in all; report in %s",
		report.ClientErrors, report.UnservedRequests, report.WallSeconds, s.Report)
}
