package states_test

import (
	"fmt"
	"testing"
)

// recorded: tests/aws/services/stepfunctions/v2/assign/test_assign_reference_variables.snapshot.json, test_undefined_reference
func TestRecordedUndefinedReferences(t *testing.T) {
	const task = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",`
	var cases []recordedHistory
	for _, tt := range []struct{ name, fields, location string }{
		{"BASE_UNDEFINED_OUTPUT", `"Type":"Pass","Output":"{% $doesNotExist %}"`, "Output"},
		{"BASE_UNDEFINED_OUTPUT_FIELD", `"Type":"Pass","Output":{"result":"{% $doesNotExist %}"}`, "Output/result"},
		{"BASE_UNDEFINED_ASSIGN", `"Type":"Pass","Assign":{"result":"{% $doesNotExist %}"}`, "Assign/result"},
		{"BASE_UNDEFINED_ARGUMENTS", task + `"Arguments":"{% $doesNotExist %}"`, "Arguments"},
		{"BASE_UNDEFINED_ARGUMENTS_FIELD", task + `"Arguments":{"FunctionName":"{% $doesNotExist %}"}`, "Arguments/FunctionName"},
	} {
		kind := "Pass"
		if tt.location[:2] == "Ar" {
			kind = "Task"
		}
		cause := fmt.Sprintf("States.QueryEvaluationError An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$doesNotExist' specified for the field '%s' returned nothing (undefined).", tt.location)
		cases = append(cases, recordedHistory{name: tt.name, definition: one(`"QueryLanguage":"JSONata",` + tt.fields), input: `{}`, want: kind + `StateEntered S =
			EvaluationFailed S ` + tt.location + ` ` + cause + ` after 0
			ExecutionFailed ` + cause})
	}
	const cause = "States.QueryEvaluationError An error occurred while executing the state 'State2' (entered at the event id #4). The JSONata expression '$doesNotExist' specified for the field 'Output/result' returned nothing (undefined)."
	cases = append(cases, recordedHistory{name: "BASE_UNDEFINED_OUTPUT_MULTIPLE_STATES, the last two", definition: `{"QueryLanguage":"JSONata","StartAt":"State1","States":{"State1":{"Type":"Pass","Next":"State2"},"State2":{"Type":"Pass","Output":{"result":"{% $doesNotExist %}"},"End":true}}}`, input: `{}`, want: `
			PassStateEntered State1 =
			PassStateExited State1 =
			PassStateEntered State2 =
			EvaluationFailed State2 Output/result ` + cause + ` after 3
			ExecutionFailed ` + cause})
	testHistories(t, cases)
}

