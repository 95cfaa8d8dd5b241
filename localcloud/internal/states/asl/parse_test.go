package asl_test

import (
	"strings"
	"testing"

	"weir/localcloud/internal/jsonata"
	"weir/localcloud/internal/states/asl"
)

func state(fields string) string {
	return `{"StartAt":"S","States":{"S":{` + fields + `}}}`
}

func query(fields string) string {
	return `{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{` + fields + `}}}`
}

const task = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke"`

// The texts in AWS's words are those seen in its answers; the rest says the same
// in ours.
func TestDiagnostics(t *testing.T) {
	engine := jsonata.New(jsonata.Options{})
	long := strings.Repeat("s", 81)
	for name, tt := range map[string]struct{ definition, want string }{
		// The first four but the second are recorded: stepfunctions/v2/test_sfn_api.snapshot.json and
		// test_sfn_api_validation.snapshot.json of github.com/localstack/localstack.
		"nothing":          {``, `SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null`},
		"not JSON":         {`not a definition`, "INVALID_JSON_DESCRIPTION: invalid character 'o' in literal null (expecting 'u') at null"},
		"a name twice":     {state(`"Type":"Pass","Result":{"a":1,"a":2},"End":true`), `SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null`},
		"nested too deep":  {state(`"Type":"Pass","Result":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `,"End":true`), `SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null`},
		"no members":       {`{}`, `SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /`},
		"no states":        {`{"StartAt":"S"}`, `SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /`},
		"not an object":    {`[]`, `SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null`},
		"missing target":   {`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"C"},"B":{"Type":"Pass","End":true}}}`, `MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next, MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B`},
		"missing start":    {`{"StartAt":"X","States":{"S":{"Type":"Succeed"}}}`, `MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /StartAt, MISSING_TRANSITION_TARGET: State "S" is not reachable. at /States/S`},
		"no end":           {`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}}`, `MISSING_END_STATE: Workflow has no terminal state at null`},
		"target and end":   {`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"NOPE"}}}`, `MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null`},
		"unknown field":    {state(`"Type":"Pass","Timeout":1,"End":true`), `SCHEMA_VALIDATION_FAILED: Field 'Timeout' is not supported at /States/S`},
		"field of another": {state(`"Type":"Wait","Seconds":1,"Catch":[],"End":true`), `SCHEMA_VALIDATION_FAILED: Field 'Catch' is not supported at /States/S`},
		// recorded: stepfunctions/v2/test_state/test_test_state_machine_scenarios.snapshot.json, test_state_name_invalid_state_definition
		"unknown type":     {state(`"Type":"Loop","End":true`), `SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/S/Type`},
		"state name twice": {state(`"Type":"Parallel","Branches":[{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}],"End":true`), `DUPLICATE_STATE_NAME: Duplicate State name: S at /States/S/Branches[0]/States/S`},
		// seen on AWS: https://github.com/ChristopheBougere/asl-validator/issues/69
		"long state name":       {strings.ReplaceAll(state(`"Type":"Succeed"`), `"S"`, `"`+long+`"`), `INVALID_STATE_NAME: Invalid State name: State '` + long + `' exceeds the 80-character limit allowed by the service at /States/` + long},
		"no resource":           {state(`"Type":"Task","End":true`), `SCHEMA_VALIDATION_FAILED: These fields are required: [Resource] at /States/S`},
		"bad resource":          {state(`"Type":"Task","Resource":"lambda","End":true`), `SCHEMA_VALIDATION_FAILED: Value is not a valid resource ARN at /States/S/Resource`},
		"choice without next":   {`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true}],"Default":"E"},"E":{"Type":"Succeed"}}}`, `SCHEMA_VALIDATION_FAILED: These fields are required: [Next] at /States/C/Choices[0]`},
		"default leads nowhere": {`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"E"}],"Default":"D"},"E":{"Type":"Succeed"}}}`, `MISSING_TRANSITION_TARGET: Missing 'Next' target: D at /States/C/Default`},
		"JSONata in JSONPath":   {state(`"Type":"Pass","Output":{},"End":true`), `SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/S`},
		"JSONPath in JSONata":   {query(`"Type":"Pass","Parameters":{},"End":true`), `SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'Parameters' is only supported for the 'JSONPath' QueryLanguage at /States/S`},
		"back to JSONPath":      {query(`"Type":"Pass","QueryLanguage":"JSONPath","End":true`), `SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/S`},
		"broken expression":     {query(`"Type":"Pass","Output":"{% 1 + %}","End":true`), `INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/S/Output`},
		"name without context":  {query(`"Type":"Pass","Output":{"v":"{% phone.x %}"},"End":true`), `UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/S/Output/v`},
		"error outside Catch":   {query(`"Type":"Pass","Output":"{% $states.errorOutput.Cause %}","End":true`), `UNSUPPORTED_JSONATA_EXPRESSION`},
		"template":              {state(`"Type":"Pass","Parameters":{"a.$":"x"},"End":true`), `SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters`},
		"result path":           {state(`"Type":"Pass","ResultPath":"$.a[*]","End":true`), `Value is not a Reference Path at /States/S/ResultPath`},
		"two waits":             {state(`"Type":"Wait","Seconds":1,"Timestamp":"2026-01-01T00:00:00Z","End":true`), `exactly one of the fields`},
		"heartbeat":             {state(task + `,"TimeoutSeconds":5,"HeartbeatSeconds":5,"End":true`), `HeartbeatSeconds must be smaller than TimeoutSeconds`},
		"all not last":          {state(task + `,"Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["A"]}],"End":true`), `States.ALL must appear in the last entry at /States/S/Retry[0]/ErrorEquals`},
		"all not alone":         {state(task + `,"Retry":[{"ErrorEquals":["A","States.ALL"]}],"End":true`), `States.ALL must appear alone`},
		"distributed":           {state(`"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"End":true`), `does not run Map states in DISTRIBUTED mode`},
		"reserved variable":     {query(`"Type":"Pass","Assign":{"states":1},"End":true`), `'states' is not a valid name of a variable at /States/S/Assign`},
		"another role":          {state(task + `,"Credentials":{"RoleArn":"x"},"End":true`), `does not run tasks with 'Credentials'`},
		"in a branch":           {state(`"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"Z"},"E":{"Type":"Succeed"}}}],"End":true`), `Missing 'Next' target: Z at /States/S/Branches[0]/States/A/Next`},
	} {
		t.Run(name, func(t *testing.T) {
			definition, found := asl.Parse(tt.definition, asl.Standard, engine)
			if definition != nil {
				t.Fatal("accepted")
			}
			var all []string
			for _, d := range found {
				all = append(all, d.String())
			}
			if got := strings.Join(all, ", "); got != tt.want && !strings.Contains(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	for name, tt := range map[string]struct{ definition, want string }{
		"parameters": {state(`"Type":"Pass","Parameters":{"a":{"b":"$.x","c.$":"$.y","d":"$5"}},"End":true`), "NO_DOLLAR /States/S/Parameters/a/b"},
		"result":     {state(`"Type":"Pass","Result":[{"b.$":"$.x"}],"End":true`), "PASS_RESULT_IS_STATIC /States/S/Result"},
		"cause":      {state(`"Type":"Fail","Cause":"States.Format('a')"`), "NO_PATH /States/S/Cause"},
		"choice":     {`{"StartAt":"S","States":{"S":{"Type":"Choice","Choices":[{"Not":{"Variable":"$.a","StringEquals":"$.b"},"Next":"E"}]},"E":{"Type":"Succeed"}}}`, "NO_PATH /States/S/Choices[0]/Not/StringEquals"},
	} {
		definition, found := asl.Parse(tt.definition, asl.Standard, nil)
		if definition == nil || len(found) != 1 || !found[0].Warning || found[0].Code+" "+found[0].Location != tt.want {
			t.Errorf("%s: %v, want %s", name, found, tt.want)
		}
	}
}

func TestGoodDefinitions(t *testing.T) {
	engine := jsonata.New(jsonata.Options{})
	for name, definition := range map[string]string{
		"names in context": query(`"Type":"Pass","Output":"{% ($l := $states.input.a[b > 1 and c]^(d).{'x': e}; $map($l, function($v) { $v.f })) %}","End":true`),
		"grouping":         query(`"Type":"Pass","Output":"{% $states.input.orders{sku: $sum(q)} %}","End":true`),
		"transform":        query(`"Type":"Pass","Output":"{% $states.input ~> |a|{'b': c}| %}","End":true`),
		"mixed":            state(`"Type":"Pass","QueryLanguage":"JSONata","Output":"{% 1 %}","End":true`),
		"error in Catch":   query(task + `,"Catch":[{"ErrorEquals":["States.ALL"],"Output":"{% $states.errorOutput %}","Next":"S"}],"End":true`),
		"functions":        state(`"Type":"Fail","CausePath":"States.Format('{}', $.a)"`),
		"decimals":         state(task + `,"TimeoutSeconds":60.0,"HeartbeatSeconds":5.0,"Retry":[{"ErrorEquals":["A"],"IntervalSeconds":1.0,"MaxAttempts":2.0,"BackoffRate":2.0}],"End":true`),
		"old Map":          state(`"Type":"Map","Iterator":{"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"Parameters":{"x.$":"$$.Map.Item.Value"},"End":true`),
	} {
		if _, found := asl.Parse(definition, asl.Standard, engine); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		state(`"Type":"Pass","End":true`), state(task + `,"Retry":[{"ErrorEquals":["A"],"MaxAttempts":2}],"End":true`),
		query(`"Type":"Wait","Seconds":"{% 1 %}","End":true`),
		`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.a","NumericEquals":1},{"Not":{"Variable":"$.b","IsNull":true}}],"Next":"E"}]},"E":{"Type":"Succeed"}}}`,
		state(`"Type":"Map","ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Fail"}}},"End":true`),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		definition, found := asl.Parse(text, asl.Standard, nil)
		if definition == nil && len(found) == 0 {
			t.Error("refused without a reason")
		}
		if definition != nil && definition.States[definition.StartAt] == nil {
			t.Error("accepted without a state to start at")
		}
	})
}
