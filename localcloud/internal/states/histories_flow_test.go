package states_test

import (
	"fmt"
	"strings"
	"testing"
)

// recorded: tests/aws/services/stepfunctions/v2/base/test_base.snapshot.json
func TestRecordedBase(t *testing.T) {
	testHistories(t, []recordedHistory{
		{name: "test_state_fail", definition: `{"StartAt":"FailState","States":{"FailState":{"Type":"Fail","Error":"SomeFailure","Cause":"This state machines raises a 'SomeFailure' failure."}}}`, input: `{}`, want: `
			FailStateEntered FailState =
			ExecutionFailed SomeFailure This state machines raises a 'SomeFailure' failure.`},
		{name: "test_state_fail_path", definition: `{"StartAt":"FailState","States":{"FailState":{"Type":"Fail","ErrorPath":"$.Error","CausePath":"$.Cause"}}}`, input: `{"Cause":"cause string","Error":"error string"}`, want: `
			FailStateEntered FailState =
			ExecutionFailed error string cause string`},
		{name: "test_state_fail_intrinsic", definition: `{"StartAt":"FailState","States":{"FailState":{"Type":"Fail","ErrorPath":"States.Format('{}', $.Error)","CausePath":"States.Format('This is a custom error message for {}, caused by {}.', $.Error, $.Cause)"}}}`, input: `{"Cause":"cause string","Error":"error string"}`, want: `
			FailStateEntered FailState =
			ExecutionFailed error string This is a custom error message for error string, caused by cause string.`},
		{name: "test_state_fail_empty", definition: `{"StartAt":"FailState","States":{"FailState":{"Type":"Fail"}}}`, input: `{}`, want: `
			FailStateEntered FailState =
			ExecutionFailed`},
		{name: "test_state_pass_result_jsonpaths", definition: `{"StartAt":"State_1","States":{"State_1":{"Type":"Pass","Result":{"unsupported1.$":"$.jsonpath","unsupported2.$":"$$"},"End":true}}}`, input: `{}`, want: `
			PassStateEntered State_1 =
			PassStateExited State_1 {"unsupported1.$":"$.jsonpath","unsupported2.$":"$$"}
			ExecutionSucceeded =`},
		{name: "test_state_pass_result_null_input_output_paths", definition: `{"StartAt":"State0","States":{"State0":{"Type":"Pass","Parameters":{"Arg1":"argument1","FromInput.$":"$"},"Next":"State1"},"State1":{"Type":"Pass","InputPath":null,"Parameters":{"Arg2":"argument2","FromInput.$":"$"},"Next":"State2"},"State2":{"Type":"Pass","OutputPath":null,"End":true}}}`, input: `{"InputValue":0}`, want: `
			PassStateEntered State0 =
			PassStateExited State0 {"Arg1":"argument1","FromInput":{"InputValue":0}}
			PassStateEntered State1 =
			PassStateExited State1 {"Arg2":"argument2","FromInput":{}}
			PassStateEntered State2 =
			PassStateExited State2 {}
			ExecutionSucceeded =`},
		{name: "test_state_pass_regex_json_path_base", definition: one(`"Type":"Pass","Parameters":{"FromInput.$":"$.users[?(@.status == 0)]"}`), input: `{"users":[{"status":0,"year":1997},{"status":1,"year":1998}]}`, want: `
			PassStateEntered S =
			PassStateExited S {"FromInput":[{"status":0,"year":1997}]}
			ExecutionSucceeded =`},
		{name: "test_query_context_object_values, the context of a Pass state", definition: `{"StartAt":"S","States":{"S":{"Type":"Pass","InputPath":"$$","End":true}}}`, input: `{"message":"TestMessage"}`, want: `
			PassStateEntered S =
			PassStateExited S {"Execution":{"Id":"<arn>","Input":{"message":"TestMessage"},"StartTime":"<time>","Name":"<name>","RoleArn":"<arn>","RedriveCount":0},"StateMachine":{"Id":"<arn>","Name":"machine"},"State":{"Name":"S","EnteredTime":"<time>"}}
			ExecutionSucceeded =`},
	})
}

