package cloudwatch

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func TestCompositeRules(t *testing.T) {
	states := map[string]types.StateValue{"a": types.StateValueAlarm, "o": types.StateValueOk, "the:alarm:o": types.StateValueAlarm}
	state := func(name string) types.StateValue {
		if value, ok := states[name]; ok {
			return value
		}
		return types.StateValueInsufficientData
	}
	for text, want := range map[string]bool{
		"ALARM(a)": true, "ALARM(o)": false, `ALARM("a") AND OK("o")`: true, "NOT ALARM(a)": false, "TRUE": true, "FALSE OR OK(o)": true,
		"OK(a) OR ALARM(a) AND OK(o)": true, "(OK(a) OR ALARM(a)) AND OK(a)": false, "INSUFFICIENT_DATA(x)": true,
		"ALARM(the:alarm:o)": true, "ALARM(arn:aws:cloudwatch:us-east-1:1:alarm:the:alarm:o)": true,
		"ALARM(arn:aws:cloudwatch:us-east-1:1:alarm:a)": true, "NOT (ALARM(a) AND ALARM(o))": true,
	} {
		parsed, _, err := parseRule(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := parsed(state); got != want {
			t.Errorf("%s = %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"", "ALARM", "ALARM(a", "ALARM(a) ALARM(o)", "a", "NOT", "(TRUE", "TRUE AND"} {
		if _, _, err := parseRule(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add("(ALARM(a) OR NOT OK(b)) AND INSUFFICIENT_DATA(c)")
	f.Fuzz(func(t *testing.T, text string) {
		if parsed, _, err := parseRule(text); err == nil {
			parsed(func(string) types.StateValue { return types.StateValueOk }) // neither may panic
		}
	})
}
