package api

import (
	"reflect"
	"strings"
)

// Refuses makes an operation refuse calls that set one of the members: to ignore
// what a caller asks for would be to promise it. False, an empty list or map and
// an empty text ask for nothing.
func Refuses(members ...string) Option {
	return func(op *Operation) { op.Refuses = append(op.Refuses, members...) }
}

// refused is the error for an input that asks for what is not supported.
func (op Operation) refused(in any) error {
	if len(op.Refuses) == 0 {
		return nil
	}
	v := reflect.Indirect(reflect.ValueOf(in))
	var given []string
	for _, name := range op.Refuses {
		if asks(v.FieldByName(name)) {
			given = append(given, name)
		}
	}
	if len(given) == 0 {
		return nil
	}
	return StatusErrorf(501, "NotImplemented", "%s: the local cloud does not support %s", op.Name, strings.Join(given, ", "))
}

func asks(member reflect.Value) bool {
	switch member.Kind() {
	case reflect.Pointer:
		return !member.IsNil() && asks(member.Elem())
	case reflect.Slice, reflect.Map:
		return member.Len() > 0
	}
	return !member.IsZero()
}
