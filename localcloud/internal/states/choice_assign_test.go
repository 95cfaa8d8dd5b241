package states_test

import "testing"

// A rule that matches suppresses the state's own Assign, even where the rule has
// none. The page says so under "Using Assign with Choice states", with an example;
// an earlier sentence on it says that the state's applies whichever rule matches.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
func TestTheAssignOfAChoiceIsForItsDefault(t *testing.T) {
	const rest = `"Default": "Low", "Assign": {"kept": "state"}},
		"High": {"Type": "Pass", "Next": "Tell"}, "Medium": {"Type": "Pass", "Next": "Tell"}, "Low": {"Type": "Pass", "Next": "Tell"},`
	machines := map[string]string{
		"JSONata": `{"QueryLanguage": "JSONata", "StartAt": "First", "States": {
			"First": {"Type": "Pass", "Assign": {"kept": "before"}, "Next": "Choose"},
			"Choose": {"Type": "Choice", "Choices": [
				{"Condition": "{% $states.input.score > 90 %}", "Assign": {"kept": "rule"}, "Next": "High"},
				{"Condition": "{% $states.input.score > 50 %}", "Next": "Medium"}], ` + rest + `
			"Tell": {"Type": "Pass", "Output": "{% $kept %}", "End": true}}}`,
		"JSONPath": `{"StartAt": "First", "States": {
			"First": {"Type": "Pass", "Assign": {"kept": "before"}, "Next": "Choose"},
			"Choose": {"Type": "Choice", "Choices": [
				{"Variable": "$.score", "NumericGreaterThan": 90, "Assign": {"kept": "rule"}, "Next": "High"},
				{"Variable": "$.score", "NumericGreaterThan": 50, "Next": "Medium"}], ` + rest + `
			"Tell": {"Type": "Pass", "InputPath": "$kept", "End": true}}}`,
	}
	for language, machine := range machines {
		for input, want := range map[string]string{`{"score": 95}`: `"rule"`, `{"score": 60}`: `"before"`, `{"score": 5}`: `"state"`} {
			t.Run(language+" "+input, func(t *testing.T) { sameJSON(t, newCloud(t).run(machine, input).Output, want) })
		}
	}
}
