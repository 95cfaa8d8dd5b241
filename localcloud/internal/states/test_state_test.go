package states_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
)

func TestTestState(t *testing.T) {
	const task = `{"Type":"Task","QueryLanguage":"JSONata","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":"{% $states.input.n + $more %}"},
	  "Retry":[{"ErrorEquals":["Busy"],"MaxAttempts":1}],"Catch":[{"ErrorEquals":["States.ALL"],"Output":{"why":"{% $states.errorOutput.Error %}"},"Next":"Caught"}],
	  "Output":"{% $states.result.Payload %}","Assign":{"x":"{% $states.result.StatusCode %}"},"Next":"After"}`
	test := func(c *cloud, change func(*sfn.TestStateInput)) *sfn.TestStateOutput {
		in := &sfn.TestStateInput{Definition: aws.String(task), RoleArn: aws.String(role), Input: aws.String(`{"n":1}`), Variables: aws.String(`{"more":2}`)}
		change(in)
		return must[sfn.TestStateOutput](c, "TestState", in)
	}
	t.Run("succeeds", func(t *testing.T) {
		c := newCloud(t)
		out := test(c, func(in *sfn.TestStateInput) { in.InspectionLevel = types.InspectionLevelDebug })
		if out.Status != types.TestExecutionStatusSucceeded || *out.Output != "3" || *out.NextState != "After" {
			t.Errorf("%+v", out)
		}
		sameJSON(t, out.InspectionData.AfterArguments, `{"FunctionName":"f","Payload":3}`)
		sameJSON(t, out.InspectionData.Variables, `{"more":2,"x":200}`)
		if c.callers[0].RoleARN != role {
			t.Errorf("called as %+v", c.callers[0])
		}
	})
	t.Run("retriable, then caught", func(t *testing.T) {
		c := newCloud(t)
		c.invoke = func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) { return fails("Busy", "x"), nil }
		if out := test(c, func(*sfn.TestStateInput) {}); out.Status != types.TestExecutionStatusRetriable || *out.Error != "Busy" {
			t.Errorf("%+v", out)
		}
		out := test(c, func(in *sfn.TestStateInput) {
			in.StateConfiguration = &types.TestStateConfiguration{RetrierRetryCount: aws.Int32(1)}
		})
		if out.Status != types.TestExecutionStatusCaughtError || *out.NextState != "Caught" {
			t.Errorf("%+v", out)
		}
		sameJSON(t, out.Output, `{"why":"Busy"}`)
	})
	t.Run("mocked", func(t *testing.T) {
		c := newCloud(t)
		out := test(c, func(in *sfn.TestStateInput) {
			in.Mock = &types.MockInput{Result: aws.String(`{"Payload":"m","StatusCode":1}`)}
		})
		if *out.Output != `"m"` || len(c.calls) != 0 {
			t.Errorf("%+v, %d calls", out, len(c.calls))
		}
	})
	t.Run("fails", func(t *testing.T) {
		c := newCloud(t)
		out := test(c, func(in *sfn.TestStateInput) {
			in.Definition = aws.String(`{"Type":"Pass","QueryLanguage":"JSONata","Output":"{% $states.input.missing %}","End":true}`)
		})
		if out.Status != types.TestExecutionStatusFailed || *out.Error != "States.QueryEvaluationError" {
			t.Errorf("%+v", out)
		}
	})
	t.Run("refuses", func(t *testing.T) {
		c := newCloud(t)
		_, err := do[sfn.TestStateOutput](c, "TestState", &sfn.TestStateInput{Definition: aws.String(`{"Type":"Pass"}`)})
		if !api.IsCode(err, "InvalidDefinition") {
			t.Errorf("got %v", err)
		}
	})
}

// recorded: test_base_parallel_state_mock_success of
// stepfunctions/v2/test_state/test_test_state_mock_scenarios.snapshot.json of github.com/localstack/localstack
func TestAMockedResultIsShownAsWritten(t *testing.T) {
	const result = `[{"branch1": "result"}, {"branch2": "result"}]`
	branch := `{"StartAt":"%s","States":{"%s":{"Type":"Pass","End":true}}}`
	out := must[sfn.TestStateOutput](newCloud(t), "TestState", &sfn.TestStateInput{
		Definition: aws.String(`{"Type":"Parallel","End":true,"Branches":[` + strings.ReplaceAll(branch, "%s", "A") + `,` + strings.ReplaceAll(branch, "%s", "B") + `]}`),
		Mock:       &types.MockInput{Result: aws.String(result)}, InspectionLevel: types.InspectionLevelDebug,
	})
	for name, got := range map[string]*string{"output": out.Output, "afterResultPath": out.InspectionData.AfterResultPath, "afterResultSelector": out.InspectionData.AfterResultSelector} {
		if aws.ToString(got) != result {
			t.Errorf("%s is %s", name, aws.ToString(got))
		}
	}
}
