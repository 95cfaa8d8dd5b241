package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// provision gives prod provisioned concurrency and waits until it is allocated.
func (w *world) provision() {
	w.t.Helper()
	if _, err := w.lambda.PutProvisionedConcurrencyConfig(w.t.Context(), &lambda.PutProvisionedConcurrencyConfigInput{
		FunctionName: &w.function, Qualifier: aws.String("prod"), ProvisionedConcurrentExecutions: aws.Int32(2)}); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(5 * time.Minute)
}

// An alias with provisioned concurrency is split like any other, with a warning.
// Lambda moves it to another version in its own time, and the release waits.
func TestAliasWithProvisionedConcurrency(t *testing.T) {
	for name, request := range map[string]string{
		"by steps, with a watch":    releaseOf,
		"at once, without a watch":  `{"target": {"function": "FUNCTION"}, "version": "VERSION", "strategy": "AllAtOnce", "watch": "0m"}`,
		"at once, and with a watch": `{"target": {"function": "FUNCTION"}, "version": "VERSION", "strategy": "AllAtOnce", "watch": "2m", "judge": {"inconclusive": "advance"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.deploy(assemblies.changed)
			w.provision()
			planned := w.run(strings.Replace(versioned(request, "2"), `"watch"`, `"dryRun": true, "watch"`, 1))
			w.succeeded(planned)
			if !contains(planned.output, "warning: "+w.function+":prod has provisioned concurrency") {
				t.Errorf("the plan does not warn: %s", planned.output)
			}
			w.succeeded(w.run(versioned(request, "2")))
			w.wantProd("2")
			w.succeeded(w.run(`{"target": {"function": "FUNCTION"}, "rollBack": {}, "reason": "and back"}`))
			w.wantProd("1")
		})
	}
}

func TestRollbackFromThePromotionOfAnAliasWithProvisionedConcurrency(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	w.provision()
	execution := w.start(`{"target": {"function": "FUNCTION"}, "version": "2", "strategy": "AllAtOnce", "watch": "30m"}`)
	w.reach(execution, "Watch")
	w.ask("abort")
	w.failed(w.await(execution), "Release.Aborted", "prod serves version 1 whole")
	w.wantProd("1")
}
