package states_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func one(fields string) string {
	return `{"StartAt":"S","States":{"S":{` + fields + `,"End":true}}}`
}

const invoke = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke"`

func TestJSONPathDataFlow(t *testing.T) {
	const input = `{"a":{"b":[1,2,3]},"n":4,"s":"x"}`
	for name, tt := range map[string]struct{ definition, want string }{
		"InputPath":             {one(`"Type":"Pass","InputPath":"$.a"`), `{"b":[1,2,3]}`},
		"InputPath null":        {one(`"Type":"Pass","InputPath":null`), `{}`},
		"Result at ResultPath":  {one(`"Type":"Pass","Result":{"r":1},"ResultPath":"$.a.c"`), `{"a":{"b":[1,2,3],"c":{"r":1}},"n":4,"s":"x"}`},
		"Result into an array":  {one(`"Type":"Pass","Result":9,"ResultPath":"$.a.b[1]"`), `{"a":{"b":[1,9,3]},"n":4,"s":"x"}`},
		"ResultPath null":       {one(`"Type":"Pass","Result":1,"ResultPath":null,"OutputPath":"$.n"`), `4`},
		"Parameters":            {one(`"Type":"Pass","Parameters":{"x.$":"$.a.b[1:]","k":{"y.$":"$$.Execution.Input.s","z":true},"l":[{"f.$":"States.MathAdd($.n, 1)"}]}`), `{"x":[2,3],"k":{"y":"x","z":true},"l":[{"f":5}]}`},
		"OutputPath":            {one(`"Type":"Pass","OutputPath":"$.a.b[0]"`), `1`},
		"task":                  {one(invoke + `,"Parameters":{"FunctionName":"f","Payload.$":"$.a"},"ResultSelector":{"p.$":"$.Payload.b","code.$":"$.StatusCode"},"ResultPath":"$.r","OutputPath":"$.r"`), `{"p":[1,2,3],"code":200}`},
		"variables":             {`{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v.$":"$.a.b","w":7},"Next":"B"},"B":{"Type":"Pass","Parameters":{"first.$":"$v[0]","w.$":"$w"},"End":true}}}`, `{"first":1,"w":7}`},
		"variables of a result": {`{"StartAt":"A","States":{"A":{` + invoke + `,"Parameters":{"FunctionName":"f","Payload.$":"$.n"},"Assign":{"v.$":"$.Payload"},"ResultPath":null,"Next":"B"},"B":{"Type":"Pass","Parameters":{"v.$":"$v","n.$":"$.n"},"End":true}}}`, `{"v":4,"n":4}`},
		"context":               {one(`"Type":"Pass","Parameters":{"state.$":"$$.State.Name","machine.$":"$$.StateMachine.Name","start.$":"$$.Execution.StartTime"}`), `{"state":"S","machine":"machine","start":"2026-01-02T03:04:05.000Z"}`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			out := c.run(tt.definition, input)
			if out.Status != types.ExecutionStatusSucceeded {
				t.Fatalf("%s: %s %s", out.Status, aws.ToString(out.Error), aws.ToString(out.Cause))
			}
			sameJSON(t, out.Output, tt.want)
		})
	}
}

func TestJSONPathFailures(t *testing.T) {
	const prefix = "An error occurred while executing the state 'S' (entered at the event id #2). "
	for name, tt := range map[string]struct{ definition, wantError, wantCause string }{
		"missing in Parameters": {one(`"Type":"Pass","Parameters":{"missing.$":"$.nope.deep"}`), "States.Runtime", prefix + `The JSONPath '$.nope.deep' specified for the field 'missing.$' could not be found in the input '{"other":1}'`},
		"missing InputPath":     {one(`"Type":"Pass","InputPath":"$.nope"`), "States.Runtime", prefix + `Invalid path '$.nope' : No results for path: $['nope']`},
		"missing Variable":      {`{"StartAt":"S","States":{"S":{"Type":"Choice","Choices":[{"Variable":"$.nope","NumericEquals":1,"Next":"E"}]},"E":{"Type":"Succeed"}}}`, "States.Runtime", prefix + `Invalid path '$.nope': The choice state's condition path references an invalid value.`},
		"no choice":             {`{"StartAt":"S","States":{"S":{"Type":"Choice","Choices":[{"Variable":"$.other","NumericEquals":2,"Next":"E"}]},"E":{"Type":"Succeed"}}}`, "States.NoChoiceMatched", prefix + `Failed to transition out of the state. The state does not point to a next state.`},
		"not seconds":           {one(`"Type":"Wait","SecondsPath":"$.other.x"`), "States.Runtime", prefix + `The JSONPath '$.other.x' specified for the field 'SecondsPath' could not be found in the input '{"other":1}'`},
		"not a timestamp":       {one(`"Type":"Wait","TimestampPath":"$.other"`), "States.Runtime", prefix + `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.other == 1`},
		"function":              {one(`"Type":"Pass","Parameters":{"x.$":"States.ArrayGetItem(States.Array(1), $.other)"}`), "States.IntrinsicFailure", prefix + `The function 'States.ArrayGetItem(States.Array(1), $.other)' had the following error: States.ArrayGetItem: the index 1 is out of bounds`},
		"ResultPath":            {one(`"Type":"Pass","Result":1,"ResultPath":"$.other.x"`), "States.ResultPathMatchFailure", prefix + `Unable to apply step "x" to input 1`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			out := c.run(tt.definition, `{"other":1}`)
			if aws.ToString(out.Error) != tt.wantError || aws.ToString(out.Cause) != tt.wantCause {
				t.Errorf("%s: %s\n%s\nwant %s\n%s", out.Status, aws.ToString(out.Error), aws.ToString(out.Cause), tt.wantError, tt.wantCause)
			}
		})
	}
}

