package states_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

func kinds(events []types.HistoryEvent) string {
	var list []string
	for _, event := range events {
		list = append(list, string(event.Type))
	}
	return strings.Join(list, " ")
}

func TestARunningClockShortensTheWaits(t *testing.T) {
	c := newCloudOn(t, clock.Running(t.Context(), start, 360_000))
	execution := c.begin(c.create("machine", waiting), `{}`)
	if status := <-c.ended; status != "SUCCEEDED" {
		t.Errorf("ended %s", status)
	}
	out := c.describe(execution)
	if took := out.StopDate.Sub(*out.StartDate); took < 10*time.Minute || took > time.Hour {
		t.Errorf("took %v of cloud time", took)
	}
}

const waiting = `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}`

func TestStartIsIdempotentByNameAndInputWhileItRuns(t *testing.T) {
	c := newCloud(t)
	machine := c.create("machine", waiting)
	start := func(input string) (*sfn.StartExecutionOutput, error) {
		return do[sfn.StartExecutionOutput](c, "StartExecution", &sfn.StartExecutionInput{
			StateMachineArn: &machine, Name: aws.String("one"), Input: &input,
		})
	}
	first, err := start(`{"a":1}`)
	if err != nil {
		t.Fatal(err)
	}
	second, err := start(`{"a":1}`)
	if err != nil || *second.ExecutionArn != *first.ExecutionArn || !second.StartDate.Equal(*first.StartDate) {
		t.Errorf("the same start gave %v, %v", second, err)
	}
	if _, err := start(`{"a":2}`); !api.IsCode(err, "ExecutionAlreadyExists") {
		t.Errorf("another input: %v", err)
	}
	c.end(*first.ExecutionArn)
	if _, err := start(`{"a":1}`); !api.IsCode(err, "ExecutionAlreadyExists") {
		t.Errorf("after the end: %v", err)
	}
	if got := len(must[sfn.ListExecutionsOutput](c, "ListExecutions", &sfn.ListExecutionsInput{StateMachineArn: &machine}).Executions); got != 1 {
		t.Errorf("%d executions, want 1", got)
	}
}

func TestStopRunsNoCatchAndTellsWhy(t *testing.T) {
	c := newCloud(t)
	execution := c.begin(c.create("machine", waiting), `{}`)
	c.clock.Advance(time.Minute)
	must[sfn.StopExecutionOutput](c, "StopExecution", &sfn.StopExecutionInput{ExecutionArn: &execution, Error: aws.String("Manual"), Cause: aws.String("enough")})
	out := c.describe(execution)
	if out.Status != types.ExecutionStatusAborted || *out.Error != "Manual" || *out.Cause != "enough" || out.StopDate.Sub(*out.StartDate) != time.Minute {
		t.Errorf("%+v", out)
	}
	if got, want := kinds(c.history(execution)), "ExecutionStarted WaitStateEntered ExecutionAborted"; got != want {
		t.Errorf("history %s, want %s", got, want)
	}
	c.clock.Advance(time.Hour)
	if got := c.describe(execution).Status; got != types.ExecutionStatusAborted {
		t.Errorf("an hour later it is %s", got)
	}
}

func TestTheMachineTimeoutRunsNoCatch(t *testing.T) {
	c := newCloud(t)
	out := c.run(`{"StartAt":"P","TimeoutSeconds":30,"States":{
	  "P":{"Type":"Parallel","Branches":[{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}],
	       "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Caught"}],"End":true},
	  "Caught":{"Type":"Pass","End":true}}}`, `{}`)
	if out.Status != types.ExecutionStatusTimedOut || out.Error != nil || out.Cause != nil {
		t.Errorf("%s %v %v", out.Status, out.Error, out.Cause)
	}
	if got := out.StopDate.Sub(*out.StartDate); got != 30*time.Second {
		t.Errorf("took %v", got)
	}
	events := c.history(*out.ExecutionArn)
	last := events[len(events)-1]
	if last.Type != types.HistoryEventTypeExecutionTimedOut || last.PreviousEventId != 0 || *last.ExecutionTimedOutEventDetails.Error != "States.Timeout" {
		t.Errorf("last event %+v", last)
	}
}

