package acceptance_test

import (
	"slices"
	"testing"
	"time"

	"weir/localcloud"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// stop ends an execution from outside, which runs no Catch.
func (w *world) stop(execution string) {
	w.t.Helper()
	if _, err := w.states.StopExecution(w.t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution, Error: aws.String("Test"), Cause: aws.String("stopped")}); err != nil {
		w.t.Fatal(err)
	}
}

// whole tells whether prod serves version 1 whole and is free.
func (w *world) whole() bool {
	alias := w.prod()
	return aws.ToString(alias.FunctionVersion) == "1" && alias.RoutingConfig == nil && !contains(aws.ToString(alias.Description), "lock=")
}

func TestStoppedReleaseIsRepairedByTheEvent(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	for _, state := range []string{"Lock alias", "Shift traffic", "Bake", "Judge"} {
		t.Run(state, func(t *testing.T) {
			execution := w.start(threeSteps)
			w.reach(execution, state)
			w.stop(execution)
			w.until(time.Minute, "the alias was repaired", w.whole)
		})
	}
}

func TestStoppedReleaseIsRepairedByTheScheduleWhenTheEventIsLost(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	w.cloud.LoseEvents(func(event map[string]any) bool { return event["source"] == "aws.states" })
	execution := w.start(threeSteps)
	w.reach(execution, "Judge")
	w.stop(execution)
	w.clock.Advance(time.Second)
	if w.whole() {
		t.Fatal("repaired without the event: this test shows nothing")
	}
	w.until(6*time.Minute, "the alias was repaired", w.whole)
}

func TestRepairLeavesRunningReleasesAlone(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	w.cloud.RepeatEvents(true)     // repeated events do no harm
	w.succeeded(w.run(threeSteps)) // the schedule sweeps several times meanwhile
	w.wantProd("2")
}

func TestDeadLockDoesNotBlockTheNextRelease(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	// An execution that is not known any more has ended.
	if _, err := w.lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{FunctionName: &w.function, Name: aws.String("prod"),
		Description: aws.String("weir/1 stable=1 candidate=2 lock=weir-release/long-gone")}); err != nil {
		t.Fatal(err)
	}
	w.succeeded(w.run(threeSteps))
	w.wantProd("2")
}

func TestSecondReleaseIsRefusedWhileOneRuns(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	first := w.start(threeSteps)
	w.reach(first, "Bake")
	w.failed(w.run(threeSteps), "Release.AliasLocked", "test-1", "describe-execution")
}

// The lock is given back, and every attempt to say so is lost: what the alias says
// decides how the release ended.
func TestReleaseThatFinishedBeforeItsHandlerDiedHasSucceeded(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	if _, err := w.cloud.Faults().Add(localcloud.Fault{Kind: localcloud.Kill, Service: "events", Operation: "PutEvents", Skip: 3, Count: 6}); err != nil {
		t.Fatal(err)
	}
	e := w.run(`{"target": {"function": "FUNCTION"}, "watch": "0m", "strategy": "AllAtOnce"}`)
	w.succeeded(e)
	if !crashed(e.history) || e.record(t).Outcome != "succeeded" {
		t.Errorf("record = %+v", e.record(t))
	}
	w.wantProd("2")
}

