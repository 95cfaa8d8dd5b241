package acceptance_test

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// ask gives a command to the running release.
func (w *world) ask(ask string) {
	w.t.Helper()
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "command": "` + ask + `", "by": "ada"}`))
}

func TestPauseHoldsUntilResume(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	execution := w.start(threeSteps)
	w.reach(execution, "Judge")
	w.ask("pause")
	w.clock.Advance(20 * time.Minute)
	if weights := w.prod().RoutingConfig; weights == nil || weights.AdditionalVersionWeights["2"] != 0.1 {
		t.Fatalf("routing = %+v, want it held at 10 %%", weights)
	}
	w.ask("resume")
	e := w.await(execution)
	w.succeeded(e)
	asked := e.record(t).Commands
	if len(asked) != 2 || asked[0].Command != "pause" || asked[1].Command != "resume" || asked[0].By != "ada" {
		t.Errorf("asked = %+v", asked)
	}
}

func TestAbortRollsBack(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	execution := w.start(threeSteps)
	w.reach(execution, "Judge")
	w.ask("abort")
	w.failed(w.await(execution), "Release.Aborted", "ada asked to abort at 10 %")
	w.wantProd("1")
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "command": "abort"}`), "Release.NoReleaseRunning", "nothing to abort")
}

func TestPromoteAndSkipAreHeeded(t *testing.T) {
	w := newWorld(t)
	w.traffic(60)
	w.deploy(assemblies.changed)
	const long = `{"target": {"function": "FUNCTION"}, "watch": "0m", "strategy": {"steps": [{"weight": 10, "bake": "10h"}, {"weight": 20, "bake": "10h"}]}}`
	execution := w.start(long)
	w.reach(execution, "Judge")
	w.clock.Advance(5 * time.Minute)
	w.ask("skip")
	w.until(5*time.Minute, "the bake was skipped", func() bool {
		r := w.prod().RoutingConfig
		return r != nil && r.AdditionalVersionWeights["2"] == 0.2
	})
	w.ask("promote")
	w.succeeded(w.await(execution))
	w.wantProd("2")
	if passed := w.clock.Now().Sub(noon); passed > time.Hour {
		t.Errorf("it took %v", passed)
	}
}

const withApproval = `{"target": {"function": "FUNCTION"}, "watch": "0m", "approvals": [{"limit": "2h"}],
  "strategy": {"steps": [{"weight": 50, "bake": "5m"}]}}`

// token finds the task token in the notice on the event bus.
func (w *world) token() func() string {
	var token atomic.Value
	w.cloud.OnEvent(func(event map[string]any) {
		if event["detail-type"] == "Release Approval Requested" {
			detail, err := json.Marshal(event["detail"])
			if err != nil {
				w.t.Error(err)
			}
			var notice struct{ Token, Approve, Link, Execution string }
			if err := json.Unmarshal(detail, &notice); err != nil || !contains(notice.Approve, notice.Execution) ||
				!contains(notice.Link, "console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/"+notice.Execution) {
				w.t.Errorf("notice %s: %v", detail, err)
			}
			token.Store(notice.Token)
		}
	})
	return func() string {
		w.t.Helper()
		w.until(time.Hour, "an approval was asked for", func() bool { return token.Load() != nil })
		return token.Load().(string)
	}
}

func (w *world) answer(token, output string) {
	w.t.Helper()
	if _, err := w.states.SendTaskSuccess(w.t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: &output}); err != nil {
		w.t.Fatal(err)
	}
}

func TestApproval(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	token := w.token()

	execution := w.start(withApproval)
	w.answer(token(), `{"decision": "reject", "by": "grace"}`)
	w.failed(w.await(execution), "Release.Rejected", "grace rejected")
	w.wantProd("1")
}

func TestApprovalGranted(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	token := w.token()
	execution := w.start(withApproval)
	granted := token()
	w.clock.Advance(30 * time.Minute) // judging goes on meanwhile
	w.answer(granted, `{"decision": "approve", "by": "grace"}`)
	e := w.await(execution)
	w.succeeded(e)
	w.wantProd("2")
	if asked := e.record(t).Commands; len(asked) != 1 || asked[0].By != "grace" || e.record(t).Observations < 30 {
		t.Errorf("record = %+v", e.record(t))
	}
}

func TestApprovalThatNobodyGives(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	w.failed(w.run(strings.Replace(withApproval, `"limit": "2h"`, `"limit": "25m"`, 1)), "Release.Rejected", "Nobody approved within 25m0s")
	w.wantProd("1")
	w.succeeded(w.run(strings.Replace(withApproval, `"limit": "2h"`, `"limit": "15m", "otherwise": "advance"`, 1)))
	w.wantProd("2")
}

func TestCandidateThatFailsWhileAPersonThinks(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.faulty)
	e := w.run(strings.Replace(strings.Replace(withApproval, `[{"limit"`, `[{"before": 50, "limit"`, 1), `"steps": [`, `"steps": [{"weight": 1, "bake": "1m"}, `, 1))
	w.failed(e, "Release.VerdictFailed", "prod serves version 1 whole")
	w.wantProd("1")
}

