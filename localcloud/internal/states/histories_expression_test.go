package states_test

import (
	"fmt"
	"testing"
)

// recorded: tests/aws/services/stepfunctions/v2/outputdecl/test_output.snapshot.json, test_base_output_any_non_dict and test_output_in_choice
func TestRecordedOutputsOfAnyType(t *testing.T) {
	const input = `{"input_value":"stringliteral"}`
	var cases []recordedHistory
	for output, want := range map[string]string{
		`null`: `null`, `0`: `0`, `0.1`: `0.1`, `true`: `true`, `"string literal"`: `"string literal"`, `[]`: `[]`,
		`"{% $states.input %}"`: input,
		`[null,0,0.1,true,"string",[],"$nosuchvar","$.no.such.path","{% $states.input %}",{"key":"{% true %}"}]`: `[null,0,0.1,true,"string",[],"$nosuchvar","$.no.such.path",{"input_value":"stringliteral"},{"key":true}]`,
	} {
		cases = append(cases, recordedHistory{name: output, definition: one(`"QueryLanguage":"JSONata","Type":"Pass","Output":` + output), input: input, want: `
			PassStateEntered S =
			PassStateExited S ` + same(want, input) + `
			ExecutionSucceeded =`})
	}
	const machine = `{"QueryLanguage":"JSONata","StartAt":"ChoiceState","States":{"ChoiceState":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.condition %}","Output":"Condition Output block","Next":"ConditionTrue"}],"Output":"Default Output block","Default":"DefaultState"},
	  "ConditionTrue":{"Type":"Pass","End":true},"DefaultState":{"Type":"Fail","Cause":"Condition is false"}}}`
	cases = append(cases,
		recordedHistory{name: "CONDITION_TRUE", definition: machine, input: `{"condition":true}`, want: `
			ChoiceStateEntered ChoiceState =
			ChoiceStateExited ChoiceState "Condition Output block"
			PassStateEntered ConditionTrue =
			PassStateExited ConditionTrue =
			ExecutionSucceeded =`},
		recordedHistory{name: "CONDITION_FALSE", definition: machine, input: `{"condition":false}`, want: `
			ChoiceStateEntered ChoiceState =
			ChoiceStateExited ChoiceState "Default Output block"
			FailStateEntered DefaultState =
			ExecutionFailed Condition is false`})
	testHistories(t, cases)
}

// same is how data is written in a line where the data of before is known.
func same(data, before string) string {
	if data == before {
		return "="
	}
	return data
}

// recorded: tests/aws/services/stepfunctions/v2/evaluate_jsonata/test_base_evaluate_expressions.snapshot.json
func TestRecordedExpressionsInFields(t *testing.T) {
	const number = `"{% $variable := 1 %}"`
	const item = `
			MapIterationStarted Start index=%d after %d
			PassStateEntered Process %d
			PassStateExited Process =
			MapIterationSucceeded Start index=%d`
	machine := func(fields string) string {
		return `{"QueryLanguage":"JSONata","StartAt":"Start","States":{"Start":{"Type":"Map",` + fields + `,"ItemProcessor":{"StartAt":"Process","States":{"Process":{"Type":"Pass","End":true}}},"End":true}}}`
	}
	var cases []recordedHistory
	for _, field := range []string{"MaxConcurrency", "ToleratedFailurePercentage", "ToleratedFailureCount"} {
		cases = append(cases, recordedHistory{name: "test_base_map " + field, definition: machine(`"Items":[1],"` + field + `":` + number), input: `{}`, want: `
			MapStateEntered Start =
			MapStateStarted length=1
			MapIterationStarted Start index=0
			PassStateEntered Process 1
			PassStateExited Process =
			MapIterationSucceeded Start index=0
			MapStateSucceeded
			MapStateExited Start [1] after 7
			ExecutionSucceeded =`})
	}
	cases = append(cases, recordedHistory{name: "test_base_map[ITEMS]", definition: machine(`"MaxConcurrency":1,"Items":[1,"{% $number(\"2\") %}"]`), input: `{}`, want: `
			MapStateEntered Start =
			MapStateStarted length=2
			MapIterationStarted Start index=0
			PassStateEntered Process 1
			PassStateExited Process =
			MapIterationSucceeded Start index=0` + fmt.Sprintf(item, 1, 6, 2, 1) + `
			MapStateSucceeded
			MapStateExited Start [1,2] after 11
			ExecutionSucceeded =`})
	for field, limit := range map[string]string{"TimeoutSeconds": "timeoutInSeconds", "HeartbeatSeconds": "heartbeatInSeconds"} {
		for expression, input := range map[string]string{number: `{}`, `"{% $states.input.input_value %}"`: `{"input_value":1}`} {
			cases = append(cases, recordedHistory{name: "test_base_task and _from_input " + field + expression, definition: one(`"QueryLanguage":"JSONata",` + invoke + `,"Arguments":{"FunctionName":"f","Payload":{}},"` + field + `":` + expression), input: input, want: `
			TaskStateEntered S =
			TaskScheduled lambda invoke ` + limit + `=1 {"FunctionName":"f","Payload":{}}
			TaskStarted lambda invoke
			TaskSucceeded lambda invoke {<members>}
			TaskStateExited S =
			ExecutionSucceeded =`})
		}
	}
	for expression, want := range map[string]string{
		`{% $contains(\"hello$world\", /^hello\\$/) %}`: `true`, `{% $contains('hello$world', /^hello\\$/) %}`: `true`,
		`{% $contains(\"hello$world\", /^hello\\ /) %}`: `false`, `{% $contains('hello$world', /^hello\\ /) %}`: `false`,
	} {
		cases = append(cases, recordedHistory{name: "test_base_jsonata_regular_expressions " + expression, definition: one(`"QueryLanguage":"JSONata","Type":"Pass","Output":"` + expression + `"`), input: `{}`, want: `
			PassStateEntered S =
			PassStateExited S ` + want + `
			ExecutionSucceeded =`})
	}
	testHistories(t, cases)
}

