package template

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func tree(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// scope knows the resource Made, and of Later only that it will be.
func scope() *Scope {
	return &Scope{
		Parameters: map[string]any{
			"Stage": "dev", "Nothing": "AWS::NoValue", "Names": []any{"a", "b"}, "AWS::Region": "us-east-1",
		},
		Mappings:   map[string]any{"Sizes": map[string]any{"dev": map[string]any{"memory": json.Number("128")}}},
		Conditions: map[string]bool{"Yes": true, "No": false},
		Resource: func(logicalID string) (Values, bool) {
			if logicalID != "Made" {
				return Values{}, false
			}
			return Values{Ref: "made-1", Attributes: map[string]any{"Arn": "arn:made", "List": []any{"x", "y"}}}, true
		},
		Import: func(name string) (string, error) { return "imported " + name, nil },
		Zones:  []string{"us-east-1a", "us-east-1b"},
	}
}

func TestEvaluate(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"parameter":               {`{"Ref": "Stage"}`, `"dev"`},
		"pseudo parameter":        {`{"Ref": "AWS::Region"}`, `"us-east-1"`},
		"resource":                {`{"Ref": "Made"}`, `"made-1"`},
		"attribute":               {`{"Fn::GetAtt": ["Made", "Arn"]}`, `"arn:made"`},
		"attribute, dotted":       {`{"Fn::GetAtt": "Made.Arn"}`, `"arn:made"`},
		"not made yet":            {`{"Fn::Join": ["", [{"Ref": "Later"}, {"Ref": "Stage"}]]}`, `{"Fn::Join": ["", [{"Ref": "Later"}, "dev"]]}`},
		"no value in a map":       {`{"a": {"Ref": "AWS::NoValue"}, "b": 1}`, `{"b": 1}`},
		"no value by a parameter": {`{"a": {"Ref": "Nothing"}, "b": 1}`, `{"b": 1}`},
		"no value in a list":      {`[{"Ref": "AWS::NoValue"}, 1]`, `[1]`},
		"join":                    {`{"Fn::Join": ["-", ["a", 5, true, {"Ref": "Made"}]]}`, `"a-5-true-made-1"`},
		"join a list":             {`{"Fn::Join": [",", {"Ref": "Names"}]}`, `"a,b"`},
		"split and select":        {`{"Fn::Select": [1, {"Fn::Split": [":", "a:b:c"]}]}`, `"b"`},
		"select by text":          {`{"Fn::Select": ["0", {"Fn::GetAtt": ["Made", "List"]}]}`, `"x"`},
		"if":                      {`{"Fn::If": ["Yes", {"Ref": "Stage"}, {"Ref": "Gone"}]}`, `"dev"`},
		"if, otherwise":           {`{"Fn::If": ["No", 1, 2]}`, `2`},
		"if drops":                {`{"a": {"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}}`, `{}`},
		"map":                     {`{"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}`, `128`},
		"map with a default":      {`{"Fn::FindInMap": ["Sizes", "prod", "memory", {"DefaultValue": 9}]}`, `9`},
		"import":                  {`{"Fn::ImportValue": {"Fn::Sub": "${Stage}-x"}}`, `"imported dev-x"`},
		"base64":                  {`{"Fn::Base64": "hi"}`, `"aGk="`},
		"zones":                   {`{"Fn::GetAZs": ""}`, `["us-east-1a", "us-east-1b"]`},
		"sub":                     {`{"Fn::Sub": "${Stage}/${Made}/${Made.Arn}/${AWS::Region}/${!Kept}"}`, `"dev/made-1/arn:made/us-east-1/${Kept}"`},
		"sub with variables":      {`{"Fn::Sub": ["${x}-${Stage}", {"x": {"Ref": "Made"}}]}`, `"made-1-dev"`},
		"sub not made yet":        {`{"Fn::Sub": "${Later}-${Stage}"}`, `{"Fn::Sub": ["${Later}-${Stage}", {"Stage": "dev"}]}`},
		"a lone dollar":           {`{"Fn::Sub": "$ ${} cost"}`, ``},
		"not a function":          {`{"Condition": {"StringEquals": {"Ref": "Stage"}}}`, `{"Condition": {"StringEquals": "dev"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := scope().Evaluate(tree(t, test.in))
			if test.want == "" {
				if err == nil {
					t.Errorf("Evaluate = %v, want an error", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tree(t, test.want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEvaluateErrors(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"unknown function":  {`{"Fn::Cidr": ["10.0.0.0/16", 2]}`, "Fn::Cidr"},
		"unknown attribute": {`{"Fn::GetAtt": ["Made", "Nope"]}`, "resource Made does not support attribute type Nope in Fn::GetAtt"},
		"select beyond":     {`{"Fn::Select": [2, ["a", "b"]]}`, "Fn::Select cannot select nonexistent value at index 2"},
		"map lacks":         {`{"Fn::FindInMap": ["Sizes", "prod", "memory"]}`, "Unable to get mapping for Sizes::prod::memory"},
		"unknown condition": {`{"Fn::If": ["Maybe", 1, 2]}`, "unresolved condition dependency"},
		"join a structure":  {`{"Fn::Join": ["", [{"a": "b"}]]}`, "Fn::Join"},
		"ref of a list":     {`{"Ref": ["a"]}`, "every Ref object must have a single String value"},
		"sub of a number":   {`{"Fn::Sub": 5}`, "Fn::Sub"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := scope().Evaluate(tree(t, test.in))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Evaluate = %v, %v; want an error with %q", got, err, test.want)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	for name, test := range map[string]struct {
		conditions string
		want       map[string]bool
		wantErr    string
	}{
		"equal":           {`{"A": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}}`, map[string]bool{"A": true}, ""},
		"number and text": {`{"A": {"Fn::Equals": [5, "5"]}}`, map[string]bool{"A": true}, ""},
		"and, or, not": {`{"A": {"Fn::Equals": ["x", "x"]}, "B": {"Fn::Not": [{"Condition": "A"}]},
			"C": {"Fn::And": [{"Condition": "A"}, {"Condition": "B"}]}, "D": {"Fn::Or": [{"Condition": "A"}, {"Condition": "B"}]}}`,
			map[string]bool{"A": true, "B": false, "C": false, "D": true}, ""},
		"circle":     {`{"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Not": [{"Condition": "A"}]}}`, nil, "circular condition dependency"},
		"unknown":    {`{"A": {"Fn::Not": [{"Condition": "B"}]}}`, nil, "Unresolved condition dependency B"},
		"resource":   {`{"A": {"Fn::Equals": [{"Ref": "Later"}, "x"]}}`, nil, "Unresolved dependencies"},
		"no boolean": {`{"A": {"Fn::Join": ["", []]}}`, nil, "cannot be used in a condition"},
	} {
		t.Run(name, func(t *testing.T) {
			parsed := &Template{Conditions: tree(t, test.conditions).(map[string]any)}
			got, err := parsed.EvaluateConditions(scope())
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Errorf("EvaluateConditions = %v, %v; want an error with %q", got, err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEqual(t *testing.T) {
	for name, test := range map[string]struct {
		left, right string
		want        bool
	}{
		"number and text":   {`5`, `"5"`, true},
		"boolean and text":  {`true`, `"true"`, true},
		"empty and missing": {`""`, `null`, false},
		"lists":             {`[1, {"a": "2"}]`, `["1", {"a": 2}]`, true},
		"order of a list":   {`["a", "b"]`, `["b", "a"]`, false},
		"further member":    {`{"a": 1}`, `{"a": 1, "b": 2}`, false},
		"list and text":     {`["a"]`, `"a"`, false},
		"empty list":        {`[]`, `""`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Equal(tree(t, test.left), tree(t, test.right)); got != test.want {
				t.Errorf("Equal(%s, %s) = %t", test.left, test.right, got)
			}
		})
	}
}