func TestRetryWaitsWithBackoffJitterAndLimits(t *testing.T) {
	c := newCloud(t)
	var times []time.Duration
	c.invoke = func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		times = append(times, c.clock.Now().Sub(start))
		return fails("Busy", "try later"), nil
	}
	task := `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
	  "Retry":[{"ErrorEquals":["Other"],"MaxAttempts":9},{"ErrorEquals":["States.TaskFailed"],"IntervalSeconds":2,"BackoffRate":3,"MaxAttempts":4,"MaxDelaySeconds":10%s}],"End":true}}}`
	out := c.run(fmt.Sprintf(task, ""), `{}`)
	if got, want := fmt.Sprint(times), "[0s 2s 8s 18s 28s]"; got != want {
		t.Errorf("attempts at %s, want %s", got, want)
	}
	if aws.ToString(out.Error) != "Busy" {
		t.Errorf("error %v", aws.ToString(out.Error))
	}
	times = nil
	c2 := c.begin(c.create("jitter", fmt.Sprintf(task, `,"JitterStrategy":"FULL"`)), `{}`)
	began := c.clock.Now().Sub(start)
	c.end(c2)
	for i, want := range []time.Duration{0, time.Second, 4 * time.Second, 9 * time.Second, 14 * time.Second} {
		if got := times[i] - began; got != want {
			t.Errorf("attempt %d with jitter at %v, want %v (half of each delay)", i, got, want)
		}
	}
}

func TestTaskErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		err    error
		caught string
	}{
		"throttled": {api.StatusErrorf(429, "TooManyRequestsException", "Rate Exceeded."), "Lambda.TooManyRequestsException"},
		"missing":   {api.StatusErrorf(404, "ResourceNotFoundException", "Function not found: f"), "Lambda.ResourceNotFoundException"},
		"broken":    {api.StatusErrorf(500, "ServiceException", "oops"), "Lambda.ServiceException"},
		"denied":    {api.StatusErrorf(403, "AccessDeniedException", "User is not authorized"), "Lambda.AWSLambdaException"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.invoke = func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) { return nil, tt.err }
			out := c.run(`{"QueryLanguage":"JSONata","StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},
			  "Catch":[{"ErrorEquals":["`+tt.caught+`"],"Output":{"error":"{% $states.errorOutput.Error %}"},"Next":"Caught"}],"End":true},"Caught":{"Type":"Succeed"}}}`, `{}`)
			sameJSON(t, out.Output, `{"error":"`+tt.caught+`"}`)
		})
	}
}

func TestAFunctionsOwnARNIsAResource(t *testing.T) {
	c := newCloud(t)
	definition := `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:f","ResultPath":"$.answer","End":true}}}`
	out := c.run(definition, `{"n":1}`)
	sameJSON(t, out.Output, `{"n":1,"answer":{"n":1}}`)
	if got, want := kinds(c.history(*out.ExecutionArn)), "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded"; got != want {
		t.Errorf("history %s", got)
	}
}

const callback = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
  "Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"TimeoutSeconds":600,"HeartbeatSeconds":60,"End":true}}}`

// token begins the callback machine and returns the token its function got.
func token(t *testing.T, c *cloud) (execution, token string) {
	execution = c.begin(c.create("machine", callback), `{}`)
	c.clock.Advance(0)
	var payload struct{ Token string }
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.calls) != 1 {
		t.Fatalf("%d calls", len(c.calls))
	}
	if err := unmarshal(c.calls[0].Payload, &payload); err != nil {
		t.Fatal(err)
	}
	return execution, payload.Token
}

