package states_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/states"
)

var env = api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}

const role = "arn:aws:iam::000000000000:role/machine"

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// cloud is Step Functions with stand-ins for the services it calls.
type cloud struct {
	t      testing.TB
	clock  *clock.Clock
	bus    *api.Bus
	states *states.Service

	mu      sync.Mutex
	calls   []*lambda.InvokeInput
	callers []api.Caller
	events  []map[string]any // details of status changes
	puts    []*eventbridge.PutEventsInput
	metrics []api.Datum
	vended  []string // group and line
	// ended gets the status of each execution that ends.
	ended chan string
	// invoke is what the functions do.
	invoke func(in *lambda.InvokeInput) (*lambda.InvokeOutput, error)
}

func newCloud(t testing.TB) *cloud { return newCloudOn(t, clock.Stepped(start)) }

func newCloudOn(t testing.TB, clock *clock.Clock) *cloud {
	c := &cloud{t: t, clock: clock, bus: api.NewBus(), ended: make(chan string, 10)}
	c.bus.Register(
		&api.Service{Name: "lambda", Operations: api.Table(api.Op("Invoke", c.invoked))},
		&api.Service{Name: "events", Operations: api.Table(api.Op("PutEvents", c.put))},
	)
	c.states = states.New(states.Options{Env: env, Clock: c.clock, Bus: c.bus, Recorder: c, Vend: c.vend, Random: func() float64 { return 0.5 }})
	c.bus.Register(c.states.API())
	t.Cleanup(func() {
		if err := c.states.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func (c *cloud) vend(group, _ string, _ time.Time, line []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.vended = append(c.vended, group+" "+string(line))
}

func (c *cloud) Record(data ...api.Datum) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.metrics = append(c.metrics, data...)
}

func (c *cloud) invoked(_ context.Context, caller api.Caller, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	c.mu.Lock()
	c.calls = append(c.calls, in)
	c.callers = append(c.callers, caller)
	invoke := c.invoke
	c.mu.Unlock()
	if invoke == nil {
		return answer(in.Payload), nil
	}
	return invoke(in)
}

func (c *cloud) put(_ context.Context, caller api.Caller, in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if aws.ToString(in.Entries[0].Source) != "aws.states" {
		c.puts = append(c.puts, in)
		return &eventbridge.PutEventsOutput{}, nil
	}
	detail := map[string]any{}
	if err := json.Unmarshal([]byte(*in.Entries[0].Detail), &detail); err != nil {
		c.t.Error(err)
	}
	c.events = append(c.events, detail)
	if status, _ := detail["status"].(string); status != "RUNNING" {
		select {
		case c.ended <- status:
		default: // nobody counts them
		}
	}
	return &eventbridge.PutEventsOutput{}, nil
}

// answer is a function's good answer.
func answer(payload []byte) *lambda.InvokeOutput {
	return &lambda.InvokeOutput{StatusCode: 200, Payload: payload, ExecutedVersion: aws.String("$LATEST")}
}

// fails is the answer of a function that returned an error.
func fails(kind, message string) *lambda.InvokeOutput {
	payload, _ := json.Marshal(map[string]string{"errorMessage": message, "errorType": kind})
	return &lambda.InvokeOutput{StatusCode: 200, Payload: payload, FunctionError: aws.String("Unhandled")}
}

func do[O any](c *cloud, operation string, in any) (*O, error) {
	return api.Do[O](context.Background(), c.bus, api.Operator(env), "states", operation, in)
}

func must[O any](c *cloud, operation string, in any) *O {
	c.t.Helper()
	out, err := do[O](c, operation, in)
	if err != nil {
		c.t.Fatalf("%s: %v", operation, err)
	}
	return out
}

// create makes a machine and returns its ARN.
func (c *cloud) create(name, definition string) string {
	c.t.Helper()
	return *must[sfn.CreateStateMachineOutput](c, "CreateStateMachine", &sfn.CreateStateMachineInput{
		Name: aws.String(name), RoleArn: aws.String(role), Definition: aws.String(definition),
	}).StateMachineArn
}

// begin starts an execution and returns its ARN.
func (c *cloud) begin(machine, input string) string {
	c.t.Helper()
	return *must[sfn.StartExecutionOutput](c, "StartExecution", &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input}).ExecutionArn
}

func (c *cloud) describe(execution string) *sfn.DescribeExecutionOutput {
	c.t.Helper()
	return must[sfn.DescribeExecutionOutput](c, "DescribeExecution", &sfn.DescribeExecutionInput{ExecutionArn: &execution})
}

// end steps the clock until the execution has ended.
func (c *cloud) end(execution string) *sfn.DescribeExecutionOutput {
	c.t.Helper()
	ended := func() bool { return c.describe(execution).Status != types.ExecutionStatusRunning }
	if !c.clock.AdvanceUntil(context.Background(), 1000*time.Hour, ended) {
		for _, event := range c.history(execution) {
			c.t.Logf("%d %s", event.Id, event.Type)
		}
		c.t.Fatal("the execution did not end")
	}
	return c.describe(execution)
}

// run makes a machine, runs it once and returns how it ended.
func (c *cloud) run(definition, input string) *sfn.DescribeExecutionOutput {
	c.t.Helper()
	return c.end(c.begin(c.create("machine", definition), input))
}

func (c *cloud) history(execution string) []types.HistoryEvent {
	c.t.Helper()
	in := &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, MaxResults: 1000}
	var events []types.HistoryEvent
	for {
		page := must[sfn.GetExecutionHistoryOutput](c, "GetExecutionHistory", in)
		events = append(events, page.Events...)
		if page.NextToken == nil {
			return events
		}
		in.NextToken = page.NextToken
	}
}

func sameJSON(t testing.TB, got *string, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(aws.ToString(got)), &g); err != nil {
		t.Fatalf("got %q: %v", aws.ToString(got), err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("want %q: %v", want, err)
	}
	gotText, _ := json.Marshal(g)
	wantText, _ := json.Marshal(w)
	if string(gotText) != string(wantText) {
		t.Errorf("got  %s\nwant %s", gotText, wantText)
	}
}
