package states

import (
	"reflect"
	"slices"
	"strings"
)

// orders has the values of enumerations in the order that AWS was recorded to
// list them in, by member; it lists others in the model's.
var orders = map[string][]string{
	"statusFilter": {"SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"},
}

// choices are the values of an enumeration of the SDK's; none for other types.
func choices(t reflect.Type) []string {
	values, ok := t.MethodByName("Values")
	if !ok {
		return nil
	}
	var all []string
	for _, value := range values.Func.Call([]reflect.Value{reflect.Zero(t)})[0].Seq2() {
		all = append(all, value.String())
	}
	return all
}

// brokenChoice words that a member's value, which may be left out, is not one of
// its enumeration's.
func brokenChoice(member string, value reflect.Value) string {
	all := choices(value.Type())
	if all == nil || value.String() == "" || slices.Contains(all, value.String()) {
		return ""
	}
	if order := orders[member]; order != nil {
		all = order
	}
	return constraint(member, value.String(), "satisfy enum value set: ["+strings.Join(all, ", ")+"]")
}
