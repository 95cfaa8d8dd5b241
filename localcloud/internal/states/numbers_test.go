package states_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A number that nothing reads is passed on as it came; one that something reads
// is a number like others.
func TestNumbersKeepTheirText(t *testing.T) {
	const input = `{"big":12345678901234567890,"bigger":1000000000000000000000,"list":[{"n":1.0},{"n":2}],"one":1.0,"small":0.0000001,"wait":2.0}`
	for fields, want := range map[string]string{
		`"Type":"Pass"`: input,
		`"Type":"Pass","QueryLanguage":"JSONata"`:                                                            input,
		`"Type":"Pass","QueryLanguage":"JSONata","Output":"{% $states.input.one %}"`:                         `1`,
		`"Type":"Pass","QueryLanguage":"JSONata","Output":"{% $states.input.one = 1 %}"`:                     `true`,
		`"Type":"Pass","QueryLanguage":"JSONata","Output":"{% $states.input.one + 1 %}"`:                     `2`,
		`"Type":"Wait","SecondsPath":"$.wait","OutputPath":"$.wait"`:                                         `2.0`,
		`"Type":"Pass","Parameters":{"a.$":"$.big"}`:                                                         `{"a":12345678901234567890}`,
		`"Type":"Pass","Parameters":{"a.$":"States.MathAdd($.one, 1)"}`:                                      `{"a":2}`,
		`"Type":"Pass","Parameters":{"a.$":"$.list[?(@.n == 1)]"}`:                                           `{"a":[{"n":1.0}]}`,
		`"Type":"Pass","Parameters":{"a.$":"$.list[?(@.n <= 1)].n"}`:                                         `{"a":[1.0]}`,
		invoke + `,"Parameters":{"FunctionName":"f","Payload.$":"$.one"},"OutputPath":"$.Payload"`:           `1.0`,
		invoke + `,"Parameters":{"FunctionName":"f"},"TimeoutSecondsPath":"$.wait","ResultPath":"$.wait.no"`: "",
	} {
		c := newCloud(t)
		out := c.run(one(fields), input)
		if got := aws.ToString(out.Output); got != want {
			t.Errorf("%s: %s %s\nwant %s", fields, got, aws.ToString(out.Cause), want)
		}
	}
	c := newCloud(t)
	out := c.run(`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.one","IsNumeric":true},{"Variable":"$.one","NumericEquals":1}],"Next":"Yes"}]},"Yes":{"Type":"Succeed"}}}`, input)
	if got := aws.ToString(out.Output); got != input {
		t.Errorf("chosen: %s %s", got, aws.ToString(out.Cause))
	}
}
