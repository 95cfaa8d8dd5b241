package acceptance_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/release"
)

const withHook = `{"target": {"function": "FUNCTION"}, "watch": "0m", "hooks": [{"at": "beforeTraffic", "function": "a-hook", "limit": "10m"}],
  "strategy": {"steps": [{"weight": 50, "bake": "5m"}]}}`

// hook makes the function a-hook, which answers at once: "pass", "fail" or
// "error". With "later" its answer must come by the task token.
func (w *world) hook(answer string) {
	w.t.Helper()
	if _, err := w.lambda.CreateFunction(w.t.Context(), &lambda.CreateFunctionInput{FunctionName: aws.String("a-hook"), Role: w.role(),
		Environment: &types.Environment{Variables: map[string]string{"ANSWER": answer}},
		Runtime:     types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &types.FunctionCode{ZipFile: w.zip(assemblies.hook)}}); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(time.Second)
}

// hookToken finds the task token that the hook was called with.
func (w *world) hookToken(execution string) string {
	w.t.Helper()
	token := w.tokenOf(execution)
	if token == "" {
		w.t.Fatal("the hook was not called")
	}
	return token
}

func (w *world) tokenOf(execution string) string {
	w.t.Helper()
	for _, event := range w.history(execution) {
		scheduled := event.TaskScheduledEventDetails
		if scheduled == nil || !strings.HasSuffix(aws.ToString(scheduled.Resource), "waitForTaskToken") {
			continue
		}
		var parameters struct{ Payload struct{ Token string } }
		if err := json.Unmarshal([]byte(aws.ToString(scheduled.Parameters)), &parameters); err != nil {
			w.t.Fatal(err)
		}
		return parameters.Payload.Token
	}
	return ""
}

func TestHookThatAnswersLaterLetsTheReleaseGoOn(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.hook("later")
	w.deploy(assemblies.changed)
	execution := w.start(withHook)
	w.reach(execution, "Call hook")
	w.clock.Advance(5 * time.Minute)
	w.wantUnshifted()
	w.answer(w.hookToken(execution), `{"answer": "pass"}`)
	w.succeeded(w.await(execution))
	w.wantProd("2")
}

// wantUnshifted checks that the candidate has no traffic yet.
func (w *world) wantUnshifted() {
	w.t.Helper()
	if alias := w.prod(); alias.RoutingConfig != nil || aws.ToString(alias.FunctionVersion) != "1" {
		w.t.Errorf("traffic moved before the hook answered: %+v", alias.RoutingConfig)
	}
}

// Whatever a hook answers by its token, the release ends with an error of ours
// that shows it.
func TestHookThatAnswersSomethingElseByItsTokenFailsTheRelease(t *testing.T) {
	w := newWorld(t)
	w.hook("later")
	w.deploy(assemblies.changed)
	asked := func() (execution, token string) {
		execution = w.start(strings.Replace(withHook, `"watch"`, `"force": true, "watch"`, 1))
		w.until(time.Hour, "the hook was called", func() bool { token = w.tokenOf(execution); return token != "" })
		return execution, token
	}
	for _, output := range []string{`{"answer": "fail", "why": "stock is low"}`, `"no"`, `false`, `["pass"]`} {
		execution, token := asked()
		w.answer(token, output)
		w.failed(w.await(execution), "Release.HookFailed", "which is not a pass", "prod serves version 1 whole")
	}
	execution, token := asked()
	if _, err := w.states.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String("Custom.No"), Cause: aws.String("stock is low")}); err != nil {
		t.Fatal(err)
	}
	w.failed(w.await(execution), "Release.HookFailed", "error Custom.No: stock is low")
	execution, token = asked()
	if _, err := w.states.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: &token}); err != nil {
		t.Fatal(err)
	}
	w.failed(w.await(execution), "Release.HookFailed", "failure that says nothing")
	w.wantProd("1")
}

// A hook that is not there, or not one of the pipeline's, is found before anything
// has moved.
func TestHookThatCannotBeCalledIsFoundByThePlan(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	w.failed(w.run(withHook), "Release.HookNotCallable", "a-hook", "does not exist")
	w.failed(w.run(strings.ReplaceAll(withHook, "a-hook", "another")), "Release.HookNotCallable", "another", "Hooks")
	if alias := w.prod(); contains(aws.ToString(alias.Description), "lock") {
		t.Errorf("the alias was locked: %s", aws.ToString(alias.Description))
	}
}

func TestSilentHookFailsTheRelease(t *testing.T) {
	w := newWorld(t)
	w.hook("later")
	w.deploy(assemblies.changed)
	w.failed(w.run(withHook), "Release.HookFailed", "did not answer", "prod serves version 1 whole")
	w.wantProd("1")
}

func TestHooksAreAskedAtEveryStage(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.hook("pass")
	w.deploy(assemblies.changed)
	const request = `{"target": {"function": "FUNCTION"}, "watch": "2m", "strategy": {"steps": [{"weight": 30, "bake": "2m"}, {"weight": 50, "bake": "5m"}]},
	  "judge": {"holdFor": "0m"}, "hooks": [{"at": "beforeTraffic", "function": "a-hook"}, {"at": "step", "function": "a-hook"}, {"at": "step", "function": "a-hook"}, {"at": "step", "function": "a-hook"},
	    {"at": "beforePromotion", "function": "a-hook"}, {"at": "afterPromotion", "function": "a-hook"}]%s}`
	planned := w.run(fmt.Sprintf(request, `, "dryRun": true`))
	e := w.run(fmt.Sprintf(request, ""))
	w.succeeded(e)
	w.wantProd("2")
	w.within(planned, e)
	var answers []string
	for _, event := range e.history {
		if done := event.TaskSucceededEventDetails; done != nil && strings.HasSuffix(aws.ToString(done.Resource), "waitForTaskToken") {
			answers = append(answers, aws.ToString(done.Output))
		}
	}
	want := []string{"beforeTraffic", "step", "step", "step", "step", "step", "step", "beforePromotion", "afterPromotion"}
	if len(answers) != len(want) {
		t.Fatalf("hooks answered %q, want one answer at each of %q", answers, want)
	}
	for i, stage := range want {
		if !strings.Contains(answers[i], "asked at "+stage) {
			t.Errorf("answer %d is %s, want one at %s", i, answers[i], stage)
		}
	}
}

// within checks that a release stayed within what its plan said that it may cost.
func (w *world) within(planned, ran ended) {
	w.t.Helper()
	var plan release.Plan
	if err := json.Unmarshal([]byte(planned.output), &plan); err != nil {
		w.t.Fatal(err)
	}
	entered := 0
	for _, event := range ran.history {
		if event.StateEnteredEventDetails != nil {
			entered++
		}
	}
	if most := plan.Estimate; entered > most.Transitions || len(ran.history) > most.HistoryEvents {
		w.t.Errorf("%d states and %d events; the plan said at most %d and %d", entered, len(ran.history), most.Transitions, most.HistoryEvents)
	}
	w.t.Logf("%d of %d states, %d of %d events", entered, plan.Estimate.Transitions, len(ran.history), plan.Estimate.HistoryEvents)
}

func TestHookThatRefusesOrBreaksFailsTheRelease(t *testing.T) {
	for answer, says := range map[string]string{"fail": "refused at beforeTraffic: asked at beforeTraffic", "error": "the hook broke"} {
		t.Run(answer, func(t *testing.T) {
			w := newWorld(t)
			w.hook(answer)
			w.deploy(assemblies.changed)
			w.failed(w.run(withHook), "Release.HookFailed", says, "prod serves version 1 whole")
			w.wantProd("1")
		})
	}
}
