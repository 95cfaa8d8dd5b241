package states_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// exception is what a recorded function raised.
const exception = `{"errorMessage":"Some exception was raised.","errorType":"Exception","requestId":"9f1b6a2e","stackTrace":["  File"]}`

func raisesException(*lambda.InvokeInput) (*lambda.InvokeOutput, error) { return raises(exception) }

func answersTooMuch(*lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	return answer([]byte(`"` + strings.Repeat("a", 257<<10) + `"`)), nil
}

const functionARN = "arn:aws:lambda:us-east-1:000000000000:function:f"

// recorded: tests/aws/services/stepfunctions/v2/error_handling/test_states_errors.snapshot.json
func TestRecordedStatesErrors(t *testing.T) {
	machine := func(resource string) string {
		return `{"StartAt":"InvokeLambda","States":{"InvokeLambda":{"Type":"Task","Resource":"` + resource + `","Parameters":{"FunctionName.$":"$.FunctionName","Payload.$":"$.Payload"},
		  "Catch":[{"ErrorEquals":["States.ALL"],"Next":"HandleGeneralError"}],"End":true},"HandleGeneralError":{"Type":"Pass","End":true}}}`
	}
	const handled = `
			TaskStateExited InvokeLambda {"Error":"States.DataLimitExceeded","Cause":"The state/task '<resource>' returned a result with a size exceeding the maximum number of bytes service limit."}
			PassStateEntered HandleGeneralError =
			PassStateExited HandleGeneralError =
			ExecutionSucceeded =`
	testHistories(t, []recordedHistory{
		{name: "test_service_task_lambada_catch_state_all_data_limit_exceeded_on_large_utf8_response", definition: machine("arn:aws:states:::lambda:invoke"), input: `{"FunctionName":"f","Payload":null}`, function: answersTooMuch, want: `
			TaskStateEntered InvokeLambda =
			TaskScheduled lambda invoke =
			TaskStarted lambda invoke
			TaskFailed lambda invoke States.DataLimitExceeded The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.` + handled},
		{name: "test_task_lambda_catch_state_all_data_limit_exceeded_on_large_utf8_response", definition: machine(functionARN), input: `{"FunctionName":"f","Payload":null}`, function: answersTooMuch, want: `
			TaskStateEntered InvokeLambda =
			LambdaFunctionScheduled ` + functionARN + ` =
			LambdaFunctionStarted
			LambdaFunctionFailed States.DataLimitExceeded The state/task '` + functionARN + `' returned a result with a size exceeding the maximum number of bytes service limit.` + handled},
		{name: "test_start_large_input", definition: one(`"Type":"Pass","Result":{"Arg1":"` + strings.Repeat("a", 257<<10) + `"}`), input: `{}`, want: `
			PassStateEntered S =
			ExecutionFailed States.DataLimitExceeded The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.`},
	})
}

