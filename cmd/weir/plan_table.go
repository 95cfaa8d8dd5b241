package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"weir/internal/release"
)

// planTable is a plan as a person reads it before a release: what moves when,
// what it costs, what was checked, and what the judge can find.
func planTable(plan release.Plan) string {
	var text strings.Builder
	for _, target := range plan.Targets {
		fmt.Fprintf(&text, "%s: version %s -> %s\n", target.Target(), target.Stable, target.Candidate)
	}
	text.WriteString("\n")
	table := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "STEP\tWEIGHT\tBAKE")
	for i, step := range plan.Steps {
		fmt.Fprintf(table, "%d\t%d %%\t%s\n", i+1, step.Weight, seconds(step.BakeSeconds))
	}
	fmt.Fprintf(table, "promote\t100 %%\twatched %s\n", seconds(plan.Watch))
	_ = table.Flush() // a strings.Builder takes everything
	fmt.Fprintf(&text, "\nends by    %s at the latest\n", plan.Estimate.EndsBy.UTC().Format("2006-01-02 15:04 MST"))
	fmt.Fprintf(&text, "costs      USD %.4f at most, without the functions' own requests\n", plan.Estimate.CostUSD)
	fmt.Fprintf(&text, "judges     %s; alpha %g\n", strings.Join(signalNames(plan.Judge.Signals), ", "), plan.Judge.Alpha)
	listed(&text, "alarms", alarmNames(plan.Alarms))
	listed(&text, "approvals", approvalNames(plan))
	for i, check := range plan.Checks {
		label := ""
		if i == 0 {
			label = "checked"
		}
		fmt.Fprintf(&text, "%-10s %s\n", label, check)
	}
	return text.String()
}

func listed(text *strings.Builder, label string, names []string) {
	if len(names) > 0 {
		fmt.Fprintf(text, "%-10s %s\n", label, strings.Join(names, ", "))
	}
}

func seconds(n int) string { return (time.Duration(n) * time.Second).String() }

func signalNames(signals []release.Signal) []string {
	names := make([]string, len(signals))
	for i, signal := range signals {
		names[i] = signal.Name
	}
	return names
}

func alarmNames(alarms []release.PlannedAlarm) []string {
	names := make([]string, len(alarms))
	for i, alarm := range alarms {
		names[i] = alarm.Name
	}
	return names
}

func approvalNames(plan release.Plan) []string {
	names := make([]string, len(plan.Approvals))
	for i, approval := range plan.Approvals {
		names[i] = fmt.Sprintf("before step %d, within %s", approval.Step+1, seconds(approval.LimitSeconds))
		if approval.Step == len(plan.Steps) {
			names[i] = "before promotion, within " + seconds(approval.LimitSeconds)
		}
	}
	return names
}