func TestFreezeHoldsNewReleasesAndRunningOnes(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	execution := w.start(threeSteps)
	w.reach(execution, "Judge")
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "freeze": {"for": "20m", "everything": true}, "by": "ada", "reason": "sale"}`))
	w.clock.Advance(15 * time.Minute)
	if r := w.prod().RoutingConfig; r == nil || r.AdditionalVersionWeights["2"] != 0.1 {
		t.Fatalf("routing = %+v, want it held at 10 %%", r)
	}
	w.succeeded(w.await(execution)) // the freeze has an end
	w.wantProd("2")

	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "freeze": {"for": "2h"}, "by": "ada", "reason": "sale"}`))
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "version": "1"}`), "Release.Frozen", "ada", "sale")
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {}}`)) // a rollback is never frozen
	w.wantProd("1")
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "freeze": {"for": "0m"}}`))
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "freeze": {"for": "2h", "everything": true}, "by": "ada", "reason": "upgrade"}`))
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "version": "2", "force": true}`), "Release.Frozen", "upgrade")
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "freeze": {"for": "0m", "everything": true}}`))
	w.succeeded(w.run(strings.Replace(threeSteps, `"watch"`, `"force": true, "watch"`, 1)))
	w.wantProd("2")
}

// A freeze is nothing that a stack owns: a deploy leaves it.
func TestFreezeHoldsOverADeploy(t *testing.T) {
	w := newWorld(t)
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "freeze": {"for": "24h"}, "by": "ada", "reason": "sale"}`))
	w.deploy(assemblies.changed)
	w.failed(w.run(`{"target": {"function": "FUNCTION"}}`), "Release.Frozen", "by ada: sale")
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "freeze": {"for": "0m"}}`))
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "freeze": {"for": "0m"}}`)) // there is none to end
	w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "dryRun": true}`))
}

// An answer that is neither yes nor no is a no, and is told.
func TestApprovalAnsweredWithSomethingElse(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	token := w.token()
	execution := w.start(withApproval)
	w.answer(token(), `{"decision": ["approve"], "ticket": 7}`)
	w.failed(w.await(execution), "Release.Rejected", "neither a yes nor a no", "ticket")
	w.wantProd("1")
}

func TestApprovalEndedWithAFailureThatSaysNothing(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	token := w.token()
	execution := w.start(withApproval)
	granted := token()
	if _, err := w.states.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: &granted}); err != nil {
		t.Fatal(err)
	}
	w.failed(w.await(execution), "Release.Rejected", "rejected the release at 50 %")
	w.wantProd("1")
}

// While an approval waits, and after the promotion, some commands can have no
// effect; who gives one is told.
func TestCommandWithoutEffectIsRefused(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	token := w.token()
	execution := w.start(strings.Replace(withApproval, `"watch": "0m"`, `"watch": "30m"`, 1))
	granted := token()
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "command": "promote", "by": "ada"}`), "Release.NoEffect", "waits for an approval", "weir approve "+execution)
	w.answer(granted, `{"decision": "approve", "by": "grace"}`)
	w.reach(execution, "Watch")
	w.failed(w.run(`{"target": {"function": "FUNCTION"}, "command": "pause", "by": "ada"}`), "Release.NoEffect", "nothing to pause", "abort")
	w.ask("abort")
	w.failed(w.await(execution), "Release.Aborted", "prod serves version 1 whole")
}

func TestSecondStartUnderTheSameNameIsSafe(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	input := strings.ReplaceAll(threeSteps, "FUNCTION", w.function)
	var arns []string
	for range 2 {
		out, err := w.states.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &w.machine, Name: aws.String("once"), Input: &input})
		if err != nil {
			t.Fatal(err)
		}
		arns = append(arns, aws.ToString(out.ExecutionArn))
	}
	if arns[0] != arns[1] {
		t.Errorf("two executions: %v", arns)
	}
}

// Nobody observes while a hook is asked. The abort waits on the alias, and the write
// that would have ended the release meets it there.
func TestAbortWhileAHookIsAsked(t *testing.T) {
	for _, at := range []string{"beforeTraffic", "afterPromotion"} {
		t.Run(at, func(t *testing.T) {
			w := newWorld(t)
			w.traffic(120)
			w.hook("later")
			w.deploy(assemblies.changed)
			execution := w.start(strings.Replace(withHook, "beforeTraffic", at, 1))
			w.reach(execution, "Call hook")
			command := w.start(`{"target": {"function": "FUNCTION"}, "command": "abort", "by": "ada"}`)
			w.reach(command, "Wait for the release")
			w.answer(w.hookToken(execution), `{"answer": "pass"}`)
			w.failed(w.await(execution), "Release.Aborted", "ada asked to abort")
			w.wantProd("1")
			w.succeeded(w.await(command))
		})
	}
}

// A second command comes before the first is observed, and both have their effect.
func TestCommandsThatComeTogether(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.deploy(assemblies.changed)
	execution := w.start(threeSteps)
	w.reach(execution, "Judge")
	pause := w.start(`{"target": {"function": "FUNCTION"}, "command": "pause", "by": "ada"}`)
	w.reach(pause, "Wait for the release") // the pause is on the alias
	resume := w.start(`{"target": {"function": "FUNCTION"}, "command": "resume", "by": "grace"}`)
	e := w.await(execution)
	w.succeeded(e)
	if given := e.record(t).Commands; len(given) != 2 || given[0].Command != "pause" || given[1].Command != "resume" {
		t.Errorf("commands = %+v", given)
	}
	w.succeeded(w.await(pause))
	w.succeeded(w.await(resume))
}

func TestCommandThatComesTooLateIsTold(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.hook("later")
	w.deploy(assemblies.changed)
	execution := w.start(withHook)
	w.reach(execution, "Call hook")
	command := w.start(`{"target": {"function": "FUNCTION"}, "command": "pause", "by": "ada"}`)
	w.reach(command, "Wait for the release")
	w.answer(w.hookToken(execution), `{"answer": "fail", "reason": "stock is low"}`)
	w.failed(w.await(execution), "Release.HookFailed")
	w.failed(w.await(command), "Release.NoEffect", "came too late")
}
