package states_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/wire"
)

// shown is TestState's answer with the JSON texts in it read.
func shown(t *testing.T, out *sfn.TestStateOutput) *string {
	t.Helper()
	answer, _ := wire.Tree(out, true).(map[string]any)
	read := func(members map[string]any, names ...string) {
		for _, name := range names {
			text, ok := members[name].(string)
			if !ok {
				continue
			}
			if err := json.Unmarshal([]byte(text), new(any)); err != nil {
				t.Errorf("%s is %q: %v", name, text, err)
			}
			members[name] = json.RawMessage(text)
		}
	}
	read(answer, "output")
	if data, ok := answer["inspectionData"].(map[string]any); ok {
		read(data, "input", "afterInputPath", "afterParameters", "afterArguments", "afterItemsPath", "afterItemSelector", "result", "afterResultSelector", "afterResultPath", "variables")
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return aws.String(string(text))
}

const (
	hello    = `{"Value":"HelloWorld"}`
	nested   = `{"initialData":{"fieldFromInput":"value from input","otherField":"other"},"unrelatedData":{"someOtherField":1234}}`
	values   = `{"Values":["first","second","third"]}`
	foo      = `"Type":"Task","QueryLanguage":"JSONata","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"foo","Payload":"bar"},"End":true`
	mapOver  = `"Type":"Map","QueryLanguage":"JSONata","Items":"{% $states.input.Values %}","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"TestState","States":{"TestState":{` + foo + `}}}`
	machines = `"Comment":"m","StartAt":"State0","States":{"State0":{`
	paths    = `{` + machines + `"Type":"Map","ItemsPath":"$.Values","ToleratedFailureCount":2,"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"HandleItem","States":{"HandleItem":{"Type":"Pass","End":true}}}}}}`
	mapRetry = `,"ToleratedFailureCount":1,"Retry":[{"ErrorEquals":["MockException"],"MaxAttempts":3},{"ErrorEquals":["States.ExceedToleratedFailureThreshold"],"MaxAttempts":2}]`
	twoOf    = `{` + machines + `"Type":"Pass","Next":"State1"},"State1":{"Type":"Fail","Error":"SomeFailure","Cause":"c"}},"QueryLanguage":"JSONata"}`
	reader   = `{"QueryLanguage":"JSONata",` + machines + `"Type":"Map","MaxConcurrency":1,"ItemReader":{"ReaderConfig":{"InputType":"JSON"},"Resource":"arn:aws:states:::s3:getObject","Arguments":{"Bucket":"b","Key":"k"}},"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"H","States":{"H":{"Type":"Pass","End":true}}}}}}`
)

// recorded: stepfunctions/v2/test_state of github.com/localstack/localstack,
// test_test_state_scenarios.snapshot.json, test_test_state_machine_scenarios.snapshot.json,
// test_state_configuration.snapshot.json and test_state_context_object.snapshot.json
func TestInspection(t *testing.T) {
	fails := &types.MockInput{ErrorOutput: &types.MockErrorOutput{Error: aws.String("MockException"), Cause: aws.String("why")}}
	result := func(text string) *types.MockInput { return &types.MockInput{Result: &text} }
	failed := func(n int32) *types.TestStateConfiguration {
		return &types.TestStateConfiguration{MapIterationFailureCount: &n}
	}
	retried := func(n int32) *types.TestStateConfiguration {
		return &types.TestStateConfiguration{RetrierRetryCount: &n}
	}
	for name, tt := range map[string]struct {
		definition, state, input string
		mock                     *types.MockInput
		config                   *types.TestStateConfiguration
		context                  string
		want                     string
	}{
		"pass":             {definition: `{"Type":"Pass","End":true}`, input: hello, want: `{"status":"SUCCEEDED","output":` + hello + `,"inspectionData":{"input":` + hello + `,"afterInputPath":` + hello + `,"afterParameters":` + hello + `,"afterResultSelector":` + hello + `,"afterResultPath":` + hello + `}}`},
		"pass with result": {definition: `{"Type":"Pass","Result":{"resultKey":"result value"},"ResultPath":"$.modifiedData","End":true}`, input: `{"a":1}`, want: `{"status":"SUCCEEDED","output":{"a":1,"modifiedData":{"resultKey":"result value"}},"inspectionData":{"input":{"a":1},"result":{"resultKey":"result value"},"afterResultSelector":{"resultKey":"result value"},"afterResultPath":{"a":1,"modifiedData":{"resultKey":"result value"}}}}`},
		"pass with paths": {definition: `{"Type":"Pass","InputPath":"$.initialData","Parameters":{"staticValue":"some value","inputValue.$":"$.fieldFromInput"},"ResultPath":"$.unrelatedData","OutputPath":"$.unrelatedData","End":true}`, input: nested,
			want: `{"status":"SUCCEEDED","output":{"staticValue":"some value","inputValue":"value from input"},"inspectionData":{"input":` + nested + `,"afterInputPath":{"fieldFromInput":"value from input","otherField":"other"},"afterParameters":{"staticValue":"some value","inputValue":"value from input"},"afterResultSelector":{"staticValue":"some value","inputValue":"value from input"},"afterResultPath":{"initialData":{"fieldFromInput":"value from input","otherField":"other"},"unrelatedData":{"staticValue":"some value","inputValue":"value from input"}}}}`},
		"fail":    {definition: `{"Type":"Fail","Error":"SomeFailure","Cause":"c"}`, input: hello, want: `{"status":"FAILED","error":"SomeFailure","cause":"c","inspectionData":{"input":` + hello + `,"afterInputPath":` + hello + `}}`},
		"succeed": {definition: `{"Type":"Succeed"}`, input: hello, want: `{"status":"SUCCEEDED","output":` + hello + `,"inspectionData":{"input":` + hello + `,"afterInputPath":` + hello + `}}`},
		"choice": {definition: `{"Type":"Choice","Choices":[{"And":[{"Variable":"$.value","NumericGreaterThanEquals":20},{"Variable":"$.value","NumericLessThan":30}],"Next":"Twenties"}],"Default":"D"}`, input: `{"value":22}`,
			want: `{"status":"SUCCEEDED","output":{"value":22},"nextState":"Twenties","inspectionData":{"input":{"value":22},"afterInputPath":{"value":22}}}`},
		"function": {definition: `{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:f","End":true}`, input: `{"n":1}`,
			want: `{"status":"SUCCEEDED","output":{"n":1},"inspectionData":{"input":{"n":1},"afterInputPath":{"n":1},"afterParameters":{"n":1},"result":{"n":1},"afterResultSelector":{"n":1},"afterResultPath":{"n":1}}}`},
		"JSONata fail":   {definition: twoOf, state: "State1", input: hello, want: `{"status":"FAILED","error":"SomeFailure","cause":"c","inspectionData":{"input":` + hello + `}}`},
		"JSONata pass":   {definition: twoOf, state: "State0", input: hello, want: `{"status":"SUCCEEDED","nextState":"State1","output":` + hello + `,"inspectionData":{"input":` + hello + `}}`},
		"of a processor": {definition: paths, state: "HandleItem", input: `1`, want: `{"status":"SUCCEEDED","output":1,"inspectionData":{"input":1,"afterInputPath":1,"afterParameters":1,"afterResultSelector":1,"afterResultPath":1}}`},
		"http": {definition: `{"Type":"Task","QueryLanguage":"JSONata","Resource":"arn:aws:states:::http:invoke","Arguments":{"Method":"{% $uppercase('get') %}"},"Output":{"a":"{% $states.result.approval %}"},"Next":"N"}`, mock: result(`{"approval":true}`),
			want: `{"status":"SUCCEEDED","output":{"a":true},"nextState":"N","inspectionData":{"input":{},"afterArguments":{"Method":"GET"},"result":{"approval":true}}}`},
		"caught": {definition: `{` + foo + `,"Catch":[{"ErrorEquals":["A"],"Next":"A"},{"ErrorEquals":["States.TaskFailed"],"Output":"{% $states.errorOutput %}","Next":"B"}]}`, input: hello, mock: fails,
			want: `{"status":"CAUGHT_ERROR","error":"MockException","cause":"why","nextState":"B","output":{"Error":"MockException","Cause":"why"},"inspectionData":{"input":` + hello + `,"afterArguments":{"FunctionName":"foo","Payload":"bar"},"errorDetails":{"catchIndex":1}}}`},
		"retriable": {definition: `{` + foo + `,"Retry":[{"ErrorEquals":["MockException"],"IntervalSeconds":1,"MaxAttempts":5,"BackoffRate":2.0}]}`, mock: fails, config: retried(4),
			want: `{"status":"RETRIABLE","error":"MockException","cause":"why","inspectionData":{"input":{},"afterArguments":{"FunctionName":"foo","Payload":"bar"},"errorDetails":{"retryIndex":0,"retryBackoffIntervalSeconds":16}}}`},
		"no more retries": {definition: `{` + foo + `,"Retry":[{"ErrorEquals":["MockException"],"IntervalSeconds":1,"MaxAttempts":5,"BackoffRate":2.0}]}`, mock: fails, config: retried(5),
			want: `{"status":"FAILED","error":"MockException","cause":"why","inspectionData":{"input":{},"afterArguments":{"FunctionName":"foo","Payload":"bar"},"errorDetails":{"retryIndex":0}}}`},
		"map": {definition: `{` + mapOver + `,"ToleratedFailurePercentage":"{% 1 %}"}`, input: values, mock: result(`[1,1,1]`),
			want: `{"status":"SUCCEEDED","output":[1,1,1],"inspectionData":{"input":` + values + `,"maxConcurrency":0,"toleratedFailurePercentage":1}}`},
		"map that tolerates nothing named": {definition: `{` + mapOver + `}`, input: values, mock: result(`[1]`), config: failed(2),
			want: `{"status":"SUCCEEDED","output":[1],"inspectionData":{"input":` + values + `,"maxConcurrency":0}}`},
		"map that tolerates less": {definition: `{` + mapOver + mapRetry + `}`, input: values, mock: result(`[1]`), config: failed(2),
			want: `{"status":"RETRIABLE","error":"States.ExceedToleratedFailureThreshold","cause":"The specified tolerated failure threshold was exceeded","inspectionData":{"input":` + values + `,"maxConcurrency":0,"toleratedFailureCount":1,"errorDetails":{"retryIndex":1,"retryBackoffIntervalSeconds":1}}}`},
		"map that fails": {definition: paths, state: "State0", input: values, mock: fails, config: failed(2),
			want: `{"status":"FAILED","error":"MockException","cause":"why","inspectionData":{"input":` + values + `,"afterInputPath":` + values + `,"afterItemsPath":["first","second","third"],"maxConcurrency":0,"toleratedFailureCount":2}}`},
		"map of what is read": {definition: reader, state: "State0", mock: result(`[1,4,9]`), config: &types.TestStateConfiguration{MapItemReaderData: aws.String(`[1,2,3]`)},
			want: `{"status":"SUCCEEDED","output":[1,4,9],"inspectionData":{"input":{},"maxConcurrency":1}}`},
		"map of the context": {definition: `{"Type":"Map","MaxConcurrency":1,"ItemsPath":"$$.Execution.Input.values","End":true,"ItemProcessor":{"StartAt":"H","States":{"H":{"Type":"Pass","End":true}}}}`, input: `[1]`, mock: result(`["A","B"]`), context: `{"Execution":{"Input":{"values":["a","b"]}}}`,
			want: `{"status":"SUCCEEDED","output":["A","B"],"inspectionData":{"input":[1],"afterInputPath":[1],"afterItemsPath":["a","b"],"afterResultSelector":["A","B"],"afterResultPath":["A","B"],"maxConcurrency":1}}`},
		"map of no array": {definition: `{"Type":"Map","MaxConcurrency":1,"ItemsPath":"$$.Execution.Input","End":true,"ItemProcessor":{"StartAt":"H","States":{"H":{"Type":"Pass","End":true}}}}`, input: `[1]`, mock: result(`[]`), context: `{"Execution":{"Input":{}}}`,
			want: `{"status":"FAILED","error":"States.Runtime","cause":"Reference path \"$.Execution.Input\" must point to array.","inspectionData":{"input":[1],"afterInputPath":[1]}}`},
		"empty context": {definition: `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"ResultSelector":{"context.$":"$$"},"End":true}`, mock: result(`{}`), context: `{"State":{}}`,
			want: `{"status":"SUCCEEDED","output":{"context":{"State":{}}},"inspectionData":{"input":{},"afterInputPath":{},"afterParameters":{"FunctionName":"f"},"result":{},"afterResultSelector":{"context":{"State":{}}},"afterResultPath":{"context":{"State":{}}}}}`},
		"token": {definition: `{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","Parameters":{"QueueUrl":"u","MessageBody":{"TaskToken.$":"$$.Task.Token"}},"ResultPath":"$.SQS","Next":"N"}`, mock: result(`{"pokemon":["pikachu"]}`), context: `{"Task":{"Token":"abcd123"}}`,
			want: `{"status":"SUCCEEDED","output":{"SQS":{"pokemon":["pikachu"]}},"nextState":"N","inspectionData":{"input":{},"afterInputPath":{},"afterParameters":{"QueueUrl":"u","MessageBody":{"TaskToken":"abcd123"}},"result":{"pokemon":["pikachu"]},"afterResultSelector":{"pokemon":["pikachu"]},"afterResultPath":{"SQS":{"pokemon":["pikachu"]}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.invoke = func(in *lambda.InvokeInput) (*lambda.InvokeOutput, error) { return answer(in.Payload), nil }
			in := &sfn.TestStateInput{Definition: &tt.definition, InspectionLevel: types.InspectionLevelTrace, Mock: tt.mock, StateConfiguration: tt.config}
			if tt.mock == nil {
				in.RoleArn = aws.String(role)
			}
			if tt.state != "" {
				in.StateName = &tt.state
			}
			if tt.input != "" {
				in.Input = &tt.input
			}
			if tt.context != "" {
				in.Context = &tt.context
			}
			sameJSON(t, shown(t, must[sfn.TestStateOutput](c, "TestState", in)), tt.want)
		})
	}
}

// recorded: stepfunctions/v2/test_state/test_test_state_scenarios.snapshot.json, test_state_with_variables
func TestTheContextOfATestedState(t *testing.T) {
	c := newCloud(t)
	out := must[sfn.TestStateOutput](c, "TestState", &sfn.TestStateInput{
		Definition: aws.String(`{"QueryLanguage":"JSONata",` + machines + `"Type":"Pass","Output":"{% $states.context %}","End":true}}}`),
		StateName:  aws.String("State0"), Input: aws.String(`[1]`), Variables: aws.String(`{"v":1}`), InspectionLevel: types.InspectionLevelTrace,
	})
	var context struct {
		Execution, StateMachine, State map[string]any
	}
	if err := json.Unmarshal([]byte(*out.Output), &context); err != nil {
		t.Fatal(err)
	}
	name, machine := context.Execution["Name"].(string), context.StateMachine["Name"].(string)
	sameJSON(t, out.Output, `{
		"Execution":{"Id":"arn:aws:states:us-east-1:000000000000:express:`+machine+`:`+name+`","Input":[1],"Name":"`+name+`","RoleArn":null,"StartTime":"2026-01-02T03:04:05.000Z"},
		"StateMachine":{"Id":"arn:aws:states:us-east-1:000000000000:stateMachine:`+machine+`","Name":"`+machine+`"},
		"State":{"Name":"StateName","EnteredTime":"2026-01-02T03:04:05.000Z"}}`)
	sameJSON(t, out.InspectionData.Variables, `{"v":1}`)
}

// recorded: stepfunctions/v2/test_state/test_state_mock_validation.snapshot.json,
// test_state_context_object.snapshot.json, test_field_validation_mode.snapshot.json,
// test_field_validation_mode_present.snapshot.json, test_test_state_mock_scenarios.snapshot.json,
// test_test_state_machine_scenarios.snapshot.json and test_test_state_scenarios.snapshot.json
func TestWhatTestStateRefuses(t *testing.T) {
	const (
		call   = `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}`
		puts   = `{"Type":"Task","Resource":"arn:aws:states:::events:putEvents","End":true}`
		starts = `{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","End":true}`
		schema = "Mock result schema validation error: "
		bad    = "Invalid Context object provided: "
	)
	result := func(text string) *types.MockInput { return &types.MockInput{Result: &text} }
	present := func(text string) *types.MockInput {
		return &types.MockInput{Result: &text, FieldValidationMode: types.MockResponseValidationModePresent}
	}
	none := func(text string) *types.MockInput {
		return &types.MockInput{Result: &text, FieldValidationMode: types.MockResponseValidationModeNone}
	}
	for name, tt := range map[string]struct {
		in   sfn.TestStateInput
		want string
	}{
		"mocked pass":           {sfn.TestStateInput{Definition: aws.String(`{"Type":"Pass","End":true}`), Mock: result(`1`)}, "ValidationException: State type 'Pass' is not supported when a mock is specified"},
		"map without mock":      {sfn.TestStateInput{Definition: aws.String(`{` + mapOver + `}`)}, "InvalidDefinition: TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"},
		"two mocks":             {sfn.TestStateInput{Definition: aws.String(call), Mock: &types.MockInput{Result: aws.String(`{}`), ErrorOutput: &types.MockErrorOutput{Error: aws.String("E")}}}, "ValidationException: A test mock should have only one of the following fields: [result, errorOutput]."},
		"secrets":               {sfn.TestStateInput{Definition: aws.String(call), Mock: result(`{}`), RevealSecrets: true}, "ValidationException: TestState does not support RevealSecrets when a mock is specified."},
		"map of an object":      {sfn.TestStateInput{Definition: aws.String(`{` + mapOver + `}`), Mock: result(`{}`)}, "ValidationException: Mocked result must be an array."},
		"written map":           {sfn.TestStateInput{Definition: aws.String(`{` + mapOver + `,"ResultWriter":{}}`), Mock: result(`[]`)}, "ValidationException: Mocked result must be a JSON object."},
		"parallel":              {sfn.TestStateInput{Definition: aws.String(`{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}],"End":true}`), Mock: result(`[1,2]`)}, "ValidationException: Mocked result must contain the same number of items as number of Parallel branches."},
		"no JSON":               {sfn.TestStateInput{Definition: aws.String(call), Mock: none(`not JSON`)}, "ValidationException: Mocked result must be valid JSON"},
		"no role":               {sfn.TestStateInput{Definition: aws.String(call)}, "ValidationException: RoleArn must be specified when testing a Task state"},
		"no state":              {sfn.TestStateInput{Definition: aws.String(twoOf), StateName: aws.String("dne")}, "ValidationException: State not found in definition"},
		"no list":               {sfn.TestStateInput{Definition: aws.String(puts), Mock: result(`{"Entries":"x"}`)}, "ValidationException: " + schema + "Field 'Entries' must be an array"},
		"no text in a list":     {sfn.TestStateInput{Definition: aws.String(puts), Mock: present(`{"Entries":[{"EventId":"a"},{"EventId":["b"]}]}`)}, "ValidationException: " + schema + "Field 'EventId' must be a string"},
		"missing":               {sfn.TestStateInput{Definition: aws.String(starts), Mock: result(`{"executionArn":"a"}`)}, "ValidationException: " + schema + "Required field 'ExecutionArn' is missing"},
		"no time":               {sfn.TestStateInput{Definition: aws.String(starts), Mock: result(`{"ExecutionArn":"a","StartDate":1764103483}`)}, "ValidationException: " + schema + "Field 'StartDate' must be a string"},
		"present alone":         {sfn.TestStateInput{Definition: aws.String(starts), Mock: present(`{"StartDate":true}`)}, "ValidationException: " + schema + "Field 'StartDate' must be a string"},
		"no number":             {sfn.TestStateInput{Definition: aws.String(call), Mock: result(`{"StatusCode":"200"}`)}, "ValidationException: " + schema + "Field 'StatusCode' must be a number"},
		"no such choice":        {sfn.TestStateInput{Definition: aws.String(`{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:describeExecution","End":true}`), Mock: present(`{"Status":"Papyrus"}`)}, "ValidationException: " + schema + "Field 'Status' is not an expected value"},
		"token of a plain task": {sfn.TestStateInput{Definition: aws.String(call), Mock: result(`{}`), Context: aws.String(`{"Task":{"Token":"t"}}`)}, "ValidationException: " + bad + "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern"},
		"context's id":          {sfn.TestStateInput{Definition: aws.String(call), Mock: result(`{}`), Context: aws.String(`{"Execution":{"Id":1}}`)}, "ValidationException: " + bad + "Execution.Id must be a string"},
		"context's map":         {sfn.TestStateInput{Definition: aws.String(call), Mock: result(`{}`), Context: aws.String(`{"Map":{}}`)}, "ValidationException: " + bad + "'Map' field is not supported when mocking a Context object"},
		"context's member":      {sfn.TestStateInput{Definition: aws.String(call), Mock: result(`{}`), Context: aws.String(`{"Execution":{"pokemon":"squirtle"}}`)}, "ValidationException: " + bad + "Field 'pokemon' is not allowed"},
		"context's field":       {sfn.TestStateInput{Definition: aws.String(call), Mock: result(`{}`), Context: aws.String(`{"Pokedex":{}}`)}, "ValidationException: " + bad + "Field 'Pokedex' is not allowed"},
	} {
		if _, err := do[sfn.TestStateOutput](newCloud(t), "TestState", &tt.in); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v\nwant %s", name, err, tt.want)
		}
	}
}
