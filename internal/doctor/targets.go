package doctor

import (
	"context"
	"fmt"
	"time"

	"weir/internal/judge"
	"weir/internal/release"
)

// Aliases reads an alias.
type Aliases interface {
	Alias(ctx context.Context, target release.Target) (release.Alias, error)
}

// Versions reads what an alias serves.
type Versions interface {
	Version(ctx context.Context, function, number string) (release.Version, error)
	Provisioned(ctx context.Context, target release.Target) (bool, error)
}

// Traffic reads what aliases served.
type Traffic interface {
	Traffic(ctx context.Context, targets []release.Target, from, to time.Time) ([]judge.Counts, error)
}

// longRequest is a timeout from which a release waits noticeably for requests that
// still run.
const longRequest = 2 * time.Minute

// Target checks one target: that its alias serves one version, which is ready, and
// how long a request may last.
func Target(aliases Aliases, versions Versions, target release.Target) Check {
	return Check{Name: "target " + target.String(), Look: func(ctx context.Context) []Finding {
		alias, err := aliases.Alias(ctx, target)
		if denied(err) {
			return unasked(err, "lambda:GetAlias on "+target.Function)
		}
		if release.IsError(err, release.TargetNotFound) {
			return one(Failed, err.Error(), "Deploy the function with its alias, or correct the name.")
		}
		if err != nil {
			return unasked(err, "lambda:GetAlias on "+target.Function)
		}
		if route := alias.Route(); route.Other != "" {
			return one(Failed, "it splits traffic: "+route.String(), "Wait for the release that runs, or return it to one version: docs/runbooks/alias-stuck.md")
		}
		version, err := versions.Version(ctx, target.Function, alias.Version)
		if err != nil {
			return unasked(err, "lambda:GetFunctionConfiguration on "+target.Function)
		}
		if version.State != "" && version.State != "Active" {
			return one(Failed, fmt.Sprintf("version %s is %s: %s", version.Number, version.State, version.StateReason), "Wait until it is Active; a request wakes an Inactive one.")
		}
		found := []Finding{{Status: OK, Found: "it serves version " + alias.Version + ", which is Active"}}
		if last := time.Duration(version.TimeoutSeconds) * time.Second; last > longRequest {
			found = append(found, Finding{Check: "timeout of " + target.String(), Status: Warning,
				Found:  fmt.Sprintf("a request may last %s; the last step and the watch of a release wait that long for complete counts", last),
				Remedy: `If requests are shorter, say so: "judge": {"longestRequest": "30s"}.`})
		}
		provisioned, err := versions.Provisioned(ctx, target)
		if err != nil {
			return append(found, unasked(err, "lambda:GetProvisionedConcurrencyConfig on "+target.Function)...)
		}
		if provisioned {
			found = append(found, Finding{Check: "provisioned concurrency of " + target.String(), Status: Warning,
				Found:  "it has some; each change of its version waits until the new one is allocated, and no page of AWS says that its weights may change meanwhile",
				Remedy: "Try a release with one step on a function that matters less first."})
		}
		return found
	}}
}

// TrafficOf checks whether the traffic of the last day brings the default release of
// a target to a pass.
func TrafficOf(api Traffic, target release.Target, now time.Time) Check {
	return Check{Name: "traffic of " + target.String(), Look: func(ctx context.Context) []Finding {
		until := now.Truncate(time.Hour)
		counts, err := api.Traffic(ctx, []release.Target{target}, until.Add(-24*time.Hour), until)
		if err != nil {
			return unasked(err, "cloudwatch:GetMetricData")
		}
		plan, err := release.DefaultPlan(target)
		if err != nil {
			return one(NotChecked, err.Error(), "Report it with the output of weir version.")
		}
		foreseen, err := plan.Foresee(target, counts[0].Requests, counts[0].Events)
		if err != nil {
			return one(NotChecked, err.Error(), "Report it with the output of weir version.")
		}
		if foreseen.Passes {
			return one(OK, foreseen.Finds(), "")
		}
		return one(Warning, foreseen.Finds(), `Bake longer, use a higher weight, or set "judge": {"inconclusive": "advance"}.`)
	}}
}