func TestACallbackIsAnsweredOnce(t *testing.T) {
	c := newCloud(t)
	execution, token := token(t, c)
	c.clock.Advance(50 * time.Second)
	must[sfn.SendTaskHeartbeatOutput](c, "SendTaskHeartbeat", &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	c.clock.Advance(50 * time.Second)
	if _, err := do[sfn.SendTaskSuccessOutput](c, "SendTaskSuccess", &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{")}); !api.IsCode(err, "InvalidOutput") {
		t.Errorf("bad output: %v", err)
	}
	must[sfn.SendTaskSuccessOutput](c, "SendTaskSuccess", &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"ok":true}`)})
	if _, err := do[sfn.SendTaskFailureOutput](c, "SendTaskFailure", &sfn.SendTaskFailureInput{TaskToken: &token}); !api.IsCode(err, "TaskTimedOut") {
		t.Errorf("a second answer: %v", err)
	}
	out := c.end(execution)
	sameJSON(t, out.Output, `{"ok":true}`)
	if took := out.StopDate.Sub(*out.StartDate); took != 100*time.Second {
		t.Errorf("took %v: the clock slipped by the answer", took)
	}
	if _, err := do[sfn.SendTaskSuccessOutput](c, "SendTaskSuccess", &sfn.SendTaskSuccessInput{TaskToken: aws.String("nonsense"), Output: aws.String("{}")}); !api.IsCode(err, "InvalidToken") {
		t.Errorf("nonsense: %v", err)
	}
}

func TestACallbackFailsByMessageHeartbeatOrTimeout(t *testing.T) {
	t.Run("message", func(t *testing.T) {
		c := newCloud(t)
		execution, token := token(t, c)
		must[sfn.SendTaskFailureOutput](c, "SendTaskFailure", &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String("Declined"), Cause: aws.String("no")})
		if out := c.end(execution); *out.Error != "Declined" || *out.Cause != "no" {
			t.Errorf("%v %v", out.Error, out.Cause)
		}
	})
	t.Run("heartbeat", func(t *testing.T) {
		c := newCloud(t)
		execution, _ := token(t, c)
		out := c.end(execution)
		if *out.Error != "States.Timeout" || out.StopDate.Sub(*out.StartDate) != time.Minute {
			t.Errorf("%v after %v", *out.Error, out.StopDate.Sub(*out.StartDate))
		}
		if got := kinds(c.history(execution)); !strings.HasSuffix(got, "TaskSubmitted TaskTimedOut ExecutionFailed") {
			t.Errorf("history %s", got)
		}
	})
	t.Run("timeout", func(t *testing.T) {
		c := newCloud(t)
		execution, token := token(t, c)
		for range 11 {
			c.clock.Advance(55 * time.Second)
			_, err := do[sfn.SendTaskHeartbeatOutput](c, "SendTaskHeartbeat", &sfn.SendTaskHeartbeatInput{TaskToken: &token})
			if err != nil && !api.IsCode(err, "TaskTimedOut") {
				t.Fatal(err)
			}
		}
		if out := c.end(execution); *out.Error != "States.Timeout" || out.StopDate.Sub(*out.StartDate) != 600*time.Second {
			t.Errorf("%v after %v", *out.Error, out.StopDate.Sub(*out.StartDate))
		}
	})
}

func TestStatusChangesAndMetrics(t *testing.T) {
	c := newCloud(t)
	out := c.run(waiting, `{"a":1}`)
	if len(c.events) != 2 || c.events[0]["status"] != "RUNNING" || c.events[1]["status"] != "SUCCEEDED" {
		t.Fatalf("events %v", c.events)
	}
	end := c.events[1]
	for name, want := range map[string]any{
		"executionArn": *out.ExecutionArn, "name": *out.Name, "input": `{"a":1}`, "output": `{"a":1}`,
		"startDate": float64(start.UnixMilli()), "stopDate": float64(start.Add(10 * time.Minute).UnixMilli()), "error": nil,
	} {
		if end[name] != want {
			t.Errorf("%s = %v, want %v", name, end[name], want)
		}
	}
	values := map[string]float64{}
	for _, datum := range c.metrics {
		values[datum.Name] += datum.Value
	}
	if values["ExecutionsStarted"] != 1 || values["ExecutionsSucceeded"] != 1 || values["ExecutionTime"] != 600_000 {
		t.Errorf("metrics %v", values)
	}
}

func TestTheHistoryLimitFailsTheExecution(t *testing.T) {
	c := newCloud(t)
	out := c.run(`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Choices":[{"Variable":"$.stop","IsPresent":true,"Next":"C"}],"Default":"A"},"C":{"Type":"Succeed"}}}`, `{}`)
	if *out.Error != "States.Runtime" || *out.Cause != "The execution reached the maximum number of history events (25000)." {
		t.Errorf("%v %v", *out.Error, *out.Cause)
	}
	events := c.history(*out.ExecutionArn)
	if len(events) != 25000 || events[24999].Type != types.HistoryEventTypeExecutionFailed {
		t.Errorf("%d events, the last %s", len(events), events[len(events)-1].Type)
	}
}

func TestWhatCatchersStandFor(t *testing.T) {
	large := func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		return answer([]byte(`"` + strings.Repeat("x", 256<<10) + `"`)), nil
	}
	broken := func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) { return fails("Own", ""), nil }
	for _, tt := range []struct {
		catcher, resource string
		function          func(*lambda.InvokeInput) (*lambda.InvokeOutput, error)
		want              string // the error caught, or that of the execution
	}{
		{"States.ALL", "invoke", large, "caught States.DataLimitExceeded"},
		{"States.TaskFailed", "invoke", large, "States.DataLimitExceeded"},
		{"States.TaskFailed", "invoke", broken, "caught Own"},
		{"States.HeartbeatTimeout", "invoke.waitForTaskToken", nil, "caught States.Timeout"},
		{"States.Timeout", "invoke.waitForTaskToken", nil, "caught States.Timeout"},
		{"States.TaskFailed", "invoke.waitForTaskToken", nil, "States.Timeout"},
		{"States.HeartbeatTimeout", "invoke", broken, "Own"},
	} {
		c := newCloud(t)
		c.invoke = tt.function
		out := c.run(`{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:`+tt.resource+`","HeartbeatSeconds":5,"Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.State.Name"}},
		  "Catch":[{"ErrorEquals":["`+tt.catcher+`"],"Next":"Caught"}],"End":true},"Caught":{"Type":"Pass","Parameters":{"caught.$":"States.Format('caught {}', $.Error)"},"OutputPath":"$.caught","End":true}}}`, `{}`)
		got := aws.ToString(out.Error)
		if out.Output != nil {
			got = strings.Trim(*out.Output, `"`)
		}
		if got != tt.want {
			t.Errorf("%s of %s: %s, want %s", tt.catcher, tt.resource, got, tt.want)
		}
	}
}

