package states_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Members come in the order in which they came in, or were made.
func TestMembersKeepTheirOrder(t *testing.T) {
	const input = `{"z":1,"b":{"y":[{"n":2,"m":3}],"a":null},"a":{"d":4,"c":5}}`
	const jsonata = `"Type":"Pass","QueryLanguage":"JSONata","Output":`
	for fields, want := range map[string]string{
		`"Type":"Pass"`: input,
		`"Type":"Pass","QueryLanguage":"JSONata"`:          input,
		`"Type":"Pass","OutputPath":"$.b"`:                 `{"y":[{"n":2,"m":3}],"a":null}`,
		`"Type":"Pass","Result":{"y":{"d":1,"c":2},"x":3}`: `{"y":{"d":1,"c":2},"x":3}`,
		`"Type":"Pass","Result":0,"ResultPath":"$.b"`:      `{"z":1,"b":0,"a":{"d":4,"c":5}}`,
		`"Type":"Pass","Result":0,"ResultPath":"$.b.a"`:    `{"z":1,"b":{"y":[{"n":2,"m":3}],"a":0},"a":{"d":4,"c":5}}`,
		`"Type":"Pass","Result":0,"ResultPath":"$.a.0"`:    `{"z":1,"b":{"y":[{"n":2,"m":3}],"a":null},"a":{"d":4,"c":5,"0":0}}`,
		// JSONPath
		`"Type":"Pass","Parameters":{"v.$":"$.a.*"}`:                                                                           `{"v":[4,5]}`,
		`"Type":"Pass","Parameters":{"v.$":"$..c"}`:                                                                            `{"v":[5]}`,
		`"Type":"Pass","Parameters":{"v.$":"States.JsonToString($.a)"}`:                                                        `{"v":"{\"d\":4,\"c\":5}"}`,
		`"Type":"Pass","Parameters":{"v.$":"States.Format('{}', $.b)"}`:                                                        `{"v":"{y=[{n=2, m=3}], a=null}"}`,
		`"Type":"Pass","Parameters":{"v.$":"States.StringToJson('{\"d\":1,\"c\":2}')"}`:                                        `{"v":{"d":1,"c":2}}`,
		`"Type":"Pass","Parameters":{"v.$":"States.JsonMerge($.a, States.StringToJson('{\"b\":1,\"d\":2}'), false)"}`:          `{"v":{"d":2,"c":5,"b":1}}`,
		`"Type":"Pass","Parameters":{"v.$":"States.ArrayUnique(States.Array($.a, States.StringToJson('{\"c\":5,\"d\":4}')))"}`: `{"v":[{"d":4,"c":5}]}`,
		// JSONata
		jsonata + `{"y":"{% $states.input.a %}","x":{"d":1,"c":"{% $states.input.z %}"}}`: `{"y":{"d":4,"c":5},"x":{"d":1,"c":1}}`,
		jsonata + `"{% $merge([$states.input.a, {'b': 1, 'd': 2}]) %}"`:                   `{"d":2,"c":5,"b":1}`,
		jsonata + `"{% $states.input.a ~> |$|{'e': 1}, 'd'| %}"`:                          `{"c":5,"e":1}`,
		jsonata + `"{% $parse('{\"d\":1,\"c\":2}') %}"`:                                   `{"d":1,"c":2}`,
		jsonata + `"{% $string($states.input.a) %}"`:                                      `"{\"d\":4,\"c\":5}"`,
		jsonata + `"{% $keys($states.input) %}"`:                                          `["z","b","a"]`,
	} {
		c := newCloud(t)
		out := c.run(one(fields), input)
		if got := aws.ToString(out.Output); got != want {
			t.Errorf("%s: %s %s\nwant %s", fields, got, aws.ToString(out.Cause), want)
		}
	}
}

