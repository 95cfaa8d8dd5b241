package asl_test

import (
	"fmt"
	"testing"

	"weir/localcloud/internal/states/asl"
)

// recorded: stepfunctions/v2/test_sfn_api_variable_references.snapshot.json of github.com/localstack/localstack
func TestVariableReferences(t *testing.T) {
	const end = `"End":true`
	for name, tt := range map[string]struct{ states, want string }{
		"parameters":      {`"S":{"Type":"Pass","Parameters":{"a.$":"$result","b":"$literal"},` + end + `}`, `map[S:[result]]`},
		"choice":          {`"S":{"Type":"Choice","Choices":[{"Variable":"$guess","StringEqualsPath":"$answer","Next":"E"}],"Default":"E"},"E":{"Type":"Pass","Assign":{"guess.$":"$answer"},` + end + `}`, `map[E:[answer] S:[answer guess]]`},
		"wait":            {`"S":{"Type":"Wait","SecondsPath":"$waitTime","Next":"U"},"U":{"Type":"Wait","TimestampPath":"$startAt",` + end + `}`, `map[S:[waitTime] U:[startAt]]`},
		"nested function": {`"S":{"Type":"Map","ItemSelector":{"a.$":"States.Format($template, $$.Map.Item.Value)"},"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","Assign":{"sum.$":"States.MathAdd(States.MathAdd($y, $x), $bias)"},` + end + `}}},` + end + `}`, `map[I:[bias x y] S:[template]]`},
		"in and out":      {`"S":{"Type":"Pass","InputPath":"$answer","ResultPath":"$.theAnswer","OutputPath":"$answer","Assign":{"answer":"$other"},` + end + `}`, `map[S:[answer]]`},
		"fail":            {`"S":{"Type":"Fail","CausePath":"$causeVar","ErrorPath":"$errorVar"}`, `map[S:[causeVar errorVar]]`},
		"map":             {`"S":{"Type":"Map","ItemsPath":"$list","MaxConcurrencyPath":"$max","ItemSelector":{"b":"$bucket"},"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass",` + end + `}}},` + end + `}`, `map[S:[list max]]`},
		"result":          {`"S":{"Type":"Pass","Result":{"aPath":"$no","b.$":"$no"},"Assign":{"answer.$":"$.answer"},` + end + `}`, `map[]`},
		"JSONata":         {`"S":{"Type":"Choice","QueryLanguage":"JSONata","Choices":[{"Condition":"{% $states.input.done %}","Next":"E"}]},"E":{"Type":"Pass",` + end + `}`, `map[]`},
	} {
		definition, found := asl.Parse(`{"StartAt":"S","States":{`+tt.states+`}}`, asl.Standard, nil)
		if definition == nil {
			t.Errorf("%s: %v", name, found)
			continue
		}
		references := definition.VariableReferences()
		if got := fmt.Sprint(references); got != tt.want || len(references) == 0 && references != nil {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