// recorded: tests/aws/services/stepfunctions/v2/query_language/test_mixed_query_language.snapshot.json and
// tests/aws/services/stepfunctions/v2/arguments/test_arguments.snapshot.json
func TestRecordedMixedLanguages(t *testing.T) {
	testHistories(t, []recordedHistory{
		{name: "test_variable_sampling[JSONATA_ASSIGN_JSONPATH_REF]", definition: `{"StartAt":"JSONataState","States":{"JSONataState":{"QueryLanguage":"JSONata","Type":"Pass","Assign":{"theAnswerVar":42},"Next":"JSONPathState"},"JSONPathState":{"Type":"Pass","Assign":{"theAnswerVar":18,"oldAnswerVar.$":"$theAnswerVar"},"End":true}}}`, input: `{}`, want: `
			PassStateEntered JSONataState =
			PassStateExited JSONataState = assigned {"theAnswerVar":"42"}
			PassStateEntered JSONPathState =
			PassStateExited JSONPathState = assigned {"oldAnswerVar":"42","theAnswerVar":"18"}
			ExecutionSucceeded =`},
		{name: "test_task_dataflow_to_state", definition: `{"StartAt":"StateJsonPath","States":{"StateJsonPath":{"QueryLanguage":"JSONPath","Type":"Pass","Result":{"riddle":"What?"},"Assign":{"answer":42,"inputData.$":"$"},"OutputPath":"$","ResultPath":"$.enigma.mystery","Next":"StateJsonata"},
		  "StateJsonata":{"QueryLanguage":"JSONata","Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"{% $states.input.functionName %}","Payload":{"theQuestion":"{% $states.input.enigma.mystery.riddle %}","theAnswer":"{% $answer %}"}},
		    "Assign":{"answer":"<omitted>","message":"{% $states.result %}"},"Output":{"result":"{% $states.result.Payload %}"},"End":true}}}`, input: `{"functionName":"f"}`, want: `
			PassStateEntered StateJsonPath =
			PassStateExited StateJsonPath {"functionName":"f","enigma":{"mystery":{"riddle":"What?"}}} assigned {"answer":"42","inputData":"{\"riddle\":\"What?\"}"}
			TaskStateEntered StateJsonata =
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"theQuestion":"What?","theAnswer":42}}
			TaskStarted lambda invoke
			TaskSucceeded lambda invoke {<members>}
			TaskStateExited StateJsonata {"result":{"theQuestion":"What?","theAnswer":42}} assigned {"answer":"\"<omitted>\"","message":"{<members>}"}
			ExecutionSucceeded =`},
		{name: "test_base_cases[BASE_LAMBDA_EXPRESSION]", definition: `{"QueryLanguage":"JSONata","StartAt":"Init","States":{"Init":{"Type":"Pass","Assign":{"var_input_value":"{% $states.input.input_value %}","var_constant_1":1},"Next":"State0"},
		  "State0":{"Type":"Task","Resource":"` + functionARN + `","Arguments":{"ja_states_input":"{% $states.input %}","ja_var_access":"{% $var_input_value %}","ja_expr":"{% $sum($states.input.input_values) + $var_constant_1 %}"},"Assign":{"ja_var_access":"{% $states.result.ja_var_access %}","ja_expr":"{% $states.result.ja_expr %}"},"End":true}}}`,
			input: `{"input_value":"string literal","input_values":[1,2,3]}`, want: `
			PassStateEntered Init =
			PassStateExited Init = assigned {"var_constant_1":"1","var_input_value":"\"string literal\""}
			TaskStateEntered State0 =
			LambdaFunctionScheduled ` + functionARN + ` {"ja_states_input":{"input_value":"string literal","input_values":[1,2,3]},"ja_var_access":"string literal","ja_expr":7}
			LambdaFunctionStarted
			LambdaFunctionSucceeded =
			TaskStateExited State0 = assigned {"ja_expr":"7","ja_var_access":"\"string literal\""}
			ExecutionSucceeded =`},
		{name: "test_base_cases[BASE_LAMBDA_EMPTY]", definition: one(`"QueryLanguage":"JSONata","Type":"Task","Resource":"` + functionARN + `","Arguments":{}`), input: `{"input_value":"string literal"}`, want: `
			TaskStateEntered S =
			LambdaFunctionScheduled ` + functionARN + ` {}
			LambdaFunctionStarted
			LambdaFunctionSucceeded =
			TaskStateExited S =
			ExecutionSucceeded =`},
	})
}
