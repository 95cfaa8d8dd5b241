package resource

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"
	"unicode"
)

// coerce fits a template's loosely typed values to an operation's input:
// numbers and booleans become texts where a text is wanted. A member that the
// operation does not have is an error, since to drop it would be to ignore
// what the template says.
func coerce(t reflect.Type, value any, path string) (any, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return value, nil
	case t.Kind() == reflect.Struct:
		return coerceStruct(t, value, path)
	case t.Kind() == reflect.Map:
		return coerceMap(t, value, path)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return coerceList(t, value, path)
	case t.Kind() == reflect.String:
		return coerceText(value, path)
	case t.Kind() == reflect.Bool, t.Kind() == reflect.Slice, t.Kind() == reflect.Interface:
		return value, nil
	}
	switch value := value.(type) {
	case int:
		return json.Number(strconv.Itoa(value)), nil
	case map[string]any, []any, bool:
		return nil, fmt.Errorf("%s must be a number", path)
	}
	return value, nil
}

func coerceStruct(t reflect.Type, value any, path string) (any, error) {
	members, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s must be a structure", path)
	}
	fitted := make(map[string]any, len(members))
	for name, member := range members {
		field, known := t.FieldByName(upperFirst(name))
		if !known {
			return nil, fmt.Errorf("the local cloud does not support the property %s of %s, which AWS may", name, path)
		}
		var err error
		if fitted[name], err = coerce(field.Type, member, path+"."+name); err != nil {
			return nil, err
		}
	}
	return fitted, nil
}

func coerceMap(t reflect.Type, value any, path string) (any, error) {
	members, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s must be a map", path)
	}
	fitted := make(map[string]any, len(members))
	for name, member := range members {
		var err error
		if fitted[name], err = coerce(t.Elem(), member, path+"."+name); err != nil {
			return nil, err
		}
	}
	return fitted, nil
}

func coerceList(t reflect.Type, value any, path string) (any, error) {
	items, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("%s must be a list", path)
	}
	fitted := make([]any, 0, len(items))
	for i, item := range items {
		value, err := coerce(t.Elem(), item, path+"["+strconv.Itoa(i)+"]")
		if err != nil {
			return nil, err
		}
		fitted = append(fitted, value)
	}
	return fitted, nil
}

func coerceText(value any, path string) (any, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case bool:
		return strconv.FormatBool(value), nil
	}
	return nil, fmt.Errorf("%s must be a text", path)
}

func upperFirst(name string) string {
	if name == "" {
		return name
	}
	return string(unicode.ToUpper(rune(name[0]))) + name[1:]
}
