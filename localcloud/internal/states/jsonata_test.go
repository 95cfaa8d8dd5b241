package states_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const canary = `{
  "QueryLanguage": "JSONata", "StartAt": "Plan", "TimeoutSeconds": 86400,
  "States": {
    "Plan": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 120,
      "Arguments": {"FunctionName": "shift", "Payload": {"action": "plan", "now": "{% $states.context.State.EnteredTime %}", "request": "{% $states.context.Execution.Input %}"}},
      "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "JitterStrategy": "FULL"}],
      "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"failure": "{% $states.errorOutput %}"}, "Next": "Tell"}],
      "Assign": {"plan": "{% $states.result.Payload %}", "looks": 0}, "Next": "Bake"
    },
    "Bake": {"Type": "Wait", "Seconds": "{% 60 * 2 %}", "Assign": {"looks": "{% $looks + 1 %}"}, "Next": "Enough?"},
    "Enough?": {"Type": "Choice", "Choices": [{"Condition": "{% $looks < 3 %}", "Next": "Bake"}], "Default": "Done"},
    "Done": {"Type": "Succeed", "Output": {"looks": "{% $looks %}", "request": "{% $plan.request %}"}},
    "Tell": {
      "Type": "Task", "Resource": "arn:aws:states:::events:putEvents",
      "Arguments": {"Entries": [{"Source": "weir", "DetailType": "Release Failed", "Detail": {"cause": "{% $failure.Cause %}"}, "EventBusName": "default"}]},
      "Next": "Failed"
    },
    "Failed": {"Type": "Fail", "Error": "{% $failure.Error %}", "Cause": "{% 'because: ' & $parse($failure.Cause).errorMessage %}"}
  }
}`

func TestACanaryRunsThroughItsLoop(t *testing.T) {
	c := newCloud(t)
	out := c.run(canary, `{"target":"checkout"}`)
	if out.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("%s: %s %s", out.Status, aws.ToString(out.Error), aws.ToString(out.Cause))
	}
	sameJSON(t, out.Output, `{"looks":3,"request":{"target":"checkout"}}`)
	if took := out.StopDate.Sub(*out.StartDate); took.Seconds() != 360 {
		t.Errorf("took %v of cloud time, want 6m", took)
	}
	if got := c.callers[0]; got.RoleARN != role || got.Service != "states.amazonaws.com" {
		t.Errorf("called as %+v", got)
	}
}

func TestAFailedTaskIsToldAndTypedByExpressions(t *testing.T) {
	c := newCloud(t)
	c.invoke = func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		return fails("Release.Refused", "no such alias"), nil
	}
	out := c.run(canary, `{}`)
	if aws.ToString(out.Error) != "Release.Refused" || aws.ToString(out.Cause) != "because: no such alias" {
		t.Errorf("%s: %q %q", out.Status, aws.ToString(out.Error), aws.ToString(out.Cause))
	}
	if len(c.puts) != 1 {
		t.Fatalf("%d events put, want 1", len(c.puts))
	}
	if got := c.puts[0].Entries[0].Resources; len(got) != 2 || got[1] != *out.ExecutionArn {
		t.Errorf("resources %v", got)
	}
	sameJSON(t, c.puts[0].Entries[0].Detail, `{"cause":"{\"errorMessage\":\"no such alias\",\"errorType\":\"Release.Refused\"}"}`)
}