func TestHistoryPagesBothWays(t *testing.T) {
	c := newCloud(t)
	out := c.run(waiting, `{}`)
	page := must[sfn.GetExecutionHistoryOutput](c, "GetExecutionHistory", &sfn.GetExecutionHistoryInput{
		ExecutionArn: out.ExecutionArn, MaxResults: 1, ReverseOrder: true, IncludeExecutionData: aws.Bool(false),
	})
	if page.NextToken == nil || page.Events[0].Id != 4 || page.Events[0].ExecutionSucceededEventDetails.Output != nil {
		t.Errorf("first page %+v", page)
	}
	page = must[sfn.GetExecutionHistoryOutput](c, "GetExecutionHistory", &sfn.GetExecutionHistoryInput{
		ExecutionArn: out.ExecutionArn, MaxResults: 10, ReverseOrder: true, NextToken: page.NextToken,
	})
	if page.NextToken != nil || len(page.Events) != 3 || page.Events[0].Id != 3 {
		t.Errorf("second page %+v", page)
	}
	if _, err := do[sfn.GetExecutionHistoryOutput](c, "GetExecutionHistory", &sfn.GetExecutionHistoryInput{ExecutionArn: out.ExecutionArn, NextToken: aws.String("x")}); !api.IsCode(err, "InvalidToken") {
		t.Errorf("bad token: %v", err)
	}
}

func TestAThousandExecutionsAtOnce(t *testing.T) {
	c := newCloud(t)
	machine := c.create("machine", canary)
	var all []string
	for i := range 1000 {
		all = append(all, c.begin(machine, fmt.Sprintf(`{"n":%d}`, i)))
	}
	ended := func() bool {
		out := must[sfn.ListExecutionsOutput](c, "ListExecutions", &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: types.ExecutionStatusRunning, MaxResults: 1})
		return len(out.Executions) == 0
	}
	if !c.clock.AdvanceUntil(context.Background(), time.Hour, ended) {
		t.Fatal("not all ended")
	}
	for i, execution := range all {
		out := c.describe(execution)
		if out.Status != types.ExecutionStatusSucceeded {
			t.Fatalf("%s: %s", out.Status, aws.ToString(out.Cause))
		}
		sameJSON(t, out.Output, fmt.Sprintf(`{"looks":3,"request":{"n":%d}}`, i))
	}
}
