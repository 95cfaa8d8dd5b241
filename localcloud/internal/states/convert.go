package states

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"time"

	"weir/localcloud/internal/ordered"
)

// fill sets the members of an SDK input from JSON whose names are PascalCase,
// as SDK integrations have them. An unknown member is an error.
func fill(into any, value any) error {
	return assign(reflect.ValueOf(into).Elem(), value, "")
}

var timeType = reflect.TypeFor[time.Time]()

func assign(to reflect.Value, value any, path string) error {
	if value == nil {
		return nil
	}
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.New(to.Type().Elem()))
		return assign(to.Elem(), value, path)
	}
	if f, ok := ordered.Number(value); ok {
		value = f
	}
	if to.Type() == timeType {
		return assignTime(to, value, path)
	}
	switch to.Kind() {
	case reflect.Struct:
		return assignStruct(to, value, path)
	case reflect.Slice:
		return assignSlice(to, value, path)
	case reflect.Map:
		return assignMap(to, value, path)
	case reflect.Interface:
		to.Set(reflect.ValueOf(value))
		return nil
	}
	return assignScalar(to, value, path)
}

func assignTime(to reflect.Value, value any, path string) error {
	switch value := value.(type) {
	case string:
		at, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			return unfit(path, "a TIMESTAMP")
		}
		to.Set(reflect.ValueOf(at))
		return nil
	case float64:
		to.Set(reflect.ValueOf(time.UnixMilli(int64(value * 1000)).UTC()))
		return nil
	}
	return unfit(path, "a TIMESTAMP")
}

func assignStruct(to reflect.Value, value any, path string) error {
	object, ok := value.(*ordered.Object)
	if !ok {
		return unfit(path, "an OBJECT")
	}
	for name, member := range object.All() {
		field := to.FieldByName(name)
		if !field.IsValid() || !field.CanSet() || name == "ResultMetadata" {
			return fmt.Errorf("The field '%s' is not supported by Step Functions", name)
		}
		if err := assign(field, member, path+"/"+name); err != nil {
			return err
		}
	}
	return nil
}

func assignSlice(to reflect.Value, value any, path string) error {
	if to.Type().Elem().Kind() == reflect.Uint8 {
		if text, ok := value.(string); ok {
			to.SetBytes([]byte(text))
		} else {
			to.SetBytes([]byte(ordered.Encode(value)))
		}
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		return unfit(path, "an ARRAY")
	}
	to.Set(reflect.MakeSlice(to.Type(), len(list), len(list)))
	for i, member := range list {
		if err := assign(to.Index(i), member, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

func assignMap(to reflect.Value, value any, path string) error {
	object, ok := value.(*ordered.Object)
	if !ok {
		return unfit(path, "an OBJECT")
	}
	made := reflect.MakeMapWithSize(to.Type(), object.Len())
	for name, member := range object.All() {
		element := reflect.New(to.Type().Elem()).Elem()
		if err := assign(element, member, path+"/"+name); err != nil {
			return err
		}
		made.SetMapIndex(reflect.ValueOf(name).Convert(to.Type().Key()), element)
	}
	to.Set(made)
	return nil
}

func assignScalar(to reflect.Value, value any, path string) error {
	switch value := value.(type) {
	case string:
		if to.Kind() == reflect.String {
			to.SetString(value)
			return nil
		}
	case bool:
		if to.Kind() == reflect.Bool {
			to.SetBool(value)
			return nil
		}
	case float64:
		switch {
		case to.CanInt() && value == float64(int64(value)):
			to.SetInt(int64(value))
			return nil
		case to.CanFloat():
			to.SetFloat(value)
			return nil
		}
	}
	switch to.Kind() {
	case reflect.String:
		return unfit(path, "a STRING")
	case reflect.Bool:
		return unfit(path, "a BOOLEAN")
	}
	return unfit(path, "a NUMBER")
}

// members is an SDK output as JSON with PascalCase names, without members that
// are not set. Timestamps become ISO 8601 text.
func members(out any) any {
	if out == nil {
		return ordered.New()
	}
	value, _ := plainValue(reflect.ValueOf(out))
	return value
}

// plainValue is a Go value as JSON; false for one that is not set.
func plainValue(v reflect.Value) (any, bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, false
		}
		if text := v.Elem(); text.Kind() == reflect.String {
			return text.String(), true // set, and be it to nothing
		}
		return plainValue(v.Elem())
	case reflect.Struct:
		if v.Type() == timeType {
			return v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05.999Z"), true
		}
		return plainStruct(v), true
	case reflect.Slice:
		if v.IsNil() {
			return nil, false
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return blob(v.Bytes()), true
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i], _ = plainValue(v.Index(i))
		}
		return list, true
	case reflect.Map:
		if v.IsNil() {
			return nil, false
		}
		object := ordered.New()
		for key, member := range v.Seq2() {
			value, _ := plainValue(member)
			object.Set(key.String(), value)
		}
		return object.Sort(), true
	case reflect.String:
		return v.String(), v.String() != ""
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Float32, reflect.Float64:
		return v.Float(), true
	}
	if v.CanInt() {
		return float64(v.Int()), true
	}
	return nil, false
}

// plainStruct has the members by name, as tasks' results do.
func plainStruct(v reflect.Value) *ordered.Object {
	object := ordered.New()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() || field.Name == "ResultMetadata" {
			continue
		}
		if member, ok := plainValue(v.Field(i)); ok {
			object.Set(field.Name, member)
		}
	}
	return object.Sort()
}

// blob shows bytes: JSON as itself, other text as text, the rest in base64.
func blob(data []byte) any {
	if value, err := ordered.Decode(string(data)); err == nil {
		return value
	}
	if value, err := ordered.Decode(ordered.Encode(string(data))); err == nil && value == string(data) {
		return value
	}
	return base64.StdEncoding.EncodeToString(data)
}
