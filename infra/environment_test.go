package infra

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var getenv = regexp.MustCompile(`Getenv\("(WEIR_[A-Z_]+)"\)`)

// TestHandlersGetTheVariablesTheyRead reads each handler's main and holds the
// stack to it, both ways.
func TestHandlersGetTheVariablesTheyRead(t *testing.T) {
	functions := synth(t).of("AWS::Lambda::Function")
	read := 0
	for name, prefix := range map[string]string{
		"plan": "ReleasePlanFunction", "shift": "ReleaseShiftFunction", "verify": "ReleaseVerifyFunction", "rollback": "ReleaseRollbackFunction",
	} {
		source, err := os.ReadFile("../functions/" + name + "/main.go")
		if err != nil {
			t.Fatal(err)
		}
		wanted := map[string]bool{}
		for _, match := range getenv.FindAllStringSubmatch(string(source), -1) {
			wanted[match[1]] = true
			read++
		}
		for id, f := range functions {
			if !strings.HasPrefix(id, prefix) {
				continue
			}
			given := map[string]any{}
			if environment, ok := f.Properties["Environment"].(map[string]any); ok {
				given = environment["Variables"].(map[string]any)
			}
			for variable := range wanted {
				if given[variable] == nil {
					t.Errorf("%s reads %s, which the stack does not set", name, variable)
				}
			}
			for variable := range given {
				if !wanted[variable] {
					t.Errorf("the stack sets %s for %s, which does not read it", variable, name)
				}
			}
		}
	}
	if read == 0 {
		t.Error("no handler reads a variable: is the pattern right?")
	}
}
