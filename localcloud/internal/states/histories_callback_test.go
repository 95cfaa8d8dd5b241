package states_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// The recorded tasks send their token through a queue; here a function gets it.
const (
	waits     = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"f","Payload":{"Message.$":"$.Message","TaskToken.$":"$$.Task.Token"}}`
	submitted = `
			TaskStateEntered S =
			TaskScheduled lambda invoke.waitForTaskToken %s{"FunctionName":"f","Payload":{"Message":"txt","TaskToken":"<token>"}}
			TaskStarted lambda invoke.waitForTaskToken
			TaskSubmitted lambda invoke.waitForTaskToken {<members>}`
	timedOut = `
			TaskTimedOut lambda invoke.waitForTaskToken States.Timeout
			ExecutionFailed States.Timeout`
)

// recorded: tests/aws/services/stepfunctions/v2/timeouts/test_heartbeats.snapshot.json and, for the timeout,
// tests/aws/services/stepfunctions/v2/callback/test_callback.snapshot.json, test_sqs_wait_for_task_token_timeout
func TestRecordedTimeouts(t *testing.T) {
	testHistories(t, []recordedHistory{
		{name: "test_heartbeat_timeout", definition: one(waits + `,"HeartbeatSeconds":5,"TimeoutSeconds":600`), input: `{"Message":"txt"}`,
			want: fmt.Sprintf(submitted, "timeoutInSeconds=600 heartbeatInSeconds=5 ") + timedOut},
		{name: "test_heartbeat_path_timeout", definition: one(waits + `,"HeartbeatSecondsPath":"$.HeartbeatSecondsPath","TimeoutSeconds":600`), input: `{"HeartbeatSecondsPath":5,"Message":"txt"}`,
			want: fmt.Sprintf(submitted, "timeoutInSeconds=600 heartbeatInSeconds=5 ") + timedOut},
		{name: "test_heartbeat_no_timeout", definition: one(waits + `,"HeartbeatSeconds":5`), input: `{"Message":"txt"}`,
			want: fmt.Sprintf(submitted, "heartbeatInSeconds=5 ") + timedOut},
		{name: "test_sqs_wait_for_task_token_timeout", definition: one(waits + `,"TimeoutSeconds":5`), input: `{"Message":"txt"}`,
			want: fmt.Sprintf(submitted, "timeoutInSeconds=5 ") + timedOut},
	})
}

// recorded: tests/aws/services/stepfunctions/v2/callback/test_callback.snapshot.json, test_multiple_heartbeat_notifications
// and test_sqs_failure_in_wait_for_task_tok_no_error_field, and
// tests/aws/services/stepfunctions/v2/error_handling/test_task_service_sqs.snapshot.json, test_sqs_failure_in_wait_for_task_tok
func TestRecordedCallbacks(t *testing.T) {
	begin := func(definition string) (c *cloud, execution, token string) {
		c = newCloud(t)
		execution = c.begin(c.create("machine", definition), `{"Message":"txt"}`)
		c.clock.Advance(0) // until the task waits
		var payload struct{ TaskToken string }
		if err := unmarshal(c.calls[0].Payload, &payload); err != nil {
			t.Fatal(err)
		}
		return c, execution, payload.TaskToken
	}
	c, execution, token := begin(one(waits + `,"HeartbeatSeconds":120,"TimeoutSeconds":600`))
	for range 4 {
		c.clock.Advance(100 * time.Second)
		must[sfn.SendTaskHeartbeatOutput](c, "SendTaskHeartbeat", &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	}
	must[sfn.SendTaskSuccessOutput](c, "SendTaskSuccess", &sfn.SendTaskSuccessInput{TaskToken: &token, Output: new(`"txt"`)})
	c.end(execution)
	compareHistory(t, c.history(execution), fmt.Sprintf(submitted, "timeoutInSeconds=600 heartbeatInSeconds=120 ")+`
			TaskSucceeded lambda invoke.waitForTaskToken "txt"
			TaskStateExited S =
			ExecutionSucceeded =`)

	c, execution, token = begin(`{"StartAt":"S","States":{"S":{` + waits + `,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"EndWithCaught"}],"End":true},"EndWithCaught":{"Type":"Pass","ResultPath":"$.caught","End":true}}}`)
	must[sfn.SendTaskFailureOutput](c, "SendTaskFailure", &sfn.SendTaskFailureInput{TaskToken: &token, Error: new("Failure error"), Cause: new("Failure cause")})
	c.end(execution)
	compareHistory(t, c.history(execution), fmt.Sprintf(submitted, "")+`
			TaskFailed lambda invoke.waitForTaskToken Failure error Failure cause
			TaskStateExited S {"Error":"Failure error","Cause":"Failure cause"}
			PassStateEntered EndWithCaught =
			PassStateExited EndWithCaught {"Error":"Failure error","Cause":"Failure cause","caught":{"Error":"Failure error","Cause":"Failure cause"}}
			ExecutionSucceeded =`)

	c, execution, token = begin(`{"StartAt":"S","States":{"S":{` + waits + `,"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.states_all_error","Next":"CaughtStatesALL"}],"End":true},"CaughtStatesALL":{"Type":"Pass","End":true}}}`)
	must[sfn.SendTaskFailureOutput](c, "SendTaskFailure", &sfn.SendTaskFailureInput{TaskToken: &token})
	c.end(execution)
	compareHistory(t, c.history(execution), fmt.Sprintf(submitted, "")+`
			TaskFailed lambda invoke.waitForTaskToken
			TaskStateExited S {"Message":"txt","states_all_error":{"Error":null,"Cause":null}}
			PassStateEntered CaughtStatesALL =
			PassStateExited CaughtStatesALL =
			ExecutionSucceeded =`)
}

// recorded: tests/aws/services/stepfunctions/v2/services/test_lambda_task.snapshot.json, test_invoke_pipe and test_invoke_json_values
func TestRecordedPayloads(t *testing.T) {
	const task = `"Type":"Task","Resource":"` + functionARN + `"`
	cases := []recordedHistory{{name: "test_invoke_pipe, the second step", definition: one(task + `,"ResultPath":"$.Return"`), input: `{"Return":"HelloWorld"}`,
		function: func(in *lambda.InvokeInput) (*lambda.InvokeOutput, error) { return answer(in.Payload), nil }, want: `
			TaskStateEntered S =
			LambdaFunctionScheduled ` + functionARN + ` =
			LambdaFunctionStarted
			LambdaFunctionSucceeded =
			TaskStateExited S {"Return":{"Return":"HelloWorld"}}
			ExecutionSucceeded =`}}
	for _, value := range []string{`null`, `"HelloWorld"`, `0`, `0.0`, `true`, `[]`, `{}`} {
		cases = append(cases, recordedHistory{name: "test_invoke_json_values " + value, definition: one(task), input: value, want: `
			TaskStateEntered S =
			LambdaFunctionScheduled ` + functionARN + ` =
			LambdaFunctionStarted
			LambdaFunctionSucceeded =
			TaskStateExited S =
			ExecutionSucceeded =`})
	}
	testHistories(t, cases)
}
