package states_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
)

func unmarshal(data []byte, into any) error { return json.Unmarshal(data, into) }

func TestParallelWaitsForAllBranches(t *testing.T) {
	c := newCloud(t)
	out := c.run(`{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Parallel","Arguments":{"n":"{% $states.input.n + 1 %}"},"Branches":[
	  {"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":30,"Output":"{% $states.input.n %}","End":true}}},
	  {"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":10,"Next":"B2"},"B2":{"Type":"Pass","Assign":{"inner":1},"Output":"{% 'b' %}","End":true}}}],
	  "Assign":{"both":"{% $states.result %}"},"Output":{"both":"{% $states.result %}","from":"{% $states.input.n %}"},"End":true}}}`, `{"n":1}`)
	sameJSON(t, out.Output, `{"both":[2,"b"],"from":1}`)
	if took := out.StopDate.Sub(*out.StartDate); took != 30*time.Second {
		t.Errorf("took %v", took)
	}
	got := kinds(c.history(*out.ExecutionArn))
	if !strings.HasPrefix(got, "ExecutionStarted ParallelStateEntered ParallelStateStarted WaitStateEntered WaitStateEntered WaitStateExited PassStateEntered PassStateExited WaitStateExited ParallelStateSucceeded ParallelStateExited ExecutionSucceeded") {
		t.Errorf("history %s", got)
	}
}

func TestAFailedBranchStopsItsSiblingsAndIsCaught(t *testing.T) {
	c := newCloud(t)
	out := c.run(`{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
	  {"StartAt":"Slow","States":{"Slow":{"Type":"Wait","Seconds":3000,"End":true}}},
	  {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":10,"Next":"No"},"No":{"Type":"Fail","Error":"Bad","Cause":"it is"}}}],
	  "Catch":[{"ErrorEquals":["Bad"],"ResultPath":"$.error","Next":"Caught"}],"End":true},"Caught":{"Type":"Pass","End":true}}}`, `{"n":1}`)
	sameJSON(t, out.Output, `{"n":1,"error":{"Error":"Bad","Cause":"it is"}}`)
	if took := out.StopDate.Sub(*out.StartDate); took != 10*time.Second {
		t.Errorf("took %v", took)
	}
	if got := kinds(c.history(*out.ExecutionArn)); !strings.Contains(got, "FailStateEntered WaitStateAborted ParallelStateFailed ParallelStateExited PassStateEntered") {
		t.Errorf("history %s", got)
	}
}

func TestMapRunsAFewAtATime(t *testing.T) {
	c := newCloud(t)
	var mu sync.Mutex
	running, most := 0, 0
	c.invoke = func(in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		mu.Lock()
		running++
		most = max(most, running)
		running--
		mu.Unlock()
		return answer(in.Payload), nil
	}
	out := c.run(`{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,
	  "ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value","all.$":"$.name"},
	  "ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"Next":"T"},
	   "T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"},"OutputPath":"$.Payload","End":true}}},
	  "ResultPath":"$.results","End":true}}}`, `{"items":["a","b","c","d","e"],"name":"x"}`)
	sameJSON(t, out.Output, `{"items":["a","b","c","d","e"],"name":"x","results":[
	  {"i":0,"v":"a","all":"x"},{"i":1,"v":"b","all":"x"},{"i":2,"v":"c","all":"x"},{"i":3,"v":"d","all":"x"},{"i":4,"v":"e","all":"x"}]}`)
	if took := out.StopDate.Sub(*out.StartDate); took != 3*time.Minute {
		t.Errorf("took %v, want three rounds of a minute", took)
	}
}

