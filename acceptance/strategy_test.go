package acceptance_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// Where the strategy allows it, a pass ends a bake: hours become minutes.
func TestPassAdvancesEarlyWhereTheStrategyAllows(t *testing.T) {
	const twoHours = `{"target": {"function": "FUNCTION"}, "watch": "0m",
	  "strategy": {%s"steps": [{"weight": 30, "bake": "1h"}, {"weight": 60, "bake": "1h"}]}}`
	w := newWorld(t)
	w.traffic(60)
	w.deploy(assemblies.changed)
	e := w.run(fmt.Sprintf(twoHours, `"advanceOnPass": true, `))
	w.succeeded(e)
	record := e.record(t)
	if took := record.EndedAt.Sub(record.StartedAt); took >= time.Hour {
		t.Errorf("the release took %s", took)
	}
	for i, step := range record.Steps[:2] {
		if step.Candidate.Requests == 0 {
			t.Errorf("step %d passed without a request of its own: %+v", i, step)
		}
	}
}

// A gradual rollback gives traffic back minute by minute, and ends whole.
func TestRollbackMayBeGradual(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.faulty)
	e := w.run(`{"target": {"function": "FUNCTION"}, "watch": "0m", "rollBackOver": "3m", "strategy": {"steps": [{"weight": 60, "bake": "10m"}]}}`)
	w.failed(e, "Release.VerdictFailed", "ended at 60 %", "prod serves version 1 whole")
	w.wantProd("1")
	var weights []int
	steps := e.record(t).Steps
	for i, step := range steps {
		weights = append(weights, step.Weight)
		if i > 1 && step.At.Sub(steps[i-1].At) < time.Minute {
			t.Errorf("step %d came %s after the one before", i, step.At.Sub(steps[i-1].At))
		}
	}
	if len(weights) != 3 || weights[0] != 60 || weights[1] != 40 || weights[2] != 20 {
		t.Errorf("weights were %v, want 60, then 40 and 20 on the way back", weights)
	}
}

func TestGradualRollbackOfWhatSomebodyMovedIsNone(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.faulty)
	execution := w.start(`{"target": {"function": "FUNCTION"}, "watch": "0m", "rollBackOver": "10m", "strategy": {"steps": [{"weight": 60, "bake": "10m"}]}}`)
	w.reach(execution, "Let stable warm up")
	w.whollyTo("1") // somebody at the console is in a hurry
	w.failed(w.await(execution), "Release.VerdictFailed", "prod serves version 1 whole")
	w.wantProd("1")
}

// A redrive of a release that was stopped and repaired finds that it holds the
// alias no more, and leaves it alone; one of a release that failed ends the same.
func TestRedriveIsSafe(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	stopped := w.start(threeSteps)
	w.reach(stopped, "Judge")
	w.stop(stopped)
	w.until(time.Minute, "the alias was repaired", w.whole)
	w.redrive(stopped)
	w.failed(w.await(stopped), "Release.Drift", "left as found")
	w.wantProd("1")

	failed := w.start(`{"target": {"function": "FUNCTION"}, "watch": "0m", "judge": {"inconclusive": "rollBack"}, "strategy": {"steps": [{"weight": 50, "bake": "1m"}]}}`)
	w.failed(w.await(failed), "Release.Inconclusive")
	revision := aws.ToString(w.prod().RevisionId)
	w.redrive(failed)
	w.failed(w.await(failed), "Release.Inconclusive")
	if aws.ToString(w.prod().RevisionId) != revision {
		t.Error("the redrive wrote the alias")
	}
}

// redrive starts a failed execution again where it ended.
func (w *world) redrive(execution string) {
	w.t.Helper()
	if _, err := w.states.RedriveExecution(w.t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: &execution}); err != nil {
		w.t.Fatal(err)
	}
}