// recorded: tests/aws/services/stepfunctions/v2/assign/test_assign_reference_variables.snapshot.json
func TestRecordedReferences(t *testing.T) {
	testHistories(t, []recordedHistory{
		{name: "test_reference_assign[BASE_REFERENCE_IN_PARAMETERS]", definition: `{"StartAt":"State0","States":{"State0":{"Type":"Pass","Parameters":{"result":"$result"},"Assign":{"result":"foobar"},"Next":"State1"},"State1":{"Type":"Pass","ResultPath":"$.result","Parameters":{"result.$":"$result"},"End":true}}}`, input: `{}`, want: `
			PassStateEntered State0 =
			PassStateExited State0 {"result":"$result"} assigned {"result":"\"foobar\""}
			PassStateEntered State1 =
			PassStateExited State1 {"result":{"result":"foobar"}}
			ExecutionSucceeded =`},
		{name: "test_reference_assign[BASE_REFERENCE_IN_CHOICE]", definition: `{"StartAt":"Setup","States":{"Setup":{"Type":"Pass","Assign":{"guess":"the_guess","answer":"the_answer"},"Next":"CheckAnswer"},
		  "CheckAnswer":{"Type":"Choice","Choices":[{"Variable":"$guess","StringEqualsPath":"$answer","Next":"CorrectAnswer"}],"Default":"WrongAnswer"},
		  "CorrectAnswer":{"Type":"Pass","Result":{"state":"CORRECT"},"End":true},"WrongAnswer":{"Type":"Pass","Assign":{"guess.$":"$answer"},"Result":{"state":"WRONG"},"Next":"CheckAnswer"}}}`, input: `{}`, want: `
			PassStateEntered Setup =
			PassStateExited Setup = assigned {"answer":"\"the_answer\"","guess":"\"the_guess\""}
			ChoiceStateEntered CheckAnswer =
			ChoiceStateExited CheckAnswer =
			PassStateEntered WrongAnswer =
			PassStateExited WrongAnswer {"state":"WRONG"} assigned {"guess":"\"the_answer\""}
			ChoiceStateEntered CheckAnswer =
			ChoiceStateExited CheckAnswer =
			PassStateEntered CorrectAnswer =
			PassStateExited CorrectAnswer {"state":"CORRECT"}
			ExecutionSucceeded =`},
		{name: "test_reference_assign[BASE_REFERENCE_IN_WAIT]", definition: `{"StartAt":"Start","States":{"Start":{"Type":"Pass","Assign":{"waitTime":0,"startAt":"2024-11-06T09:42:03Z"},"Next":"WaitSecondsState"},
		  "WaitSecondsState":{"Type":"Wait","SecondsPath":"$waitTime","Next":"WaitUntilState"},"WaitUntilState":{"Type":"Wait","TimestampPath":"$startAt","End":true}}}`, input: `{}`, want: `
			PassStateEntered Start =
			PassStateExited Start = assigned {"startAt":"\"2024-11-06T09:42:03Z\"","waitTime":"0"}
			WaitStateEntered WaitSecondsState =
			WaitStateExited WaitSecondsState =
			WaitStateEntered WaitUntilState =
			WaitStateExited WaitUntilState =
			ExecutionSucceeded =`},
		{name: "test_reference_assign[BASE_REFERENCE_IN_ITERATOR_OUTER_SCOPE], with one level", definition: `{"StartAt":"Input","States":{"Input":{"Type":"Pass","Result":[[9,44,6]],"Assign":{"bias":4.3},"Next":"IterateLevels"},
		  "IterateLevels":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"AssignCurrentVector","States":{"AssignCurrentVector":{"Type":"Pass","Assign":{"xCurrent.$":"$[0]","yCurrent.$":"$[1]","zCurrent.$":"$[2]"},"Next":"Calculate"},
		    "Calculate":{"Type":"Map","MaxConcurrency":1,"ItemsPath":"$[0:1]","ItemProcessor":{"StartAt":"Summate","States":{"Summate":{"Type":"Pass","Assign":{"Sum.$":"States.MathAdd(States.MathAdd(States.MathAdd($yCurrent, $xCurrent), $zCurrent), $bias)"},"End":true}}},"End":true}}},"End":true}}}`, input: `{}`, want: `
			PassStateEntered Input =
			PassStateExited Input [[9,44,6]] assigned {"bias":"4.3"}
			MapStateEntered IterateLevels =
			MapStateStarted length=1
			MapIterationStarted IterateLevels index=0
			PassStateEntered AssignCurrentVector [9,44,6]
			PassStateExited AssignCurrentVector = assigned {"xCurrent":"9","yCurrent":"44","zCurrent":"6"}
			MapStateEntered Calculate =
			MapStateStarted length=1
			MapIterationStarted Calculate index=0
			PassStateEntered Summate 9
			PassStateExited Summate = assigned {"Sum":"63"}
			MapIterationSucceeded Calculate index=0
			MapStateSucceeded
			MapStateExited Calculate [9] after 14
			MapIterationSucceeded IterateLevels index=0
			MapStateSucceeded
			MapStateExited IterateLevels [[9]] after 17
			ExecutionSucceeded =`},
		{name: "test_reference_assign[BASE_REFERENCE_IN_FAIL]", definition: `{"StartAt":"Pass","States":{"Pass":{"Type":"Pass","Assign":{"errorVar":"Exception","causeVar":"An Exception was encountered"},"Next":"Fail"},"Fail":{"Type":"Fail","ErrorPath":"$errorVar","CausePath":"$causeVar"}}}`, input: `{}`, want: `
			PassStateEntered Pass =
			PassStateExited Pass = assigned {"causeVar":"\"An Exception was encountered\"","errorVar":"\"Exception\""}
			FailStateEntered Fail =
			ExecutionFailed Exception An Exception was encountered`},
		{name: "test_assign_from_value[BASE_ASSIGN_FROM_PARAMETERS]", definition: `{"StartAt":"State0","States":{"State0":{"Type":"Pass","Parameters":{"input":"PENDING"},"Assign":{"result.$":"$.input"},"Next":"State1"},"State1":{"Type":"Pass","Assign":{"result":"SUCCESS","originalResult.$":"$.input"},"End":true}}}`, input: `{}`, want: `
			PassStateEntered State0 =
			PassStateExited State0 {"input":"PENDING"} assigned {"result":"\"PENDING\""}
			PassStateEntered State1 =
			PassStateExited State1 = assigned {"originalResult":"\"PENDING\"","result":"\"SUCCESS\""}
			ExecutionSucceeded =`},
		{name: "test_assign_from_value[BASE_ASSIGN_FROM_RESULT]", definition: one(`"Type":"Pass","Result":{"answer":42},"Assign":{"theAnswer.$":"$.answer"}`), input: `{}`, want: `
			PassStateEntered S =
			PassStateExited S {"answer":42} assigned {"theAnswer":"42"}
			ExecutionSucceeded =`},
		{name: "test_state_assign_evaluation_order[BASE_EVALUATION_ORDER_PASS_STATE]", definition: `{"StartAt":"State0","States":{"State0":{"Type":"Pass","Result":{"theQuestion":"What?"},"Assign":{"question.$":"$.theQuestion","answer":42},"Next":"State1"},
		  "State1":{"Type":"Pass","InputPath":"$answer","ResultPath":"$.theAnswer","OutputPath":"$answer","Assign":{"answer":"<omitted>"},"End":true}}}`, input: `{}`, want: `
			PassStateEntered State0 =
			PassStateExited State0 {"theQuestion":"What?"} assigned {"answer":"42","question":"\"What?\""}
			PassStateEntered State1 =
			PassStateExited State1 42 assigned {"answer":"\"<omitted>\""}
			ExecutionSucceeded =`},
		{name: "test_assign_in_choice_state[CORRECT], a number in a text", definition: `{"StartAt":"CheckInputState","States":{"CheckInputState":{"Type":"Choice","Choices":[{"Variable":"$.input_value","IsPresent":false,"Assign":{"status":"UNKNOWN"},"Next":"FinalState"},{"Variable":"$.input_value","NumericEquals":42,"Assign":{"status":"CORRECT"},"Next":"FinalState"}],
		  "Assign":{"status":"INCORRECT","guess.$":"$.input_value"},"Default":"FinalState"},"FinalState":{"Type":"Pass","Parameters":{"result.$":"$status"},"End":true}}}`, input: `{"input_value":"42"}`, want: `
			ChoiceStateEntered CheckInputState =
			ChoiceStateExited CheckInputState = assigned {"guess":"\"42\"","status":"\"INCORRECT\""}
			PassStateEntered FinalState =
			PassStateExited FinalState {"result":"INCORRECT"}
			ExecutionSucceeded =`},
		{name: "test_assign_in_wait_state", definition: one(`"QueryLanguage":"JSONata","Type":"Wait","Seconds":0,"Assign":{"foo":"oof"}`), input: `{}`, want: `
			WaitStateEntered S =
			WaitStateExited S = assigned {"foo":"\"oof\""}
			ExecutionSucceeded =`},
		{name: "test_assign_in_catch_state", definition: `{"StartAt":"Task","States":{"Task":{"QueryLanguage":"JSONata","Type":"Task","Assign":{"result":"SUCCESS"},"Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"{% $states.input.input_value %}","Payload":{"foo":"oof"}},
		  "Catch":[{"ErrorEquals":["States.ALL"],"Assign":{"result":"{% $states.errorOutput %}"},"Next":"fallback"}],"End":true},"fallback":{"Type":"Pass","End":true}}}`, input: `{"input_value":"f"}`, function: raisesException, want: `
			TaskStateEntered Task =
			TaskScheduled lambda invoke {"FunctionName":"f","Payload":{"foo":"oof"}}
			TaskStarted lambda invoke
			TaskFailed lambda invoke Exception ` + exception + `
			TaskStateExited Task {"Error":"Exception","Cause":"<payload>"} assigned {"result":"{<error>}"}
			PassStateEntered fallback =
			PassStateExited fallback =
			ExecutionSucceeded =`},
		{name: "test_variables_in_lambda_task[BASE_ASSIGN_FROM_LAMBDA_TASK_RESULT]", definition: `{"StartAt":"Pass","States":{"Pass":{"Type":"Pass","Assign":{"functionName.$":"$.FunctionName","inputData":{"foo":"oof"},"timeout":300},"Next":"Task"},
		  "Task":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","TimeoutSecondsPath":"$timeout","Parameters":{"Payload.$":"$inputData","FunctionName.$":"$functionName"},"Assign":{"result.$":"$.Payload"},"OutputPath":"$.Payload","Next":"End"},
		  "End":{"Type":"Pass","Assign":{"previousResult.$":"$result","timeout":150},"End":true}}}`, input: `{"FunctionName":"f"}`, want: `
			PassStateEntered Pass =
			PassStateExited Pass = assigned {"functionName":"\"f\"","inputData":"{\"foo\":\"oof\"}","timeout":"300"}
			TaskStateEntered Task =
			TaskScheduled lambda invoke timeoutInSeconds=300 {"Payload":{"foo":"oof"},"FunctionName":"f"}
			TaskStarted lambda invoke
			TaskSucceeded lambda invoke {<members>}
			TaskStateExited Task {"foo":"oof"} assigned {"result":"{\"foo\":\"oof\"}"}
			PassStateEntered End =
			PassStateExited End = assigned {"previousResult":"{\"foo\":\"oof\"}","timeout":"150"}
			ExecutionSucceeded =`},
		{name: "test_reference_in_map_state[MAP_STATE_REFERENCE_IN_MAX_CONCURRENCY_PATH], with one item", definition: `{"StartAt":"Start","States":{"Start":{"Type":"Pass","Assign":{"maxConcurrency":"1"},"Result":{"Values":[1]},"Next":"MapState"},
		  "MapState":{"Type":"Map","ItemsPath":"$.Values","MaxConcurrencyPath":"$maxConcurrency","ItemProcessor":{"StartAt":"HandleItem","States":{"HandleItem":{"Type":"Pass","End":true}}},"End":true}}}`, input: `{}`, want: `
			PassStateEntered Start =
			PassStateExited Start {"Values":[1]} assigned {"maxConcurrency":"\"1\""}
			MapStateEntered MapState =
			MapStateStarted length=1
			MapIterationStarted MapState index=0
			PassStateEntered HandleItem 1
			PassStateExited HandleItem =
			MapIterationSucceeded MapState index=0
			MapStateSucceeded
			MapStateExited MapState [1] after 9
			ExecutionSucceeded =`},
		{name: "test_reference_in_map_state[MAP_STATE_REFERENCE_IN_INTRINSIC_FUNCTION], with one item", definition: `{"StartAt":"Start","States":{"Start":{"Type":"Pass","Assign":{"AnswerTemplate":"It's {}!","Question":"Who?"},"Result":["Charizard"],"Next":"MapIterateState"},
		  "MapIterateState":{"Type":"Map","MaxConcurrency":1,"ItemSelector":{"AnnouncePokemon.$":"States.Format($AnswerTemplate, $$.Map.Item.Value)"},"ItemProcessor":{"StartAt":"Pass","States":{"Pass":{"Type":"Pass","Parameters":{"Question.$":"$Question","Answer.$":"$.AnnouncePokemon"},"End":true}}},"End":true}}}`, input: `{}`, want: `
			PassStateEntered Start =
			PassStateExited Start ["Charizard"] assigned {"AnswerTemplate":"\"It's {}!\"","Question":"\"Who?\""}
			MapStateEntered MapIterateState =
			MapStateStarted length=1
			MapIterationStarted MapIterateState index=0
			PassStateEntered Pass {"AnnouncePokemon":"It's Charizard!"}
			PassStateExited Pass {"Question":"Who?","Answer":"It's Charizard!"}
			MapIterationSucceeded MapIterateState index=0
			MapStateSucceeded
			MapStateExited MapIterateState [{"Question":"Who?","Answer":"It's Charizard!"}] after 9
			ExecutionSucceeded =`},
	})
}
