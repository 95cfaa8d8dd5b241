package acceptance_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const threeSteps = `{"target": {"function": "FUNCTION"}, "watch": "3m",
  "strategy": {"steps": [{"weight": 10, "bake": "3m"}, {"weight": 30, "bake": "3m"}, {"weight": 60, "bake": "3m"}]}}`

func TestGoodVersionIsReleased(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	w.wantProd("1") // a deploy does not move production
	e := w.run(threeSteps)
	w.succeeded(e)
	w.wantProd("2")
	record := e.record(t)
	var weights []int
	for _, step := range record.Steps {
		weights = append(weights, step.Weight)
		if step.Candidate.Requests == 0 || step.Verdict == "" {
			t.Errorf("step at %d %% tells no traffic or no verdict: %+v", step.Weight, step)
		}
	}
	if len(weights) != 4 || weights[3] != 100 || record.Outcome != "succeeded" {
		t.Errorf("record = %+v", record)
	}
}

func TestFaultyVersionIsRolledBack(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.faulty)
	e := w.run(threeSteps)
	w.failed(e, "Release.VerdictFailed", "errors", "prod serves version 1 whole")
	w.wantProd("1")
	if record := e.record(t); len(record.Steps) != 1 || record.Outcome != "rolledBack" {
		t.Errorf("record = %+v", record)
	}

	// It is remembered, and released again only by force.
	w.failed(w.run(`{"target": {"function": "FUNCTION"}}`), "Release.VersionFailedBefore", `"force": true`)
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "force": true}`), "Release.VerdictFailed")
	w.wantProd("1")
}

func TestWithoutTrafficNothingPasses(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	var held atomic.Int32
	w.cloud.OnEvent(func(event map[string]any) {
		if event["detail-type"] == "Release Held" {
			held.Add(1)
		}
	})
	e := w.run(strings.Replace(threeSteps, `"watch"`, `"judge": {"inconclusive": "hold"}, "watch"`, 1))
	w.failed(e, "Release.HeldTooLong", "30m0s", "more evidence")
	if held.Load() != 1 {
		t.Errorf("%d events tell of the hold, want 1", held.Load())
	}
	w.wantProd("1")
}

// A function without traffic is released too, and the record says that nothing was seen.
func TestWithoutTrafficAVersionIsPromotedAndNothingIsClaimed(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	e := w.run(threeSteps)
	w.succeeded(e)
	w.wantProd("2")
	if !contains(e.record(t).Why, "Promoted without a request on the candidate: nothing could be seen of it.") {
		t.Errorf("the record says %q", e.record(t).Why)
	}
}

func TestDryRunMovesNothing(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	before := aws.ToString(w.prod().RevisionId)
	e := w.run(`{"target": {"function": "FUNCTION"}, "dryRun": true}`)
	w.succeeded(e)
	for _, part := range []string{`"candidate":"2"`, `"weight":10`, `"costUSD"`, `"endsBy"`, `"checks"`} {
		if !strings.Contains(e.output, part) {
			t.Errorf("output %s has no %s", e.output, part)
		}
	}
	if aws.ToString(w.prod().RevisionId) != before {
		t.Error("the alias was written")
	}
}

func TestAllAtOnceIsWatchedAndRolledBack(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.clock.Advance(10 * time.Minute) // a past to compare with
	w.deploy(assemblies.changed)
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "strategy": {"type": "all-at-once"}, "watch": "5m"}`))
	w.wantProd("2")
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "version": "1", "strategy": "AllAtOnce", "watch": "0m"}`))
	w.wantProd("1")

	w.deploy(assemblies.faulty)
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "strategy": "AllAtOnce", "watch": "10m"}`), "Release.VerdictFailed", "watch")
	w.wantProd("1")
}