// recorded: tests/aws/services/stepfunctions/v2/context_object/test_context_object.snapshot.json
func TestRecordedContextObject(t *testing.T) {
	testHistories(t, []recordedHistory{
		{name: "test_input_path[$$.Execution.Input]", definition: one(`"Type":"Pass","InputPath":"$$.Execution.Input"`), input: `{"input-value":0}`, want: `
			PassStateEntered S =
			PassStateExited S =
			ExecutionSucceeded =`},
		{name: "test_output_path[$$]", definition: one(`"Type":"Pass","OutputPath":"$$"`), input: `{"input-value":0}`, want: `
			PassStateEntered S =
			PassStateExited S {"Execution":{<members>},"StateMachine":{<members>},"State":{"Name":"S","EnteredTime":"<time>"}}
			ExecutionSucceeded =`},
	})
}

const (
	recordedMap = `{"StartAt":"StartState","States":{"StartState":{"Type":"Pass","Result":{"arr":%s},"Next":"MapState"},
	  "MapState":{"Type":"Map","ItemsPath":"$.arr","MaxConcurrency":1,%s}}}`
	failing = `"ItemProcessor":{"StartAt":"HandleItemFail","States":{"HandleItemFail":{"Type":"Fail","Error":"HandleItemFailError","Cause":"HandleItemFailCause"}}}`
)