// recorded: tests/aws/services/stepfunctions/v2/error_handling/test_task_lambda.snapshot.json and
// tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json
func TestRecordedLambdaTasks(t *testing.T) {
	testHistories(t, []recordedHistory{
		{name: "test_raise_exception_catch", definition: `{"StartAt":"Start","States":{"Start":{"Type":"Task","Resource":"` + functionARN + `","Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"Handler"}],"End":true},
		  "Handler":{"Type":"Pass","ResultPath":"$.task_failed_error","End":true}}}`, input: `{"FunctionName":"f","Payload":null}`, function: raisesException, want: `
			TaskStateEntered Start =
			LambdaFunctionScheduled ` + functionARN + ` =
			LambdaFunctionStarted
			LambdaFunctionFailed Exception ` + exception + `
			TaskStateExited Start {"Error":"Exception","Cause":"<payload>"}
			PassStateEntered Handler =
			PassStateExited Handler {"Error":"Exception","Cause":"<payload>","task_failed_error":{"Error":"Exception","Cause":"<payload>"}}
			ExecutionSucceeded =`},
		{name: "test_lambda_invoke_with_retry_base, with one retry", definition: one(`"Type":"Task","Resource":"` + functionARN + `","Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}]`), input: `{"Value1":"HelloWorld!","Value2":null}`, function: raisesException, want: `
			TaskStateEntered S =
			LambdaFunctionScheduled ` + functionARN + ` =
			LambdaFunctionStarted
			LambdaFunctionFailed Exception ` + exception + `
			LambdaFunctionScheduled ` + functionARN + ` =
			LambdaFunctionStarted
			LambdaFunctionFailed Exception ` + exception + `
			ExecutionFailed Exception ` + exception},
		{name: "test_lambda_service_invoke_with_retry_extended_input, the counts of retries", definition: one(invoke + `,"Parameters":{"FunctionName":"f","Payload.$":"$$.State"},"Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}]`), input: `{}`, function: raisesException, want: `
			TaskStateEntered S =
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"Name":"S","EnteredTime":"<time>","RetryCount":0}}
			TaskStarted lambda invoke
			TaskFailed lambda invoke Exception ` + exception + `
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"Name":"S","EnteredTime":"<time>","RetryCount":1}}
			TaskStarted lambda invoke
			TaskFailed lambda invoke Exception ` + exception + `
			ExecutionFailed Exception ` + exception},
		{name: "test_retry_interval_features_max_attempts_zero", definition: one(invoke + `,"Parameters":{"FunctionName.$":"$.FunctionName","Payload":{"RetryAttempt.$":"$$.State.RetryCount"}},
		  "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":3,"MaxAttempts":0,"BackoffRate":2,"MaxDelaySeconds":5,"JitterStrategy":"FULL"}]`), input: `{"FunctionName":"f"}`, function: raisesException, want: `
			TaskStateEntered S =
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"RetryAttempt":0}}
			TaskStarted lambda invoke
			TaskFailed lambda invoke Exception ` + exception + `
			ExecutionFailed Exception ` + exception},
		{name: "test_lambda_empty_retry", definition: one(`"Type":"Task","Resource":"` + functionARN + `","Retry":[]`), input: `{}`, function: raisesException, want: `
			TaskStateEntered S =
			LambdaFunctionScheduled ` + functionARN + ` =
			LambdaFunctionStarted
			LambdaFunctionFailed Exception ` + exception + `
			ExecutionFailed Exception ` + exception},
		{name: "test_catch_states_runtime", definition: `{"StartAt":"RaiseRuntime","States":{"RaiseRuntime":{"Type":"Task","Resource":"` + functionARN + `","OutputPath":"$.no.such.result.path",
		  "Catch":[{"ErrorEquals":["States.Runtime"],"Next":"Handler"}],"End":true},"Handler":{"Type":"Pass","End":true}}}`, input: `{}`, want: `
			TaskStateEntered RaiseRuntime =
			LambdaFunctionScheduled ` + functionARN + ` =
			LambdaFunctionStarted
			LambdaFunctionSucceeded =
			ExecutionFailed States.Runtime An error occurred while executing the state 'RaiseRuntime' (entered at the event id #2). Invalid path '$.no.such.result.path' : Missing property in path $['no']`},
	})
}

// recorded: tests/aws/services/stepfunctions/v2/services/test_lambda_task_service.snapshot.json
func TestRecordedInvocations(t *testing.T) {
	const headers = `"Connection":"keep-alive","Content-Length":"2","Content-Type":"application/json","Date":"<date>","X-Amz-Executed-Version":"$LATEST"%s,"x-amzn-Remapped-Content-Length":"0","x-amzn-RequestId":"<id>","X-Amzn-Trace-Id":"<trace>"`
	function := func(in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		out := answer([]byte(`{}`)) // what an event of {} comes back as
		if in.LogType == "Tail" {
			out.LogResult = new("bG9n")
		}
		if in.Payload != nil {
			t.Errorf("invoked with the payload %s", in.Payload)
		}
		return out, nil
	}
	testHistories(t, []recordedHistory{
		{name: "test_invoke", definition: one(invoke + `,"Parameters":{"FunctionName.$":"$.FunctionName","Payload.$":"$.Payload"},"OutputPath":"$.SdkHttpMetadata.HttpHeaders"`), input: `{"FunctionName":"f","Payload":null}`, function: function, want: `
			TaskStateEntered S =
			TaskScheduled lambda invoke =
			TaskStarted lambda invoke
			TaskSucceeded lambda invoke {"ExecutedVersion":"$LATEST","Payload":{},"SdkHttpMetadata":{<members>},"SdkResponseMetadata":{"RequestId":"<id>"},"StatusCode":200}
			TaskStateExited S {` + fmt.Sprintf(headers, "") + `}
			ExecutionSucceeded =`},
		{name: "test_invoke_unsupported_param", definition: one(invoke + `,"Parameters":{"FunctionName.$":"$.FunctionName","Payload.$":"$.Payload","LogType.$":"$.LogType"},"OutputPath":"$.SdkHttpMetadata.HttpHeaders"`), input: `{"FunctionName":"f","Payload":null,"LogType":"Tail"}`, function: function, want: `
			TaskStateEntered S =
			TaskScheduled lambda invoke =
			TaskStarted lambda invoke
			TaskSucceeded lambda invoke {"ExecutedVersion":"$LATEST","LogResult":"bG9n","Payload":{},"SdkHttpMetadata":{<members>},"SdkResponseMetadata":{"RequestId":"<id>"},"StatusCode":200}
			TaskStateExited S {` + fmt.Sprintf(headers, `,"X-Amz-Log-Result":"bG9n"`) + `}
			ExecutionSucceeded =`},
	})
}
