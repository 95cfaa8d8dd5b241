package states_test

import (
	"fmt"
	"testing"
)

// recorded: tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json
func TestRecordedMapsAndFailsInJSONata(t *testing.T) {
	const machine = `{"QueryLanguage":"JSONata","StartAt":"Start","States":{"Start":{"Type":"Pass","Assign":{"ItemsVar":%s},"Next":"MapIterateState"},
	  "MapIterateState":{"Type":"Map","Items":"{%% $ItemsVar %%}","MaxConcurrency":1,"ItemProcessor":{"StartAt":"Pass","States":{"Pass":{"Type":"Pass","End":true}}},"End":true}}}`
	var cases []recordedHistory
	for kind, value := range map[string]string{"number": `1`, "string": `"string"`, "boolean": `true`, "object": `{"foo":"bar"}`, "null": `null`} {
		cause := `States.QueryEvaluationError An error occurred while executing the state 'MapIterateState' (entered at the event id #4). The JSONata expression '$ItemsVar' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was '` + kind + `' for value: ` + value
		cases = append(cases, recordedHistory{name: "test_map_state_items_eval_jsonata_variable_sampling_fail[" + kind + "]", definition: fmt.Sprintf(machine, value), input: `{}`, want: `
			PassStateEntered Start =
			PassStateExited Start = assigned <variables>
			MapStateEntered MapIterateState =
			EvaluationFailed MapIterateState Items ` + cause + ` after 3
			MapStateFailed
			ExecutionFailed ` + cause})
	}
	for field, want := range map[string]string{"Error": "Exception", "Cause": "This failed to due an Exception."} {
		cases = append(cases, recordedHistory{name: "test_fail_" + field + "_jsonata", definition: `{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Fail","` + field + `":"{% $states.input.given %}"}}}`, input: `{"given":"` + want + `"}`, want: `
			FailStateEntered S =
			ExecutionFailed ` + want})
	}
	cases = append(cases, recordedHistory{name: "test_map_state_items_eval_jsonata[mixed]", definition: fmt.Sprintf(machine, `[1,"two"]`), input: `{}`, want: `
			PassStateEntered Start =
			PassStateExited Start = assigned {"ItemsVar":"[1,\"two\"]"}
			MapStateEntered MapIterateState =
			MapStateStarted length=2
			MapIterationStarted MapIterateState index=0
			PassStateEntered Pass 1
			PassStateExited Pass =
			MapIterationSucceeded MapIterateState index=0
			MapIterationStarted MapIterateState index=1 after 8
			PassStateEntered Pass "two"
			PassStateExited Pass =
			MapIterationSucceeded MapIterateState index=1
			MapStateSucceeded
			MapStateExited MapIterateState [1,"two"] after 13
			ExecutionSucceeded =`})
	testHistories(t, cases)
}

// recorded: tests/aws/services/stepfunctions/v2/states_variables/test_error_output.snapshot.json and
// tests/aws/services/stepfunctions/v2/outputdecl/test_output.snapshot.json
func TestRecordedOutputs(t *testing.T) {
	testHistories(t, []recordedHistory{
		{name: "test_task_catch_error_output[TASK_CATCH_ERROR_OUTPUT_TO_JSONPATH]", definition: `{"StartAt":"Task","States":{"Task":{"QueryLanguage":"JSONata","Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"foo":"foobar"}},
		  "Catch":[{"ErrorEquals":["States.ALL"],"Output":{"stateInput":"{% $states.input %}","stateError":"{% $states.errorOutput %}"},"Next":"Fallback"}],"End":true},"Fallback":{"Type":"Pass","End":true}}}`,
			input: `{"inputData":"dummy"}`, function: raisesException, want: `
			TaskStateEntered Task =
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"foo":"foobar"}}
			TaskStarted lambda invoke
			TaskFailed lambda invoke Exception ` + exception + `
			TaskStateExited Task {"stateInput":{"inputData":"dummy"},"stateError":{"Error":"Exception","Cause":"<payload>"}}
			PassStateEntered Fallback =
			PassStateExited Fallback =
			ExecutionSucceeded =`},
		{name: "test_catch_error_variable_sampling[TASK_CATCH_ERROR_VARIABLE_SAMPLING], the catch", definition: `{"QueryLanguage":"JSONata","StartAt":"Task","States":{"Task":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"foo":"foobar"}},
		  "Catch":[{"ErrorEquals":["States.ALL"],"Assign":{"inputVar":"{% $states.input %}","errorVar":"{% $states.errorOutput %}"},"Next":"Fallback"}],"End":true},"Fallback":{"Type":"Pass","End":true}}}`,
			input: `{"inputData":"dummy"}`, function: raisesException, want: `
			TaskStateEntered Task =
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"foo":"foobar"}}
			TaskStarted lambda invoke
			TaskFailed lambda invoke Exception ` + exception + `
			TaskStateExited Task {"Error":"Exception","Cause":"<payload>"} assigned {"errorVar":"{<error>}","inputVar":"{\"inputData\":\"dummy\"}"}
			PassStateEntered Fallback =
			PassStateExited Fallback =
			ExecutionSucceeded =`},
		{name: "test_base_cases[BASE_LITERALS]", definition: one(`"Type":"Pass","QueryLanguage":"JSONata","Output":{"constant_if":"States.Format('Format:{}', 101)","constant_jp_context":"$$","constant_jp_input.$":"$","constant_lst":[null,0,0.1,true,[],{"constant":0}," {% states.input %} ","$states.input"],"constant_not_jsonata":" {% states.input %} ","constant_null":null}`), input: `{}`, want: `
			PassStateEntered S =
			PassStateExited S {"constant_if":"States.Format('Format:{}', 101)","constant_jp_context":"$$","constant_jp_input.$":"$","constant_lst":[null,0,0.1,true,[],{"constant":0}," {% states.input %} ","$states.input"],"constant_not_jsonata":" {% states.input %} ","constant_null":null}
			ExecutionSucceeded =`},
	})
}
