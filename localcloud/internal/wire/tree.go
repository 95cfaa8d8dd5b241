package wire

import (
	"reflect"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// dictionary is a map among the data, as opposed to a structure: Query's XML
// writes the two differently.
type dictionary map[string]any

// Tree turns the struct that source points to into plain values. Absent
// members (nil, or an empty string that is not a pointer) are left out; an
// empty list or map that was set is kept. lowerCamel writes member names with
// a lower-case first letter.
func Tree(source any, lowerCamel bool) any {
	return tree(reflect.ValueOf(source), lowerCamel)
}

func tree(v reflect.Value, lowerCamel bool) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return tree(v.Elem(), lowerCamel)
	case reflect.Struct:
		if v.Type() == timeType {
			return v.Interface().(time.Time)
		}
		return structTree(v, lowerCamel)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes()
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = tree(v.Index(i), lowerCamel)
		}
		return list
	case reflect.Map:
		members := make(dictionary, v.Len())
		for entries := v.MapRange(); entries.Next(); {
			members[entries.Key().String()] = tree(entries.Value(), lowerCamel)
		}
		return members
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Float32, reflect.Float64:
		return v.Float()
	}
	return nil
}

func structTree(v reflect.Value, lowerCamel bool) map[string]any {
	members := map[string]any{}
	for name, index := range fieldsOf(v.Type()) {
		field := v.Field(index)
		switch field.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
			if field.IsNil() {
				continue
			}
		case reflect.String:
			if field.Len() == 0 {
				continue
			}
		}
		if lowerCamel {
			name = lowerFirst(name)
		}
		members[name] = tree(field, lowerCamel)
	}
	return members
}

// fields caches the member fields of each struct type by name.
var fields sync.Map // reflect.Type -> map[string]int

func fieldsOf(t reflect.Type) map[string]int {
	if cached, ok := fields.Load(t); ok {
		return cached.(map[string]int)
	}
	byName := map[string]int{}
	for i := range t.NumField() {
		field := t.Field(i)
		// ResultMetadata and the serde marker are the SDK's own.
		if field.IsExported() && field.Name != "ResultMetadata" && !field.Anonymous {
			byName[field.Name] = i
		}
	}
	fields.Store(t, byName)
	return byName
}

func upperFirst(name string) string { return mapFirst(name, unicode.ToUpper) }
func lowerFirst(name string) string { return mapFirst(name, unicode.ToLower) }

func mapFirst(name string, change func(rune) rune) string {
	first, size := utf8.DecodeRuneInString(name)
	changed := change(first)
	if changed == first {
		return name
	}
	return string(changed) + name[size:]
}