func TestBadInputMovesNothing(t *testing.T) {
	w := newWorld(t)
	before := aws.ToString(w.prod().RevisionId)
	for _, test := range []struct{ name, request, error, says string }{
		{"unknown function", `{"target": {"function": "nobody"}}`, "Release.TargetNotFound", "nobody:prod"},
		{"unknown alias", `{"target": {"function": "FUNCTION", "alias": "live"}}`, "Release.TargetNotFound", ":live"},
		{"unknown version", `{"target": {"function": "FUNCTION"}, "version": "99"}`, "Release.VersionNotFound", "99"},
		{"unknown source alias", `{"target": {"function": "FUNCTION"}, "version": "canary"}`, "Release.VersionNotFound", `"canary"`},
		{"the stable version", `{"target": {"function": "FUNCTION"}, "version": "1"}`, "Release.NothingToRelease", "version is 1"},
		{"staging is stable", `{"target": {"function": "FUNCTION"}}`, "Release.NothingToRelease", "serves already"},
		{"malformed", `{"target": "FUNCTION"}`, "Release.InvalidRequest", "target is"},
		{"extra", `{"target": {"function": "FUNCTION"}, "verison": "2"}`, "Release.InvalidRequest", "verison"},
		{"weights", `{"target": {"function": "FUNCTION"}, "strategy": {"steps": [{"weight": 20, "bake": "1m"}, {"weight": 10, "bake": "1m"}]}}`, "Release.InvalidRequest", "ascend"},
		{"too long", `{"target": {"function": "FUNCTION"}, "version": "$LATEST", "strategy": {"steps": [{"weight": 1, "bake": "168h"}, {"weight": 2, "bake": "168h"}]}}`, "Release.PlanTooLong", "history events"},
		{"too slow", `{"target": {"function": "FUNCTION"}, "version": "$LATEST", "judge": {"interval": "1h"}, "strategy": {"type": "linear", "increment": 15, "bake": "168h"}}`, "Release.PlanTooLong", "720h0m0s"},
		{"alarm", `{"target": {"function": "FUNCTION"}, "version": "$LATEST", "alarms": ["no-such-alarm"]}`, "Release.AlarmNotFound", "no-such-alarm"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.error == "Release.PlanTooLong" || test.error == "Release.AlarmNotFound" {
				w.deploy(assemblies.changed)
			}
			e := w.run(test.request)
			w.failed(e, test.error, test.says)
		})
	}
	if aws.ToString(w.prod().RevisionId) != before {
		t.Error("the alias was written")
	}
}

func TestProbesRunBeforeTraffic(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	const request = `{"target": {"function": "FUNCTION"}, "watch": "0m", "strategy": {"steps": [{"weight": 50, "bake": "5m"}]},
	  "probes": [{"payload": {"n": 1}, "times": 3, "withinMilliseconds": 5000, "expect": {"matches": "%s"}}]}`
	w.failed(w.run(strings.Replace(request, "%s", "release = 'v9'", 1)), "Release.ProbeFailed", "v9", `"release":"v2"`)
	w.wantProd("1")
	w.failed(w.run(strings.Replace(request, "%s", "release = ", 1)), "Release.InvalidRequest", "not JSONata")
	w.succeeded(w.run(strings.Replace(strings.Replace(request, "%s", "release = 'v2' and version = '2'", 1), `"watch"`, `"force": true, "watch"`, 1)))
	w.wantProd("2")
}

func TestDriftIsLeftAsFound(t *testing.T) {
	w := newWorld(t)
	w.traffic(60)
	w.deploy(assemblies.changed)
	execution := w.start(threeSteps)
	w.reach(execution, "Judge")
	if _, err := w.lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{FunctionName: &w.function, Name: aws.String("prod"),
		FunctionVersion: aws.String("2"), Description: aws.String("an emergency"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}}); err != nil {
		t.Fatal(err)
	}
	found := w.prod()
	e := w.await(execution)
	w.failed(e, "Release.Drift", "Somebody else moved", "left as found")
	after := w.prod()
	if aws.ToString(after.RevisionId) != aws.ToString(found.RevisionId) {
		t.Errorf("the alias was written: %+v", after)
	}
}
