package acceptance_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// put puts a version of the sample function in a state.
func (w *world) put(version string, state types.State, lasts time.Duration) {
	w.t.Helper()
	if err := w.cloud.SetVersionState(w.function, version, state, lasts); err != nil {
		w.t.Fatal(err)
	}
}

// A version with SnapStart is Pending for minutes after it was published.
func TestPendingCandidateIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	w.put("2", types.StatePending, 3*time.Minute)
	w.waitedFor(w.run(threeSteps), "version 2 of "+w.function+" is Pending")
	w.wantProd("2")
}

func TestCandidateThatStaysPendingIsRefused(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	w.put("2", types.StatePending, 0)
	w.failed(w.run(threeSteps), "Release.NotYet", "version 2", "Pending")
	w.wantProd("1")
	if took := w.clock.Now().Sub(noon); took > 20*time.Minute {
		t.Errorf("it was refused after %s", took)
	}
}

// A version that was idle for weeks fails its first requests: nobody is returned
// to it unawares.
func TestRollbackToAnIdleVersionIsRefusedUnlessForced(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	w.succeeded(w.run(threeSteps))
	w.put("1", types.StateInactive, time.Minute)
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {}}`), "Release.VersionNotReady", "Inactive", "aws lambda invoke", `"force": true`)
	w.wantProd("2")
	w.put("1", types.StateActive, 0)
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {}}`))
	w.wantProd("1")
	w.put("2", types.StateInactive, time.Minute)
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "version": "2", "force": true}`), "Release.VersionNotReady", "Inactive")
}
