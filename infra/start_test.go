package infra

import (
	"encoding/json"
	"regexp"
	"testing"

	"weir/statemachine"
)

func TestStarterNamesNoPartition(t *testing.T) {
	if found := regexp.MustCompile(`arn:aws|amazonaws|aws\\.amazon`).FindString(statemachine.Start); found != "" {
		t.Errorf("the definition has %q; write arn:${Partition}:", found)
	}
}

// Whether a Choice's own Assign applies when one of its rules matches is read in
// two ways. A request event has no reason, so that one of them would fail.
func TestStarterChoosesOnly(t *testing.T) {
	var definition struct{ States map[string]map[string]any }
	if err := json.Unmarshal([]byte(statemachine.Start), &definition); err != nil {
		t.Fatal(err)
	}
	choices := 0
	for name, state := range definition.States {
		if state["Type"] != "Choice" {
			continue
		}
		choices++
		for _, part := range append(list(state["Choices"]), any(state)) {
			rule := part.(map[string]any)
			if rule["Assign"] != nil || rule["Output"] != nil {
				t.Errorf("choice %q assigns or outputs", name)
			}
		}
	}
	if choices != 2 {
		t.Errorf("%d choices were checked", choices)
	}
}
