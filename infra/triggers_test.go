package infra

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud"
)

const machines = "arn:aws:states:us-east-1:000000000000:stateMachine:"

// TestEventsStartReleasesOnce runs the starter on a local cloud that delivers
// every event twice. What becomes of the releases is not its matter: the
// handlers here are no programs, and the releases fail.
func TestEventsStartReleasesOnce(t *testing.T) {
	handlers := builtHandlers(t, "v1")
	build(t, handlers, "app", "v1")
	build(t, handlers, "alias", "")
	next := t.TempDir()
	build(t, next, "app", "v2")
	props := StackProps{Handlers: handlers, Triggers: Triggers{RequestSources: []string{"shop.ci"}, StackUpdated: true}}
	first := assemble(t, props)
	props.App = next + "/app"
	changed := assemble(t, props)

	cloud, err := localcloud.Start(t.Context(), localcloud.Options{Speed: 50, Twice: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Errorf("close the local cloud: %v", err)
		}
	})
	config, err := cloud.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	states, bus := sfn.NewFromConfig(config), eventbridge.NewFromConfig(config)

	deploy(t, cloud, first, false)
	deploy(t, cloud, edited(t, first, func(stack *template) { describeProduction(stack, "another") }), false)
	started(t, states, 2)
	if n := len(executions(t, states, "weir-release")); n != 0 {
		t.Fatalf("an update that published nothing started %d releases", n)
	}

	deploy(t, cloud, changed, false)
	started(t, states, 4)
	requests := executions(t, states, "weir-release")
	if len(requests) != 1 {
		t.Fatalf("a stack update that came twice started %d releases", len(requests))
	}
	if got := requests[0]["targets"]; text(got) != `[{"alias":"prod","function":"weir-app","version":"2"}]` {
		t.Errorf("it released %s", text(got))
	}

	for _, function := range []string{"not-ours", "weir-app"} {
		_, err = bus.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{
			Source: aws.String("shop.ci"), DetailType: aws.String(releaseRequested),
			Detail: aws.String(`{"target": {"function": "` + function + `"}, "by": "ci"}`),
		}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	started(t, states, 6)
	requests = executions(t, states, "weir-release")
	if len(requests) != 2 {
		t.Fatalf("after a request that came twice there are %d releases, want 2", len(requests))
	}
	if text(requests[0]) != `{"by":"ci, by an event of shop.ci","target":{"function":"weir-app"}}` {
		t.Errorf("it released %s", text(requests[0]))
	}

	for source, detail := range map[string]string{
		"somebody.else": `{"target": {"function": "weir-app"}}`,
		"shop.ci":       `{"target": {"function": "weir-app"}, "freeze": {"for": "720h", "everything": true}}`,
	} {
		if _, err := bus.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{
			Source: &source, DetailType: aws.String(releaseRequested), Detail: &detail}}}); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, states, 2)
	if n := len(executions(t, states, "weir-release")); n != 2 {
		t.Errorf("an event of another source, or one that asks for a freeze, started an execution: %d", n)
	}
}

// refused waits until so many executions of the starter have failed.
func refused(t *testing.T, states *sfn.Client, n int) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		out, err := states.ListExecutions(t.Context(), &sfn.ListExecutionsInput{
			StateMachineArn: aws.String(machines + "weir-release-start"), StatusFilter: types.ExecutionStatusFailed})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Executions) == n {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d executions of the starter failed, want %d", len(out.Executions), n)
		}
	}
}

// started waits until so many executions of the starter have succeeded.
func started(t *testing.T, states *sfn.Client, n int) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		out, err := states.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machines + "weir-release-start")})
		if err != nil {
			t.Fatal(err)
		}
		succeeded := 0
		for _, execution := range out.Executions {
			switch execution.Status {
			case types.ExecutionStatusSucceeded:
				succeeded++
			case types.ExecutionStatusRunning:
			default:
				failed, err := states.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: execution.ExecutionArn})
				if err != nil {
					t.Fatal(err)
				}
				t.Fatalf("the starter ended %s: %s: %s", execution.Status, aws.ToString(failed.Error), aws.ToString(failed.Cause))
			}
		}
		if succeeded >= n {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d executions of the starter succeeded, want %d", succeeded, n)
		}
	}
}

// executions are the inputs of a state machine's executions, newest first.
func executions(t *testing.T, states *sfn.Client, machine string) []map[string]any {
	t.Helper()
	out, err := states.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machines + machine)})
	if err != nil {
		t.Fatal(err)
	}
	var inputs []map[string]any
	for _, execution := range out.Executions {
		described, err := states.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: execution.ExecutionArn})
		if err != nil {
			t.Fatal(err)
		}
		var input map[string]any
		if err := json.Unmarshal([]byte(aws.ToString(described.Input)), &input); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, input)
	}
	return inputs
}
