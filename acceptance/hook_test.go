package acceptance_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	locallambda "weir/local/lambda"
)

const withHook = `{"target": {"function": "FUNCTION"}, "watch": "0m", "hooks": [{"at": "beforeTraffic", "function": "a-hook", "limit": "10m"}],
  "strategy": {"steps": [{"weight": 50, "bake": "5m"}]}}`

// hook makes the function a-hook. It is the sample app, which answers, but not
// what a hook answers at once: its answer must come by the task token.
func (w *world) hook() {
	w.t.Helper()
	code, err := locallambda.Package(assemblies.hook)
	if err != nil {
		w.t.Fatal(err)
	}
	role, err := w.lambda.GetFunctionConfiguration(w.t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &w.function})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.lambda.CreateFunction(w.t.Context(), &lambda.CreateFunctionInput{FunctionName: aws.String("a-hook"), Role: role.Role,
		Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &types.FunctionCode{ZipFile: code}}); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(time.Second)
}

// hookToken finds the task token that the hook was called with.
func (w *world) hookToken(execution string) string {
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
	w.t.Fatal("the hook was not called")
	return ""
}

func TestHookThatAnswersLaterLetsTheReleaseGoOn(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.hook()
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

func TestSilentHookFailsTheRelease(t *testing.T) {
	w := newWorld(t)
	w.hook()
	w.deploy(assemblies.changed)
	w.failed(w.run(withHook), "Release.HookFailed", "did not answer", "prod serves version 1 whole")
	w.wantProd("1")
}