func TestMapToleratesFailures(t *testing.T) {
	machine := `{"QueryLanguage":"JSONata","StartAt":"M","States":{"M":{"Type":"Map","Items":"{%% $states.input %%}","ToleratedFailurePercentage":%d,
	  "ItemProcessor":{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Condition":"{%% $states.input > 2 %%}","Next":"Bad"}],"Default":"Good"},
	  "Bad":{"Type":"Fail","Error":"TooBig"},"Good":{"Type":"Succeed"}}},"End":true}}}`
	c := newCloud(t)
	out := c.run(fmt.Sprintf(machine, 50), `[1,2,3,4]`)
	sameJSON(t, out.Output, `[1,2]`)
	c = newCloud(t)
	out = c.run(fmt.Sprintf(machine, 25), `[1,2,3,4]`)
	if aws.ToString(out.Error) != "States.ExceedToleratedFailureThreshold" {
		t.Errorf("%v", aws.ToString(out.Error))
	}
	c = newCloud(t)
	out = c.run(fmt.Sprintf(machine, 0), `[1,3]`)
	if aws.ToString(out.Error) != "TooBig" {
		t.Errorf("%v", aws.ToString(out.Error))
	}
	got := kinds(c.history(*out.ExecutionArn))
	// The other iteration's events may come between: iterations run side by side.
	entered, failed := strings.Index(got, "FailStateEntered"), strings.Index(got, "MapIterationFailed")
	if entered < 0 || failed < entered || strings.Contains(got, "FailStateExited") || !strings.HasSuffix(got, "MapStateFailed ExecutionFailed") {
		t.Errorf("history %s", got)
	}
	c = newCloud(t)
	sameJSON(t, c.run(fmt.Sprintf(machine, 0), `[]`).Output, `[]`)
}

// What a failed iteration cuts short is recorded as AWS was recorded to, by the
// authors of LocalStack: test_service_lambda_map_timeout in
// tests/aws/services/stepfunctions/v2/timeouts/test_timeouts.snapshot.json.
func TestAFailedIterationAbortsTheOthers(t *testing.T) {
	c := newCloud(t)
	out := c.run(`{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$","ItemProcessor":{"StartAt":"C","States":{
	  "C":{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":2,"Next":"Bad"}],"Default":"Slow"},
	  "Slow":{"Type":"Wait","Seconds":3000,"End":true},
	  "Bad":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":5,
	    "Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"End":true}}},"End":true}}}`, `[1,2,3]`)
	events := c.history(*out.ExecutionArn)
	failed := slices.IndexFunc(events, func(e types.HistoryEvent) bool { return e.Type == types.HistoryEventTypeMapIterationFailed })
	if failed < 0 {
		t.Fatalf("history %s", kinds(events))
	}
	after := events[failed:]
	if got, want := kinds(after), "MapIterationFailed TaskStateAborted MapIterationAborted WaitStateAborted MapIterationAborted WaitStateAborted MapStateFailed ExecutionFailed"; got != want {
		t.Fatalf("after the failure: %s\nwant %s", got, want)
	}
	for _, e := range after[:7] {
		if e.PreviousEventId != after[0].Id-1 {
			t.Errorf("%s follows event %d, want that of the timeout, %d", e.Type, e.PreviousEventId, after[0].Id-1)
		}
	}
	if first, second := after[2].MapIterationAbortedEventDetails, after[4].MapIterationAbortedEventDetails; first.Index != 0 || second.Index != 2 || *second.Name != "M" {
		t.Errorf("aborted %+v and %+v", first, second)
	}
}

func TestRedriveGoesOnWhereItFailed(t *testing.T) {
	c := newCloud(t)
	broken := true
	calls := map[string]int{}
	c.invoke = func(in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		calls[*in.FunctionName]++
		if broken && *in.FunctionName == "bad" {
			return fails("Bad", "not yet"), nil
		}
		return answer([]byte(`"` + *in.FunctionName + `"`)), nil
	}
	task := func(name, function, rest string) string {
		return `"` + name + `":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"` + function + `"},"Output":"{% $states.result.Payload %}",` + rest + `}`
	}
	out := c.run(`{"QueryLanguage":"JSONata","StartAt":"First","TimeoutSeconds":100,"States":{`+task("First", "first", `"Assign":{"kept":"{% $states.result.Payload %}"},"Next":"P"`)+`,
	  "P":{"Type":"Parallel","Branches":[{"StartAt":"Good","States":{`+task("Good", "good", `"End":true`)+`}},{"StartAt":"Wait","States":{"Wait":{"Type":"Wait","Seconds":1,"Next":"Bad"},`+task("Bad", "bad", `"End":true`)+`}}],
	  "Output":{"all":"{% $states.result %}","kept":"{% $kept %}","redrives":"{% $states.context.Execution.RedriveCount %}"},"End":true}}}`, `{}`)
	if out.Status != types.ExecutionStatusFailed || out.RedriveStatus != types.ExecutionRedriveStatusRedrivable {
		t.Fatalf("%s %s", out.Status, out.RedriveStatus)
	}
	broken = false
	c.clock.Advance(time.Hour)
	must[sfn.RedriveExecutionOutput](c, "RedriveExecution", &sfn.RedriveExecutionInput{ExecutionArn: out.ExecutionArn})
	out = c.end(*out.ExecutionArn)
	sameJSON(t, out.Output, `{"all":["good","bad"],"kept":"first","redrives":1}`)
	if calls["first"] != 1 || calls["good"] != 1 || calls["bad"] != 2 {
		t.Errorf("calls %v: what had succeeded must not run again", calls)
	}
	if _, err := do[sfn.RedriveExecutionOutput](c, "RedriveExecution", &sfn.RedriveExecutionInput{ExecutionArn: out.ExecutionArn}); !api.IsCode(err, "ExecutionNotRedrivable") {
		t.Errorf("redrive of a success: %v", err)
	}
}

