package infra

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// variable is a variable in the environment of one of Weir's functions.
type variable struct {
	value string // as the template has it, tokens included
	// longest is the value with each token replaced by as long a text as it may
	// stand for.
	longest string
}

// plain is a variable whose value synthesis knows.
func plain(value string) variable { return variable{value: value, longest: value} }

// maxEnvironment is how many bytes Lambda takes as all variables of a function,
// measured as JSON.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxEnvironment = 4096

// variableName is what Lambda takes for the name of a variable.
// https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html
var variableName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]+$`)

// checkVariables tells what Lambda would refuse of a function's variables, by name.
func checkVariables(variables map[string]string) error {
	for name := range variables {
		if !variableName.MatchString(name) {
			return fmt.Errorf("a variable is called %q; the name must be a letter and one or more letters, digits and underscores", name)
		}
	}
	var measured strings.Builder
	encoder := json.NewEncoder(&measured)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(variables); err != nil {
		return fmt.Errorf("write the variables: %w", err)
	}
	if size := measured.Len() - len("\n"); size > maxEnvironment {
		return fmt.Errorf("the variables have up to %d bytes, and Lambda takes %d", size, maxEnvironment)
	}
	return nil
}
