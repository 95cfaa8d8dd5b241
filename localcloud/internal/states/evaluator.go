package states

import (
	"time"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
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
	finish(result any, fromTask bool) (any, *ordered.Object, error)
	// chosen and caught are finish for a Choice rule and for a Catch.
	chosen(input any, rule int) (any, *ordered.Object, error)
	caught(f *failure, c asl.Catcher, i int) (any, *ordered.Object, error)
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
func (v *visit) contextObject() *ordered.Object {
	x := v.exec
	execution := x.context().Set("RedriveCount", float64(x.redriveCount()))
	if x.redriveCount() > 0 {
		execution.Set("RedriveTime", stamp(x.redriven))
	}
	context := ordered.New().Set("Execution", execution).Set("StateMachine", x.machine.context()).Set("State", v.stateContext())
	if v.token != "" {
		context.Set("Task", ordered.New().Set("Token", v.token))
	}
	if v.item != nil {
		context.Set("Map", v.item.context())
	}
	return context
}

func (x *execution) context() *ordered.Object {
	return ordered.New().Set("Id", x.arn).Set("Input", x.input).Set("StartTime", stamp(x.started)).
		Set("Name", x.name).Set("RoleArn", x.revision.roleARN)
}

func (m *machine) context() *ordered.Object {
	return ordered.New().Set("Id", m.arn).Set("Name", m.name)
}

// stateContext counts retries of those states alone that may have any.
func (v *visit) stateContext() *ordered.Object {
	context := ordered.New().Set("Name", v.state.Name).Set("EnteredTime", stamp(v.enteredAt))
	switch v.state.Type {
	case asl.Task, asl.Map, asl.Parallel:
		context.Set("RetryCount", float64(v.retries))
	}
	return context
}

func (item *mapItem) context() *ordered.Object {
	return ordered.New().Set("Item", ordered.New().Set("Index", float64(item.index)).Set("Value", item.value))
}

func (x *execution) redriveCount() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.redrives
}
