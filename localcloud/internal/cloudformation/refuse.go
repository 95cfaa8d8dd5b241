package cloudformation

import (
	"reflect"
	"strings"
)

// refuse answers an error that names the given members of the input that are
// set: to ignore what a caller asks for would be to promise it.
func refuse(operation string, in any, members ...string) error {
	v := reflect.ValueOf(in).Elem()
	var given []string
	for _, name := range members {
		field := v.FieldByName(name)
		if field.Kind() == reflect.Pointer && !field.IsNil() && field.Elem().Kind() != reflect.String && field.Elem().IsZero() {
			continue // an empty structure, or false, asks for nothing
		}
		empty := field.IsZero() || field.Kind() == reflect.Slice && field.Len() == 0
		if !empty {
			given = append(given, name)
		}
	}
	if len(given) == 0 {
		return nil
	}
	return validation("The local cloud does not support %s of %s.", strings.Join(given, ", "), operation)
}