func TestAStoppedExecutionIsRedrivenFromItsState(t *testing.T) {
	c := newCloud(t)
	execution := c.begin(c.create("machine", `{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"from":"A"},"Next":"W"},"W":{"Type":"Wait","Seconds":60,"End":true}}}`), `{}`)
	c.clock.Advance(time.Second)
	must[sfn.StopExecutionOutput](c, "StopExecution", &sfn.StopExecutionInput{ExecutionArn: &execution})
	in := &sfn.RedriveExecutionInput{ExecutionArn: &execution, ClientToken: aws.String("t")}
	first := must[sfn.RedriveExecutionOutput](c, "RedriveExecution", in).RedriveDate
	sameJSON(t, c.end(execution).Output, `{"from":"A"}`)
	if again := must[sfn.RedriveExecutionOutput](c, "RedriveExecution", in).RedriveDate; !again.Equal(*first) {
		t.Errorf("the call again redrives at %v, not %v", again, first)
	}
	c.clock.Advance(15 * time.Minute)
	if _, err := do[sfn.RedriveExecutionOutput](c, "RedriveExecution", in); !api.IsCode(err, "ExecutionNotRedrivable") {
		t.Errorf("a token of long ago: %v", err)
	}
	if got := kinds(c.history(execution)); strings.Count(got, "PassStateEntered") != 1 {
		t.Errorf("history %s", got)
	}
}

func TestAnExecutionStartsAnotherAndWaits(t *testing.T) {
	c := newCloud(t)
	child := c.create("child", `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"Next":"C"},"C":{"Type":"Choice","Choices":[{"Variable":"$.bad","IsPresent":true,"Next":"F"}],"Default":"S"},"F":{"Type":"Fail","Error":"ChildBad"},"S":{"Type":"Pass","Result":{"done":true},"End":true}}}`)
	parent := `{"QueryLanguage":"JSONata","StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Arguments":{"StateMachineArn":"` + child + `","Input":"{% $states.input %}"},"Output":"{% $states.result.Output %}","End":true}}}`
	machine := c.create("parent", parent)
	out := c.end(c.begin(machine, `{}`))
	sameJSON(t, out.Output, `{"done":true}`)
	if took := out.StopDate.Sub(*out.StartDate); took != time.Minute {
		t.Errorf("took %v", took)
	}
	out = c.end(c.begin(machine, `{"bad":1}`))
	if aws.ToString(out.Error) != "States.TaskFailed" || !strings.Contains(aws.ToString(out.Cause), "ChildBad") {
		t.Errorf("%v %v", aws.ToString(out.Error), aws.ToString(out.Cause))
	}
	execution := c.begin(machine, `{"third":1}`)
	c.clock.Advance(time.Second)
	must[sfn.StopExecutionOutput](c, "StopExecution", &sfn.StopExecutionInput{ExecutionArn: &execution})
	c.clock.Advance(time.Second)
	children := must[sfn.ListExecutionsOutput](c, "ListExecutions", &sfn.ListExecutionsInput{StateMachineArn: &child, StatusFilter: types.ExecutionStatusAborted})
	if len(children.Executions) != 1 {
		t.Errorf("%d children aborted, want 1", len(children.Executions))
	}
}