func TestChoiceOperators(t *testing.T) {
	const input = `{"n":5,"m":5,"s":"abc","t":"2026-01-02T00:00:00Z","u":"2026-01-02T01:00:00+01:00","b":true,"null":null,"star":"a*c"}`
	for rule, want := range map[string]bool{
		`"Variable":"$.n","NumericEquals":5`:                                                     true,
		`"Variable":"$.n","NumericLessThan":5`:                                                   false,
		`"Variable":"$.n","NumericLessThanEqualsPath":"$.m"`:                                     true,
		`"Variable":"$.n","NumericGreaterThan":4.5`:                                              true,
		`"Variable":"$.s","NumericEquals":5`:                                                     false,
		`"Variable":"$.s","StringEquals":"abc"`:                                                  true,
		`"Variable":"$.s","StringGreaterThan":"abb"`:                                             true,
		`"Variable":"$.s","StringMatches":"a*"`:                                                  true,
		`"Variable":"$.s","StringMatches":"*b*c*"`:                                               true,
		`"Variable":"$.s","StringMatches":"*d"`:                                                  false,
		`"Variable":"$.star","StringMatches":"a\\*c"`:                                            true,
		`"Variable":"$.s","StringMatches":"a\\*c"`:                                               false,
		`"Variable":"$.t","TimestampEqualsPath":"$.u"`:                                           true,
		`"Variable":"$.t","TimestampLessThan":"2026-01-02T00:00:00.001Z"`:                        true,
		`"Variable":"$.b","BooleanEquals":true`:                                                  true,
		`"Variable":"$.null","IsNull":true`:                                                      true,
		`"Variable":"$.n","IsNull":true`:                                                         false,
		`"Variable":"$.gone","IsPresent":false`:                                                  true,
		`"Variable":"$.t","IsTimestamp":true`:                                                    true,
		`"Variable":"$.s","IsTimestamp":true`:                                                    false,
		`"Variable":"$.s","IsString":true`:                                                       true,
		`"Variable":"$.n","IsNumeric":true`:                                                      true,
		`"Variable":"$.b","IsBoolean":false`:                                                     false,
		`"Not":{"Variable":"$.n","NumericEquals":5}`:                                             false,
		`"And":[{"Variable":"$.gone","IsPresent":true},{"Variable":"$.gone","NumericEquals":1}]`: false,
		`"Or":[{"Variable":"$.n","NumericEquals":1},{"Variable":"$.b","BooleanEquals":true}]`:    true,
	} {
		c := newCloud(t)
		out := c.run(`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{`+rule+`,"Next":"Yes"}],"Default":"No"},
		  "Yes":{"Type":"Pass","Result":true,"End":true},"No":{"Type":"Pass","Result":false,"End":true}}}`, input)
		if got := aws.ToString(out.Output) == "true"; got != want || out.Output == nil {
			t.Errorf("%s = %v, want %v (%s)", rule, got, want, aws.ToString(out.Cause))
		}
	}
}

func TestTimesOfWaitStates(t *testing.T) {
	for fields, want := range map[string]float64{
		`"Type":"Wait","Seconds":7`:                                                     7,
		`"Type":"Wait","SecondsPath":"$.s"`:                                             11,
		`"Type":"Wait","Timestamp":"2026-01-02T03:05:05Z"`:                              60,
		`"Type":"Wait","TimestampPath":"$.t"`:                                           5,
		`"Type":"Wait","Timestamp":"2020-01-01T00:00:00Z"`:                              0,
		`"Type":"Wait","QueryLanguage":"JSONata","Seconds":"{% $states.input.s * 2 %}"`: 22,
		`"Type":"Wait","QueryLanguage":"JSONata","Timestamp":"{% $states.input.t %}"`:   5,
	} {
		c := newCloud(t)
		out := c.run(one(fields), `{"s":11,"t":"2026-01-02T03:04:10Z"}`)
		if got := out.StopDate.Sub(*out.StartDate).Seconds(); got != want || out.Status != types.ExecutionStatusSucceeded {
			t.Errorf("%s took %vs, want %vs (%s)", fields, got, want, aws.ToString(out.Cause))
		}
	}
}

func TestJSONataFailuresNameTheExpressionAndItsField(t *testing.T) {
	const prefix = "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression "
	for fields, want := range map[string]string{
		`"Type":"Pass","Output":{"a":{"b":["{% $states.input.missing %}"]}}`: `'$states.input.missing' specified for the field 'Output/a/b[0]' returned nothing (undefined).`,
		`"Type":"Pass","Assign":{"x":"{% 'a' + 1 %}"}`:                       `''a' + 1' specified for the field 'Assign/x' threw an error during evaluation. T2001: The left side of the "+" operator must evaluate to a number`,
		`"Type":"Wait","Seconds":"{% 'soon' %}"`:                             `''soon'' specified for the field 'Seconds' returned an unexpected result type. Expected 'number', but was 'string' for value: "soon"`,
	} {
		c := newCloud(t)
		out := c.run(strings.Replace(one(fields), `{"StartAt"`, `{"QueryLanguage":"JSONata","StartAt"`, 1), `{}`)
		if aws.ToString(out.Error) != "States.QueryEvaluationError" || aws.ToString(out.Cause) != prefix+want {
			t.Errorf("%s: %s\n%s\nwant %s", fields, aws.ToString(out.Error), aws.ToString(out.Cause), prefix+want)
		}
		if got := kinds(c.history(*out.ExecutionArn)); !strings.HasSuffix(got, "EvaluationFailed ExecutionFailed") {
			t.Errorf("history %s", got)
		}
	}
}