// recorded: tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json,
// tests/aws/services/stepfunctions/v2/services/test_lambda_task_service.snapshot.json and test_sns_task_service.snapshot.json
func TestRecordedOrders(t *testing.T) {
	const (
		items = `[{"constantValue":"constant","mapValue":"Hello","fromInput":["Hello","World"]},{"constantValue":"constant","mapValue":"World","fromInput":["Hello","World"]}]`
		inner = `"MaxConcurrency":1,"ItemProcessor":{"StartAt":"IteratorInner","States":{"IteratorInner":{"Type":"Pass","End":true}},"ProcessorConfig":{"Mode":"INLINE"}},"Next":"Finish"},"Finish":{"Type":"Succeed"}}}`
		entry = `{"constantValue":"constant","mapValue.$":"$$.Map.Item.Value","fromInput.$":"$"}`
		want  = `
			MapStateEntered MapState =
			MapStateStarted length=2
			MapIterationStarted MapState index=0
			PassStateEntered IteratorInner {"constantValue":"constant","mapValue":"Hello","fromInput":["Hello","World"]}
			PassStateExited IteratorInner =
			MapIterationSucceeded MapState index=0
			MapIterationStarted MapState index=1 after 6
			PassStateEntered IteratorInner {"constantValue":"constant","mapValue":"World","fromInput":["Hello","World"]}
			PassStateExited IteratorInner =
			MapIterationSucceeded MapState index=1
			MapStateSucceeded
			MapStateExited MapState ` + items + ` after 11
			SucceedStateEntered Finish =
			SucceedStateExited Finish =
			ExecutionSucceeded =`
		published = `{"MessageAttributes":{"my_attribute_no_1":{"DataType":"String","StringValue":"Hello"}},"TopicArn":"topic","Message":"HelloWorld!"}`
	)
	testHistories(t, []recordedHistory{
		{name: "test_map_state_config_inline_item_selector", definition: `{"StartAt":"MapState","States":{"MapState":{"Type":"Map","ItemSelector":` + entry + `,` + inner, input: `["Hello", "World"]`, want: want},
		{name: "test_map_state_config_inline_parameters", definition: `{"StartAt":"MapState","States":{"MapState":{"Type":"Map","Parameters":` + entry + `,` + inner, input: `["Hello", "World"]`, want: want},
		{name: "test_invoke_unsupported_param", definition: one(invoke + `,"Parameters":{"FunctionName.$":"$.FunctionName","Payload.$":"$.Payload","LogType.$":"$.LogType"},"OutputPath":"$.SdkHttpMetadata.AllHttpHeaders"`), input: `{"FunctionName":"f","Payload":null,"LogType":"Tail"}`,
			function: func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) {
				out := answer([]byte(`{}`))
				out.LogResult = new("bG9n")
				return out, nil
			}, want: `
			TaskStateEntered S =
			TaskScheduled lambda invoke {"FunctionName":"f","LogType":"Tail","Payload":null}
			TaskStarted lambda invoke
			TaskSucceeded lambda invoke {"ExecutedVersion":"$LATEST","LogResult":"bG9n","Payload":{},"SdkHttpMetadata":{"AllHttpHeaders":{<members>},"HttpHeaders":{<members>},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"<id>"},"StatusCode":200}
			TaskStateExited S {"X-Amz-Log-Result":["bG9n"],"X-Amz-Executed-Version":["$LATEST"],"x-amzn-Remapped-Content-Length":["0"],"Connection":["keep-alive"],"x-amzn-RequestId":["<id>"],"Content-Length":["2"],"Date":["<date>"],"X-Amzn-Trace-Id":["<trace>"],"Content-Type":["application/json"]}
			ExecutionSucceeded =`},
		{name: "test_publish_message_attributes, with one of two, of a topic that is none", definition: one(`"Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn.$":"$.TopicArn","Message.$":"$.Message","MessageAttributes":{"my_attribute_no_1":{"DataType":"String","StringValue.$":"$.MessageAttributeValue1"}}}`),
			input: `{"TopicArn":"topic","Message":"HelloWorld!","MessageAttributeValue1":"Hello"}`, want: `
			TaskStateEntered S =
			TaskScheduled sns publish ` + published + `
			TaskStarted sns publish
			TaskFailed sns publish SNS.<error>
			ExecutionFailed SNS.<error>`},
	})
}

// The members of an SDK's answer come by name, as those of the recorded
// test_s3_get_object do.
func TestAnswersComeByName(t *testing.T) {
	c := newCloud(t)
	out := c.run(one(`"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:describeExecution","Parameters":{"ExecutionArn.$":"$$.Execution.Id"}`), `{}`)
	want := `{"ExecutionArn":"<arn>","Input":"{}","InputDetails":{"Included":true},"Name":"<name>","RedriveCount":0,"RedriveStatus":"NOT_REDRIVABLE","RedriveStatusReason":"<why>","StartDate":"<date>","StateMachineArn":"<arn>","Status":"RUNNING"}`
	if got := aws.ToString(out.Output); !pattern(want).MatchString(got) {
		t.Errorf("got %s %s\nwant %s", got, aws.ToString(out.Cause), want)
	}
}