// recorded: tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json
func TestRecordedMaps(t *testing.T) {
	const begun = `
			PassStateEntered StartState =
			PassStateExited StartState {"arr":[1]}
			MapStateEntered MapState =
			MapStateStarted length=1
			MapIterationStarted MapState index=0
			FailStateEntered HandleItemFail 1
			MapIterationFailed MapState index=0`
	testHistories(t, []recordedHistory{
		{name: "test_map_state, with three items", definition: fmt.Sprintf(recordedMap, `[1,"Hello",null]`, `"ItemProcessor":{"StartAt":"HandleItem","States":{"HandleItem":{"Type":"Pass","End":true}}},"End":true`), input: `{}`, want: `
			PassStateEntered StartState =
			PassStateExited StartState {"arr":[1,"Hello",null]}
			MapStateEntered MapState =
			MapStateStarted length=3
			MapIterationStarted MapState index=0
			PassStateEntered HandleItem 1
			PassStateExited HandleItem =
			MapIterationSucceeded MapState index=0
			MapIterationStarted MapState index=1 after 8
			PassStateEntered HandleItem "Hello"
			PassStateExited HandleItem =
			MapIterationSucceeded MapState index=1
			MapIterationStarted MapState index=2 after 12
			PassStateEntered HandleItem null
			PassStateExited HandleItem =
			MapIterationSucceeded MapState index=2
			MapStateSucceeded
			MapStateExited MapState [1,"Hello",null] after 17
			ExecutionSucceeded =`},
		{name: "test_map_state_nested", definition: `{"StartAt":"L1","States":{"L1":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"L2","States":{
		  "L2":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"Pass","States":{"Pass":{"Type":"Pass","End":true}}},"End":true}}},"End":true}}}`, input: `[[1,2],[4]]`, want: `
			MapStateEntered L1 =
			MapStateStarted length=2
			MapIterationStarted L1 index=0
			MapStateEntered L2 [1,2]
			MapStateStarted length=2
			MapIterationStarted L2 index=0
			PassStateEntered Pass 1
			PassStateExited Pass =
			MapIterationSucceeded L2 index=0
			MapIterationStarted L2 index=1 after 9
			PassStateEntered Pass 2
			PassStateExited Pass =
			MapIterationSucceeded L2 index=1
			MapStateSucceeded
			MapStateExited L2 [1,2] after 14
			MapIterationSucceeded L1 index=0
			MapIterationStarted L1 index=1 after 16
			MapStateEntered L2 [4]
			MapStateStarted length=1
			MapIterationStarted L2 index=0
			PassStateEntered Pass 4
			PassStateExited Pass =
			MapIterationSucceeded L2 index=0
			MapStateSucceeded
			MapStateExited L2 [4] after 24
			MapIterationSucceeded L1 index=1
			MapStateSucceeded
			MapStateExited L1 [[1,2],[4]] after 27
			ExecutionSucceeded =`},
		{name: "test_map_state_break_condition, from the fourth item on", definition: fmt.Sprintf(recordedMap, `[3.3,3,4]`, `"ItemProcessor":{"StartAt":"Equals3","States":{
		  "Equals3":{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":3,"Next":"Break"}],"Default":"Pass"},
		  "Pass":{"Type":"Pass","End":true},"Break":{"Type":"Fail","Error":"SomeFailure","Cause":"This state machines raises a 'SomeFailure' failure."}}},"End":true`), input: `{}`, want: `
			PassStateEntered StartState =
			PassStateExited StartState {"arr":[3.3,3,4]}
			MapStateEntered MapState =
			MapStateStarted length=3
			MapIterationStarted MapState index=0
			ChoiceStateEntered Equals3 3.3
			ChoiceStateExited Equals3 =
			PassStateEntered Pass =
			PassStateExited Pass =
			MapIterationSucceeded MapState index=0
			MapIterationStarted MapState index=1 after 10
			ChoiceStateEntered Equals3 3
			ChoiceStateExited Equals3 =
			FailStateEntered Break =
			MapIterationFailed MapState index=1
			MapStateFailed after 15
			ExecutionFailed SomeFailure This state machines raises a 'SomeFailure' failure.`},
		{name: "test_map_state_catch", definition: fmt.Sprintf(recordedMap, `[1]`, failing+`,"Catch":[{"ErrorEquals":["HandleItemFailError"],"Next":"FinalCaught"}],"Next":"FinalCaught"},"FinalCaught":{"Type":"Pass","End":true`), input: `{}`, want: begun + `
			MapStateFailed after 7
			MapStateExited MapState {"Error":"HandleItemFailError","Cause":"HandleItemFailCause"}
			PassStateEntered FinalCaught =
			PassStateExited FinalCaught =
			ExecutionSucceeded =`},
		{name: "test_map_state_retry", definition: fmt.Sprintf(recordedMap, `[1]`, failing+`,"Retry":[{"ErrorEquals":["HandleItemFailError"],"IntervalSeconds":1,"MaxAttempts":2}],"End":true`), input: `{}`, want: begun + `
			MapStateStarted length=1 after 7
			MapIterationStarted MapState index=0
			FailStateEntered HandleItemFail =
			MapIterationFailed MapState index=0
			MapStateStarted length=1 after 11
			MapIterationStarted MapState index=0
			FailStateEntered HandleItemFail =
			MapIterationFailed MapState index=0
			MapStateFailed after 15
			ExecutionFailed HandleItemFailError HandleItemFailCause`},
		{name: "test_map_state_retry_multiple_retriers, with fewer attempts", definition: fmt.Sprintf(recordedMap, `[1]`, failing+`,"Retry":[{"ErrorEquals":["NoSuchError"],"MaxAttempts":1},{"ErrorEquals":["State.ALL"],"MaxAttempts":2},{"ErrorEquals":["HandleItemFailError"],"MaxAttempts":1}],"End":true`), input: `{}`, want: begun + `
			MapStateStarted length=1 after 7
			MapIterationStarted MapState index=0
			FailStateEntered HandleItemFail =
			MapIterationFailed MapState index=0
			MapStateFailed after 11
			ExecutionFailed HandleItemFailError HandleItemFailCause`},
		{name: "test_map_state_catch_empty_fail", definition: fmt.Sprintf(recordedMap, `[1]`, `"ItemProcessor":{"StartAt":"HandleItemFail","States":{"HandleItemFail":{"Type":"Fail"}}},"Catch":[{"ErrorEquals":["Other"],"Next":"FinalCaught"}],"End":true},"FinalCaught":{"Type":"Pass","End":true`), input: `{}`, want: begun + `
			MapStateFailed after 7
			ExecutionFailed`},
		{name: "test_map_state_item_selector_singleton, with one item", definition: `{"StartAt":"MapState","States":{"MapState":{"Type":"Map","InputPath":"$.detail","ItemsPath":"$.shipped","MaxConcurrency":1,"ResultPath":"$.detail.shipped_output",
		  "ItemSelector":{"original_input.$":"$","iteration_input_value.$":"$$.Map.Item.Value","iteration_index.$":"$$.Map.Item.Index","from_input_constant.$":"$.delivery-partner","constant_value":"HelloWorld"},
		  "ItemProcessor":{"StartAt":"HandleItem","States":{"HandleItem":{"Type":"Pass","End":true}}},"End":true}}}`, input: `{"detail":{"delivery-partner":"UQS","shipped":["A"]}}`, want: `
			MapStateEntered MapState =
			MapStateStarted length=1
			MapIterationStarted MapState index=0
			PassStateEntered HandleItem {"original_input":{"delivery-partner":"UQS","shipped":["A"]},"iteration_input_value":"A","iteration_index":0,"from_input_constant":"UQS","constant_value":"HelloWorld"}
			PassStateExited HandleItem =
			MapIterationSucceeded MapState index=0
			MapStateSucceeded
			MapStateExited MapState {"detail":{"delivery-partner":"UQS","shipped":["A"],"shipped_output":[{"original_input":{"delivery-partner":"UQS","shipped":["A"]},"iteration_input_value":"A","iteration_index":0,"from_input_constant":"UQS","constant_value":"HelloWorld"}]}} after 7
			ExecutionSucceeded =`},
		{name: "test_max_concurrency_path[NoNumber]", definition: `{"StartAt":"MapState","States":{"MapState":{"Type":"Map","ItemsPath":"$.Values","MaxConcurrencyPath":"$.MaxConcurrencyValue",` + failing + `,"End":true}}}`, input: `{"MaxConcurrencyValue":"NoNumber","Values":["HelloWorld"]}`, want: `
			MapStateEntered MapState =
			ExecutionFailed States.Runtime An error occurred while executing the state 'MapState' (entered at the event id #2). The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.MaxConcurrencyValue`},
	})
}

