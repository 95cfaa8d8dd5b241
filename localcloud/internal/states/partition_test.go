package states_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// A definition with ARNs of another partition is taken, and fails when it runs,
// where no Catch helps.
func TestAnIntegrationOfAnotherPartitionFails(t *testing.T) {
	for _, resource := range []string{"arn:aws-us-gov:states:::lambda:invoke", "arn:aws-us-gov:lambda:us-gov-west-1:000000000000:function:f"} {
		c := newCloud(t)
		out := c.run(`{"StartAt": "Call", "States": {
			"Call": {"Type": "Task", "Resource": "`+resource+`", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], "End": true},
			"Caught": {"Type": "Succeed"}}}`, `{}`)
		if aws.ToString(out.Error) != "States.Runtime" || !strings.Contains(aws.ToString(out.Cause), "Expected 'aws', was 'aws-us-gov'.") {
			t.Errorf("%s: it ended %s with %s: %s", resource, out.Status, aws.ToString(out.Error), aws.ToString(out.Cause))
		}
		if len(c.calls) != 0 {
			t.Errorf("%s: %d calls were made", resource, len(c.calls))
		}
	}
}

// The cause of a function's error is its answer without blanks.
func TestTheCauseOfAFunctionsErrorIsCompact(t *testing.T) {
	c := newCloud(t)
	c.invoke = func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		return &lambda.InvokeOutput{StatusCode: 200, FunctionError: aws.String("Unhandled"), Payload: []byte("{ \"errorType\" : \"No\",\n \"errorMessage\": \"a b\" }")}, nil
	}
	out := c.run(`{"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": true}}}`, `{}`)
	if got := aws.ToString(out.Cause); got != `{"errorType":"No","errorMessage":"a b"}` {
		t.Errorf("the cause is %s", got)
	}
}

// A timeout is caught with an empty cause, so that a text can be made of it.
func TestATimeoutIsCaughtWithAnEmptyCause(t *testing.T) {
	for _, limit := range []string{`"TimeoutSeconds": 5`, `"TimeoutSeconds": 50, "HeartbeatSeconds": 5`} {
		c := newCloud(t)
		out := c.run(`{"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
		"Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", `+limit+`,
			"Arguments": {"FunctionName": "f", "Payload": {"token": "{% $states.context.Task.Token %}"}},
			"Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "Caught"}], "End": true},
		"Caught": {"Type": "Succeed"}}}`, `{}`)
		sameJSON(t, out.Output, `{"Error": "States.Timeout", "Cause": ""}`)
	}
}

func TestACauseIsCut(t *testing.T) {
	c := newCloud(t)
	out := c.run(`{"QueryLanguage": "JSONata", "StartAt": "No", "States": {
		"No": {"Type": "Fail", "Error": "No", "Cause": "{% $pad('', 40000, 'x') %}"}}}`, `{}`)
	if n := len(aws.ToString(out.Cause)); n != 32768 {
		t.Errorf("the cause has %d characters", n)
	}
}

// A payload that is a text is passed as it stands.
func TestAPayloadThatIsATextIsNotEncodedAgain(t *testing.T) {
	c := newCloud(t)
	c.run(`{"QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
		"Arguments": {"FunctionName": "f", "Payload": "{% '{\"n\": 1}' %}"}, "End": true}}}`, `{}`)
	if len(c.calls) != 1 || string(c.calls[0].Payload) != `{"n": 1}` {
		t.Errorf("the function got %s", c.calls[0].Payload)
	}
}

// A task that waits for a child execution has a token too, which can end it.
func TestATaskThatWaitsForAnExecutionHasAToken(t *testing.T) {
	c := newCloud(t)
	child := c.create("child", `{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 100000, "Next": "Done"}, "Done": {"Type": "Succeed"}}}`)
	parent := c.create("parent", `{"QueryLanguage": "JSONata", "StartAt": "Run", "States": {"Run": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
		"Arguments": {"StateMachineArn": "`+child+`", "Input": {"token": "{% $states.context.Task.Token %}"}}, "End": true}}}`)
	execution := c.begin(parent, `{}`)
	token := ""
	c.clock.AdvanceUntil(t.Context(), 1000, func() bool {
		for _, event := range c.history(execution) {
			if d := event.TaskScheduledEventDetails; d != nil {
				_, rest, _ := strings.Cut(aws.ToString(d.Parameters), `"token":"`)
				token, _, _ = strings.Cut(rest, `"`)
			}
		}
		return token != ""
	})
	submitted := func() bool {
		for _, event := range c.history(execution) {
			if event.TaskSubmittedEventDetails != nil {
				return true
			}
		}
		return false
	}
	if !c.clock.AdvanceUntil(t.Context(), 1000, submitted) {
		t.Fatal("the child was not started")
	}
	must[sfn.SendTaskSuccessOutput](c, "SendTaskSuccess", &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"answered": true}`)})
	sameJSON(t, c.end(execution).Output, `{"answered": true}`)
}

// What an API answers with an empty text is in a task's result.
func TestAResultKeepsEmptyTexts(t *testing.T) {
	c := newCloud(t)
	c.invoke = func(in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		return &lambda.InvokeOutput{StatusCode: 200, Payload: in.Payload, ExecutedVersion: aws.String("")}, nil
	}
	out := c.run(`{"QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:lambda:invoke",
		"Arguments": {"FunctionName": "f"}, "Output": "{% {'version': $states.result.ExecutedVersion} %}", "End": true}}}`, `{}`)
	sameJSON(t, out.Output, `{"version": ""}`)
}
