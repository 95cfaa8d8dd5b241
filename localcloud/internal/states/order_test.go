package states_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
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
		`"Type":"Pass","Parameters":{"x.$":"$.z","w":2,"a.$":"$.b.a"}`:                                                         `{"x":1,"w":2,"a":null}`,
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