// recorded: tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json, test_invalid_jsonpath
func TestRecordedPathsThatLeadNowhere(t *testing.T) {
	const prefix = "ExecutionFailed States.Runtime An error occurred while executing the state 'S' (entered at the event id #2). "
	var cases []recordedHistory
	for fields, want := range map[string]string{
		`"Type":"Pass","InputPath":"$.NoSuchInputPath"`:                                            `Invalid path '$.NoSuchInputPath' : No results for path: $['NoSuchInputPath']`,
		`"Type":"Pass","OutputPath":"$.NoSuchOutputPath"`:                                          `Invalid path '$.NoSuchOutputPath' : No results for path: $['NoSuchOutputPath']`,
		invoke + `,"Parameters":{"FunctionName":"f"},"TimeoutSecondsPath":"$.NoSuchSecondsPath"`:   `Invalid path '$.NoSuchSecondsPath' : No results for path: $['NoSuchSecondsPath']`,
		invoke + `,"Parameters":{"FunctionName":"f"},"HeartbeatSecondsPath":"$.NoSuchSecondsPath"`: `Invalid path '$.NoSuchSecondsPath' : No results for path: $['NoSuchSecondsPath']`,
	} {
		kind := "Pass"
		if strings.Contains(fields, "Task") {
			kind = "Task"
		}
		cases = append(cases, recordedHistory{name: fields, definition: one(fields), input: `{"int-literal":0}`, want: kind + `StateEntered S =
			` + prefix + want})
	}
	cases = append(cases, recordedHistory{name: "INVALID_JSONPATH_IN_CAUSEPATH", definition: `{"StartAt":"S","States":{"S":{"Type":"Fail","CausePath":"$.NoSuchCausePath"}}}`, input: `{"int-literal":0}`, want: `
			FailStateEntered S =
			` + prefix + `The JSONPath '$.NoSuchCausePath' specified for the field 'CausePath' could not be found in the input '{"int-literal":0}'`})
	cases = append(cases, recordedHistory{name: "INVALID_JSONPATH_IN_STRING_EXPR_CONTEXTPATH", definition: one(`"Type":"Pass","Parameters":{"value.$":"$$.Execution.Input.no_such_jsonpath"}`), input: `{"int-literal":0}`, want: `
			PassStateEntered S =
			` + prefix + `The JSONPath '$$.Execution.Input.no_such_jsonpath' specified for the field 'value.$' could not be found in the input '{"Execution":{"Id":"<arn>","Input":{"int-literal":0},<members>},"StateMachine":{<members>},"State":{"Name":"S","EnteredTime":"<time>"}}'`})
	testHistories(t, cases)
}

// recorded: tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json, test_escape_sequence_parsing
func TestRecordedEscapes(t *testing.T) {
	const input = `{"Test\\\"\"Name\"":"Value\"\\"}`
	testHistories(t, []recordedHistory{
		{name: "ESCAPE_SEQUENCES_JSONPATH", definition: one(`"Type":"Pass","Parameters":{"value.$":"$['Test\\\"\"Name\"']"}`), input: input, want: `
			PassStateEntered S =
			PassStateExited S {"value":"Value\"\\"}
			ExecutionSucceeded =`},
		{name: "ESCAPE_SEQUENCES_JSONATA_COMPARISON_OUTPUT", definition: `{"QueryLanguage":"JSONata","StartAt":"Pass","States":{"Pass":{"Type":"Pass","Output":"\"","Next":"Check"},"Check":{"Type":"Pass","Output":"{% $states.input = '\"' %}","End":true}}}`, input: input, want: `
			PassStateEntered Pass =
			PassStateExited Pass "\""
			PassStateEntered Check =
			PassStateExited Check true
			ExecutionSucceeded =`},
		{name: "ESCAPE_SEQUENCES_STRING_LITERALS, in part", definition: one(`"Type":"Pass","Result":{"emoji":"\uD83C\uDD97","escaped_double_in_string":"An escaped quote: \\\"hello\\\"","not_an_intrinsic_function.$":"States.StringToJson('{\"text\":\"An \\\"escaped double quote\\\" here\"}')","unicode_double_quote":"\u0022unicode-quote\u0022","whitespace_escapes":"Line1\nLine2\tTabbed"}`), input: input, want: `
			PassStateEntered S =
			PassStateExited S {"emoji":"🆗","escaped_double_in_string":"An escaped quote: \\\"hello\\\"","not_an_intrinsic_function.$":"States.StringToJson('{\"text\":\"An \\\"escaped double quote\\\" here\"}')","unicode_double_quote":"\"unicode-quote\"","whitespace_escapes":"Line1\nLine2\tTabbed"}
			ExecutionSucceeded =`},
	})
}

