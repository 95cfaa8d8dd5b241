package release

import (
	"strings"
	"unicode"

	"weir/internal/arn"
)

// Holder names an execution the short way, to fit: its state machine and name.
type Holder struct {
	StateMachine string
	Execution    string
}

// IsZero tells whether nobody holds.
func (h Holder) IsZero() bool { return h == Holder{} }

func (h Holder) String() string { return h.StateMachine + "/" + h.Execution }

// text is the holder as a description holds it; nothing when nobody holds.
func (h Holder) text() string {
	if h.IsZero() {
		return ""
	}
	return h.String()
}

// HolderOf returns the holder that the ARN of an execution names.
func HolderOf(executionARN string) (Holder, error) {
	execution, err := arn.ParseExecution(executionARN)
	if err != nil {
		return Holder{}, err
	}
	return Holder{StateMachine: execution.Machine, Execution: execution.Name}, nil
}

// ExecutionARN returns the holder's full ARN, given the ARN of any resource in the
// same account and region, such as the function's.
func (h Holder) ExecutionARN(neighbour string) (string, error) {
	other, err := arn.Parse(neighbour)
	if err != nil {
		return "", err
	}
	return other.Of("states", "execution:"+h.StateMachine+":"+h.Execution).String(), nil
}

// parseHolder reads "machine/execution". What can be no such names names nobody.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func parseHolder(text string) Holder {
	machine, execution, _ := strings.Cut(text, "/")
	if !isStatesName(machine) || !isStatesName(execution) {
		return Holder{}
	}
	return Holder{StateMachine: machine, Execution: execution}
}

func isStatesName(text string) bool {
	const most, never = 80, "<>{}[]?*\"#%\\^|~`$&,;:/"
	return text != "" && len(text) <= most && !strings.ContainsAny(text, never) && !strings.ContainsFunc(text, unicode.IsControl)
}
