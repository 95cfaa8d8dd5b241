package acceptance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/release"
	"weir/localcloud"
)

// world is a local cloud of a test's own with version 1 in production, and time
// that stands still until the test lets it pass.
type world struct {
	t        *testing.T
	cloud    *localcloud.Cloud
	clock    *localcloud.Clock
	config   aws.Config
	lambda   *lambda.Client
	states   *sfn.Client
	metrics  *cloudwatch.Client
	function string
	machine  string
	started  int
}

// noon is when every world begins.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, assemblies.good)
}

// newWorldOf starts with another stack.
func newWorldOf(t *testing.T, first string, gates ...localcloud.Gate) *world {
	t.Helper()
	t.Parallel() // every world is a cloud of its own
	w := &world{t: t, clock: localcloud.SteppedClock(noon)}
	cloud, err := localcloud.Start(t.Context(), localcloud.Options{Clock: w.clock, Gates: gates})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		permissions.note(cloud)
		if err := cloud.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	w.cloud = cloud
	cfg, err := cloud.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.config = cfg
	w.lambda, w.states, w.metrics = lambda.NewFromConfig(cfg), sfn.NewFromConfig(cfg), cloudwatch.NewFromConfig(cfg)
	outputs := w.deploy(first)
	w.function, w.machine = outputs["FunctionName"], outputs["StateMachineArn"]
	return w
}

// deploy puts a cloud assembly on the cloud.
func (w *world) deploy(assembly string) map[string]string {
	w.t.Helper()
	outputs, err := w.cloud.Deploy(w.t.Context(), assembly)
	if err != nil {
		w.t.Fatal(err)
	}
	return outputs
}

// traffic sends requests to prod in every cloud minute from now on.
func (w *world) traffic(perMinute int) { w.trafficTo(w.function, perMinute) }

func (w *world) trafficTo(function string, perMinute int) {
	var minute func()
	minute = func() {
		if w.t.Context().Err() != nil {
			return
		}
		w.clock.AfterFunc(time.Minute, minute)
		for range perMinute {
			if _, err := w.lambda.Invoke(w.t.Context(), &lambda.InvokeInput{FunctionName: &function, Qualifier: aws.String("prod")}); err != nil {
				w.t.Errorf("a request was not served: %v", err)
				return
			}
		}
	}
	w.clock.AfterFunc(time.Second, minute)
}

// start starts an execution with a request; FUNCTION in it stands for the
// function's name.
func (w *world) start(request string) string {
	w.t.Helper()
	w.started++
	out, err := w.states.StartExecution(w.t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: &w.machine, Name: aws.String(fmt.Sprintf("test-%d", w.started)),
		Input: aws.String(strings.ReplaceAll(request, "FUNCTION", w.function))})
	if err != nil {
		w.t.Fatal(err)
	}
	return aws.ToString(out.ExecutionArn)
}

// ended is an execution that has come to its end.
type ended struct {
	status, error, cause, output string
	history                      []sfntypes.HistoryEvent
}

// sentence is the cause without the record.
func (e ended) sentence() string {
	text, _, _ := strings.Cut(e.cause, "\n\n")
	return text
}

// record is the story that the output or the cause holds.
func (e ended) record(t *testing.T) release.Record {
	t.Helper()
	text := e.output
	if text == "" {
		_, text, _ = strings.Cut(e.cause, "\n\n")
	}
	var record release.Record
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		t.Fatalf("no record in %q: %v", text, err)
	}
	return record
}

// await lets time pass until an execution has ended.
func (w *world) await(execution string) ended {
	w.t.Helper()
	var out *sfn.DescribeExecutionOutput
	w.until(48*time.Hour, "the execution ended", func() bool {
		var err error
		out, err = w.states.DescribeExecution(w.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		if err != nil {
			w.t.Fatal(err)
		}
		return out.Status != sfntypes.ExecutionStatusRunning
	})
	e := ended{status: string(out.Status), error: aws.ToString(out.Error), cause: aws.ToString(out.Cause), output: aws.ToString(out.Output)}
	e.history = w.history(execution)
	covered.note(e.history)
	return e
}

// run starts an execution and awaits its end.
func (w *world) run(request string) ended {
	w.t.Helper()
	return w.await(w.start(request))
}

// until lets time pass until a condition holds.
func (w *world) until(limit time.Duration, what string, done func() bool) {
	w.t.Helper()
	if !w.clock.AdvanceUntil(w.t.Context(), limit, done) {
		w.t.Fatalf("it never came about that %s", what)
	}
}

// reach lets time pass until the execution is in a state.
func (w *world) reach(execution, state string) {
	w.t.Helper()
	w.until(12*time.Hour, "the execution reached "+state, func() bool {
		history := w.history(execution)
		for _, event := range history {
			if event.StateEnteredEventDetails != nil && aws.ToString(event.StateEnteredEventDetails.Name) == state {
				return true
			}
		}
		return false
	})
}

func (w *world) history(execution string) []sfntypes.HistoryEvent {
	w.t.Helper()
	var events []sfntypes.HistoryEvent
	pages := sfn.NewGetExecutionHistoryPaginator(w.states, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, MaxResults: 1000})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		events = append(events, page.Events...)
	}
	return events
}

// prod reads the production alias.
func (w *world) prod() *lambda.GetAliasOutput {
	w.t.Helper()
	out, err := w.lambda.GetAlias(w.t.Context(), &lambda.GetAliasInput{FunctionName: &w.function, Name: aws.String("prod")})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// whollyTo moves prod to a version by hand, leaving Weir's mark as it is.
func (w *world) whollyTo(version string) {
	w.t.Helper()
	if _, err := w.lambda.UpdateAlias(w.t.Context(), &lambda.UpdateAliasInput{FunctionName: &w.function, Name: aws.String("prod"),
		FunctionVersion: &version, RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}}); err != nil {
		w.t.Fatal(err)
	}
}

// wantProd checks that prod serves one version whole and is free.
func (w *world) wantProd(version string) {
	w.t.Helper()
	alias := w.prod()
	if aws.ToString(alias.FunctionVersion) != version || alias.RoutingConfig != nil {
		w.t.Errorf("prod serves %s with %+v, want %s whole", aws.ToString(alias.FunctionVersion), alias.RoutingConfig, version)
	}
	if mark := release.ParseDescription(aws.ToString(alias.Description)); !mark.Lock.IsZero() {
		w.t.Errorf("prod is still locked: %s", aws.ToString(alias.Description))
	}
}

// failed checks an execution that ended with an error.
func (w *world) failed(e ended, name string, says ...string) {
	w.t.Helper()
	if e.status != "FAILED" || e.error != name {
		w.t.Fatalf("ended %s %s: %s; want %s", e.status, e.error, e.cause, name)
	}
	for _, part := range says {
		if !strings.Contains(e.sentence(), part) {
			w.t.Errorf("cause %q does not say %q", e.sentence(), part)
		}
	}
}

// succeeded checks an execution that ended well.
func (w *world) succeeded(e ended) {
	w.t.Helper()
	if e.status != "SUCCEEDED" {
		w.t.Fatalf("ended %s %s: %s", e.status, e.error, e.cause)
	}
}