// recorded: tests/aws/services/stepfunctions/v2/assign/test_assign_base.snapshot.json, test_assign_in_choice
func TestRecordedAssignInChoice(t *testing.T) {
	const machine = `{"QueryLanguage":"JSONata","StartAt":"ChoiceState","States":{"ChoiceState":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.condition %}","Assign":{"Assignment":"Condition assignment"},"Next":"ConditionTrue"}],"Assign":{"Assignment":"Default Assignment"},"Default":"DefaultState"},
	  "ConditionTrue":{"Type":"Pass","End":true},"DefaultState":{"Type":"Fail","Cause":"Condition is false"}}}`
	testHistories(t, []recordedHistory{
		{name: "CONDITION_TRUE", definition: machine, input: `{"condition":true}`, want: `
			ChoiceStateEntered ChoiceState =
			ChoiceStateExited ChoiceState = assigned {"Assignment":"\"Condition assignment\""}
			PassStateEntered ConditionTrue =
			PassStateExited ConditionTrue =
			ExecutionSucceeded =`},
		{name: "CONDITION_FALSE", definition: machine, input: `{"condition":false}`, want: `
			ChoiceStateEntered ChoiceState =
			ChoiceStateExited ChoiceState = assigned {"Assignment":"\"Default Assignment\""}
			FailStateEntered DefaultState =
			ExecutionFailed Condition is false`},
	})
}

// recorded: tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json;
// of the branches it keeps the sorted events alone.
func TestRecordedParallel(t *testing.T) {
	testHistories(t, []recordedHistory{
		{name: "test_parallel_state, with one branch", definition: `{"StartAt":"LoadInput","States":{"LoadInput":{"Type":"Pass","Result":[1,2,3,4],"Next":"ParallelState"},
		  "ParallelState":{"Type":"Parallel","Branches":[{"StartAt":"Branch1","States":{"Branch1":{"Type":"Pass","End":true}}}],"End":true}}}`, input: `{}`, want: `
			PassStateEntered LoadInput =
			PassStateExited LoadInput [1,2,3,4]
			ParallelStateEntered ParallelState =
			ParallelStateStarted
			PassStateEntered Branch1 =
			PassStateExited Branch1 =
			ParallelStateSucceeded
			ParallelStateExited ParallelState [[1,2,3,4]] after 7
			ExecutionSucceeded =`},
		{name: "test_parallel_state_fail", definition: `{"StartAt":"ParallelState","States":{"ParallelState":{"Type":"Parallel","Branches":[{"StartAt":"Branch1","States":{"Branch1":{"Type":"Fail","Error":"FailureType"}}}],"End":true}}}`, input: `{}`, want: `
			ParallelStateEntered ParallelState =
			ParallelStateStarted
			FailStateEntered Branch1 =
			ParallelStateFailed
			ExecutionFailed FailureType`},
		{name: "test_parallel_state_nested", definition: `{"StartAt":"L1","States":{"L1":{"Type":"Parallel","Branches":[{"StartAt":"L2","States":{"L2":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"End":true}}}],"End":true}}}`, input: `[[1,2,3],[4,5,6]]`, want: `
			ParallelStateEntered L1 =
			ParallelStateStarted
			ParallelStateEntered L2 =
			ParallelStateStarted
			PassStateEntered B =
			PassStateExited B =
			ParallelStateSucceeded
			ParallelStateExited L2 [[[1,2,3],[4,5,6]]] after 7
			ParallelStateSucceeded
			ParallelStateExited L1 [[[[1,2,3],[4,5,6]]]] after 9
			ExecutionSucceeded =`},
	})
}

