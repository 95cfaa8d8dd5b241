package states

import (
	"maps"
	"time"

	"weir/local/states/asl"
)

// evaluator reads the data fields of a state in its query language. Its errors
// are *failure, worded by the language.
type evaluator interface {
	// arguments is what the state works on: Arguments, or InputPath and
	// Parameters, or the input itself.
	arguments() (any, error)
	// field is the value of a field that may be literal, an expression, or
	// given by its Path variant; false where the state has none.
	field(name string) (any, bool, error)
	// mistyped, negative and unparsed word what is wrong with a field's value;
	// the last is for a text that is no time.
	mistyped(field string, value any, want string) *failure
	unparsed(field string, value any) *failure
	negative(field string, n int64) *failure
	// choose picks the rule of a Choice state, -1 for none.
	choose() (int, error)
	// items are what a Map state iterates over; itemInput is one iteration's input.
	items() ([]any, error)
	itemInput(input any, item *mapItem) (any, error)
	// finish turns a result into output and assigned variables. fromTask says
	// that the result is a new one and not the state's input.
	finish(result any, fromTask bool) (any, map[string]any, error)
	// chosen and caught are finish for a Choice rule and for a Catch.
	chosen(input any, rule int) (any, map[string]any, error)
	caught(f *failure, c asl.Catcher, i int) (any, map[string]any, error)
	// rest gives scarce resources back before a wait; the evaluator stays usable.
	rest()
	close()
}

func (v *visit) evaluator() evaluator {
	if v.state.JSONata {
		return &jsonataEvaluator{visit: v}
	}
	return &pathEvaluator{visit: v}
}

// timeFormat of the context object and of outputs, in milliseconds and UTC.
const timeFormat = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// contextObject is $states.context, or $$ in JSONPath
// (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
func (v *visit) contextObject() map[string]any {
	if v.trial != nil {
		return maps.Clone(v.trial.context)
	}
	x := v.exec
	context := map[string]any{
		"Execution": map[string]any{
			"Id": x.arn, "Name": x.name, "Input": x.input, "RoleArn": x.revision.roleARN,
			"StartTime": stamp(x.started), "RedriveCount": float64(x.redriveCount()),
		},
		"State":        v.stateContext(),
		"StateMachine": map[string]any{"Id": x.machine.arn, "Name": x.machine.name},
	}
	if x.redriveCount() > 0 {
		context["Execution"].(map[string]any)["RedriveTime"] = stamp(x.redriven)
	}
	if v.token != "" {
		context["Task"] = map[string]any{"Token": v.token}
	}
	if v.item != nil {
		context["Map"] = map[string]any{"Item": v.item.context()}
	}
	return context
}

// stateContext counts retries of those states alone that may have any.
func (v *visit) stateContext() map[string]any {
	context := map[string]any{"Name": v.state.Name, "EnteredTime": stamp(v.enteredAt)}
	switch v.state.Type {
	case asl.Task, asl.Map, asl.Parallel:
		context["RetryCount"] = float64(v.retries)
	}
	return context
}

func (item *mapItem) context() map[string]any {
	return map[string]any{"Index": float64(item.index), "Value": item.value}
}

func (x *execution) redriveCount() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.redrives
}