// Every alias write in turn is refused, lost on the way there, or lost on the
// way back; every release ends with the alias whole and free.
func TestEveryLostWriteEndsClean(t *testing.T) {
	w := newWorld(t)
	w.traffic(60)
	w.deploy(assemblies.changed)
	for _, kind := range []localcloud.FaultKind{localcloud.Error, localcloud.Drop, localcloud.Lose, localcloud.Throttle, localcloud.Kill} {
		for skip := range 4 { // lock, shift, promote, finish
			t.Run(string(kind), func(t *testing.T) {
				rule := localcloud.Fault{Kind: kind, Service: "lambda", Operation: "UpdateAlias", Skip: skip, Count: 1}
				if kind == localcloud.Error {
					rule.Code, rule.Status, rule.Message = "AccessDeniedException", 403, "no"
				}
				id, err := w.cloud.Faults().Add(rule)
				if err != nil {
					t.Fatal(err)
				}
				e := w.run(`{"target": {"function": "FUNCTION"}, "force": true, "version": "2", "watch": "0m",
				  "judge": {"inconclusive": "advance"}, "strategy": {"steps": [{"weight": 50, "bake": "1m"}]}}`)
				w.cloud.Faults().Remove(id)
				if kind == localcloud.Kill && !crashed(e.history) {
					t.Error("no handler crashed")
				}
				want := "1"
				if kind == localcloud.Error {
					w.failed(e, "Release.Internal", "prod serves version 1 whole")
				} else {
					w.succeeded(e) // the SDK and the workflow try again, and know their own writes
					want = "2"
				}
				w.wantProd(want)
				if want == "2" {
					w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {"to": "1"}, "reason": "back to the start"}`))
					w.wantProd("1")
				}
			})
		}
	}
}

// crashed tells whether a handler ended before it had answered.
func crashed(history []sfntypes.HistoryEvent) bool {
	return slices.ContainsFunc(history, func(e sfntypes.HistoryEvent) bool {
		return e.TaskFailedEventDetails != nil && aws.ToString(e.TaskFailedEventDetails.Error) == "Runtime.ExitError"
	})
}

func TestFailedRollbackSaysSoAndIsRepairedLater(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.faulty)
	execution := w.start(threeSteps)
	w.reach(execution, "Judge")
	id, err := w.cloud.Faults().Add(localcloud.Fault{Kind: localcloud.Error, Service: "lambda", Operation: "UpdateAlias", Code: "AccessDeniedException", Status: 403, Message: "out of order"})
	if err != nil {
		t.Fatal(err)
	}
	e := w.await(execution)
	w.failed(e, "Release.RollbackFailed", "did not complete", "out of order")
	w.cloud.Faults().Remove(id)
	w.until(10*time.Minute, "the alias was repaired", w.whole)
}

func TestMetricOutageIsNotABadVersion(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	execution := w.start(threeSteps)
	w.reach(execution, "Bake")
	id, err := w.cloud.Faults().Add(localcloud.Fault{Kind: localcloud.Error, Service: "monitoring", Operation: "GetMetricData", Code: "AccessDenied", Status: 403, Message: "outage"})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(12 * time.Minute)
	if status := w.prod(); status.RoutingConfig == nil {
		t.Fatal("the release ended over an outage")
	}
	w.cloud.Faults().Remove(id)
	w.succeeded(w.await(execution))
	w.wantProd("2")
}

func TestRequestedRollback(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {}}`), "Release.NothingToRollBack", "rollBack.to")
	w.succeeded(w.run(threeSteps))
	w.wantProd("2")
	e := w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {}, "reason": "orders lost", "by": "ada"}`)
	w.succeeded(e)
	w.wantProd("1")
	if !contains(e.output, "orders lost") {
		t.Errorf("output = %s", e.output)
	}
}

// An alias that somebody split by hand, with no release running, is returned.
func TestRequestedRollbackOfAnAliasSplitByHand(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	if _, err := w.lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{FunctionName: &w.function, Name: aws.String("prod"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.104}}}); err != nil {
		t.Fatal(err)
	}
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {}}`), "Release.NothingToRollBack", "10.4 % on version 2", "rollBack.to")
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {"to": "1"}, "reason": "hand-made", "by": "ada"}`))
	w.wantProd("1")
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "version": "2"}`), "Release.VersionFailedBefore", "force")
}

// Production that somebody moves in mid-release, keeping the description, is
// theirs, also where they give the candidate everything.
func TestMoveByHandToTheCandidateIsLeft(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	execution := w.start(threeSteps)
	w.reach(execution, "Judge")
	w.whollyTo("2")
	w.failed(w.await(execution), "Release.Drift", "left as found, with 100 % on version 2")
	w.wantProd("2")
}

func TestFailedVersionsAreRemembered(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	w.reconfigure(lambda.UpdateFunctionConfigurationInput{Description: aws.String("a third version")})
	for _, version := range []string{"2", "3"} {
		w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {"to": "` + version + `"}}`))
		w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {"to": "1"}}`))
	}
	for _, version := range []string{"2", "3"} {
		w.failed(w.run(versioned(releaseOf, version)), "Release.VersionFailedBefore", "version "+version)
	}
}

func TestDeletedAliasIsRefusedWithTheWayBack(t *testing.T) {
	w := newWorld(t)
	if _, err := w.lambda.DeleteAlias(t.Context(), &lambda.DeleteAliasInput{FunctionName: &w.function, Name: aws.String("prod")}); err != nil {
		t.Fatal(err)
	}
	w.failed(w.run(`{"target": {"function": "FUNCTION"}}`), "Release.TargetNotFound", "aws lambda create-alias --function-name "+w.function+" --name prod")
}

func TestDeployDuringAReleaseDoesNotMoveProduction(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	execution := w.start(threeSteps)
	w.reach(execution, "Bake")
	before := w.prod()
	w.deploy(assemblies.faulty)
	after := w.prod()
	if aws.ToString(after.RevisionId) != aws.ToString(before.RevisionId) {
		t.Errorf("the deploy wrote the alias: %+v", after)
	}
	w.succeeded(w.await(execution))
	w.wantProd("2")
	if out, err := w.lambda.GetAlias(t.Context(), &lambda.GetAliasInput{FunctionName: &w.function, Name: aws.String("staging")}); err != nil || aws.ToString(out.FunctionVersion) != "3" {
		t.Errorf("staging = %+v, %v", out, err)
	}
}