// recorded: tests/aws/services/stepfunctions/v2/states_variables/test_error_output.snapshot.json,
// test_parallel_catch_error[PARALLEL_CATCH_ERROR_OUTPUT_WITH_RETRY]; it keeps the sorted events of the branch alone.
func TestRecordedParallelRetry(t *testing.T) {
	testHistories(t, []recordedHistory{{name: "with retry", definition: `{"QueryLanguage":"JSONata","StartAt":"ParallelState","States":{
	  "ParallelState":{"Type":"Parallel","Branches":[{"StartAt":"ExecuteLambdaTask","States":{"ExecuteLambdaTask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"foo":"foobar"}},"End":true}}}],
	    "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],"Catch":[{"ErrorEquals":["States.ALL"],"Output":{"stateInput":"{% $states.input %}","stateError":"{% $states.errorOutput %}"},"Next":"Fallback"}],"End":true},
	  "Fallback":{"Type":"Pass","Output":{"result":"{% $states.input %}"},"End":true}}}`, input: `{"inputData":"dummy"}`, function: raisesException, want: `
			ParallelStateEntered ParallelState =
			ParallelStateStarted
			TaskStateEntered ExecuteLambdaTask =
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"foo":"foobar"}}
			TaskStarted lambda invoke
			TaskFailed lambda invoke Exception ` + exception + `
			TaskStateAborted
			ParallelStateStarted after 7
			TaskStateEntered ExecuteLambdaTask {"inputData":"dummy"}
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"foo":"foobar"}}
			TaskStarted lambda invoke
			TaskFailed lambda invoke Exception ` + exception + `
			TaskStateAborted
			ParallelStateFailed after 13
			ParallelStateExited ParallelState {"stateInput":{"inputData":"dummy"},"stateError":{"Error":"Exception","Cause":"<payload>"}}
			PassStateEntered Fallback =
			PassStateExited Fallback {"result":{"stateInput":{"inputData":"dummy"},"stateError":{"Error":"Exception","Cause":"<payload>"}}}
			ExecutionSucceeded =`}})
}

// recorded: tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json and
// tests/aws/services/stepfunctions/v2/base/test_wait.snapshot.json
func TestRecordedWaits(t *testing.T) {
	const prefix = `States.Runtime An error occurred while executing the state 'S' (entered at the event id #2). The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.TimestampValue == `
	const jsonata = `States.QueryEvaluationError An error occurred while executing the state 'S' (entered at the event id #2). The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: `
	byPath := one(`"Type":"Wait","TimestampPath":"$.TimestampValue"`)
	byExpression := one(`"Type":"Wait","QueryLanguage":"JSONata","Timestamp":"{% $states.input.TimestampValue %}"`)
	cases := []recordedHistory{}
	for id, value := range map[string]string{
		"NO_T": "2016-12-05 21:29:29Z", "NO_Z": "2016-12-05T21:29:29", "test_wait_timestamppath .000000": "2016-12-05T21:29:29.000000", "INVALID_DATE": "2016-13-05T21:29:29Z",
		"INVALID_TIME": "2016-12-05T25:29:29Z", "INVALID_ISO": "05-12-2016T21:29:29Z",
	} {
		input := `{"TimestampValue":"` + value + `"}`
		cases = append(cases,
			recordedHistory{name: "test_wait_timestamp_path[" + id + "]", definition: byPath, input: input, want: `
				WaitStateEntered S =
				ExecutionFailed ` + prefix + value},
			recordedHistory{name: "test_wait_timestamp_jsonata[" + id + "]", definition: byExpression, input: input, want: `
				WaitStateEntered S =
				EvaluationFailed S Timestamp ` + jsonata + value + `
				ExecutionFailed ` + jsonata + value})
	}
	for id, value := range map[string]string{"SECONDS": "2016-03-14T01:59:00Z", "NANOSECONDS": "2016-12-05T21:29:29.243167252Z", "test_wait_timestamppath .0000000Z": "2016-03-14T01:59:00.0000000Z"} {
		for _, definition := range []string{byPath, byExpression} {
			cases = append(cases, recordedHistory{name: "test_wait_timestamp_path and _jsonata[" + id + "]", definition: definition, input: `{"TimestampValue":"` + value + `"}`, want: `
				WaitStateEntered S =
				WaitStateExited S =
				ExecutionSucceeded =`})
		}
	}
	testHistories(t, cases)
}
