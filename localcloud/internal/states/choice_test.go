package states_test

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// chooses tells whether a comparison of {"Variable": ..., "Value": ...} holds.
func chooses(t *testing.T, c *cloud, comparison, input string) bool {
	t.Helper()
	definition := `{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.Variable",` + comparison + `,"Next":"True"}],"Default":"False"},
		"True":{"Type":"Pass","Result":"yes","End":true},"False":{"Type":"Pass","Result":"no","End":true}}}`
	machine := c.create(fmt.Sprintf("choice-%x", crc32.ChecksumIEEE([]byte(comparison))), definition)
	return aws.ToString(c.end(c.begin(machine, input)).Output) == `"yes"`
}

// recorded: stepfunctions/v2/choice_operators/test_is_operators.snapshot.json and
// test_boolean_equals.snapshot.json of github.com/localstack/localstack
func TestChoicesByType(t *testing.T) {
	c := newCloud(t)
	variables := []string{`null`, `0`, `0.0`, `1`, `1.1`, `""`, `" "`, `"HelloWorld"`, `"2012-10-09T19:00:55"`, `"2012-10-09T19:00:55Z"`, `"2023-02-24"`, `[]`, `[""]`, `{}`, `{"A":0}`, `true`, `false`}
	for operator, holding := range map[string][]string{
		"IsNull":    variables[:1],
		"IsNumeric": variables[1:5],
		"IsString":  variables[5:11],
		"IsBoolean": variables[15:],
		"IsPresent": variables,
	} {
		for _, variable := range variables {
			for _, value := range []bool{true, false} {
				want := slices.Contains(holding, variable) == value
				if got := chooses(t, c, fmt.Sprintf(`"%s":%v`, operator, value), `{"Variable":`+variable+`}`); got != want {
					t.Errorf("%s %v of %s: %v", operator, value, variable, got)
				}
			}
		}
	}
	for _, variable := range variables {
		for _, value := range []string{"true", "false"} {
			for _, comparison := range []string{`"BooleanEquals":` + value, `"BooleanEqualsPath":"$.Value"`} {
				if got := chooses(t, c, comparison, `{"Variable":`+variable+`,"Value":`+value+`}`); got != (variable == value) {
					t.Errorf("%s of %s and %s: %v", comparison, variable, value, got)
				}
			}
		}
	}
}

// recorded: stepfunctions/v2/choice_operators/test_string_operators.snapshot.json and
// test_timestamp_operators.snapshot.json of github.com/localstack/localstack
func TestChoicesByOrder(t *testing.T) {
	c := newCloud(t)
	for _, tt := range []struct {
		kind, variable, value string
		holding               []string
	}{
		{"String", `""`, `""`, []string{"Equals", "LessThanEquals", "GreaterThanEquals"}},
		{"String", `"A"`, `"AB"`, []string{"LessThan", "LessThanEquals"}},
		{"String", `"AB"`, `"A"`, []string{"GreaterThan", "GreaterThanEquals"}},
		{"String", `" "`, `"     "`, []string{"LessThan", "LessThanEquals"}},
		{"String", `0`, `"HelloWorld"`, nil},
		{"String", `[""]`, `"HelloWorld"`, nil},
		{"Timestamp", `"2012-10-09T19:00:55Z"`, `"2012-10-09T19:00:55Z"`, []string{"Equals", "LessThanEquals", "GreaterThanEquals"}},
		{"Timestamp", `"2012-10-09T19:00:55Z"`, `"2012-10-09T19:00:56Z"`, []string{"LessThan", "LessThanEquals"}},
		{"Timestamp", `"2023-02-24 12:15:56.832957"`, `"2012-10-09T19:00:55Z"`, nil},
		{"Timestamp", `null`, `"2012-10-09T19:00:55Z"`, nil},
		{"Numeric", `1.1`, `1`, []string{"GreaterThan", "GreaterThanEquals"}},
	} {
		for _, comparison := range []string{"Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"} {
			want := slices.Contains(tt.holding, comparison)
			input, _ := json.Marshal(map[string]json.RawMessage{"Variable": json.RawMessage(tt.variable), "Value": json.RawMessage(tt.value)})
			for _, operand := range []string{`":` + tt.value, `Path":"$.Value"`} {
				if got := chooses(t, c, `"`+tt.kind+comparison+operand, string(input)); got != want {
					t.Errorf("%s%s%s of %s: %v", tt.kind, comparison, operand, tt.variable, got)
				}
			}
		}
	}
}
