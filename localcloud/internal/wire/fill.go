package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var timeType = reflect.TypeFor[time.Time]()

// Fill sets the struct that target points to from a tree. Member names are the
// struct's field names, with a lower-case first letter where the protocol has
// it so. Members the struct does not know are ignored, as AWS ignores them.
func Fill(target, tree any) error {
	return fill(reflect.ValueOf(target).Elem(), tree, "")
}

func fill(v reflect.Value, tree any, path string) error {
	if tree == nil {
		return nil
	}
	if v.Type() == timeType {
		at, err := parseTime(tree)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		v.Set(reflect.ValueOf(at))
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return fill(v.Elem(), tree, path)
	case reflect.Struct:
		return fillStruct(v, tree, path)
	case reflect.Slice:
		return fillSlice(v, tree, path)
	case reflect.Map:
		return fillMap(v, tree, path)
	case reflect.Interface:
		if v.NumMethod() > 0 {
			return fmt.Errorf("%s: the local cloud does not read members of this kind", path)
		}
		v.Set(reflect.ValueOf(tree))
		return nil
	}
	return fillScalar(v, tree, path)
}

func fillStruct(v reflect.Value, tree any, path string) error {
	members, ok := tree.(map[string]any)
	if !ok {
		return mismatch(path, "a structure", tree)
	}
	fields := fieldsOf(v.Type())
	for name, value := range members {
		index, known := fields[upperFirst(name)]
		if !known {
			continue
		}
		if err := fill(v.Field(index), value, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func fillSlice(v reflect.Value, tree any, path string) error {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		switch value := tree.(type) {
		case []byte:
			v.SetBytes(value)
			return nil
		case string:
			decoded, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			v.SetBytes(decoded)
			return nil
		}
		return mismatch(path, "a blob", tree)
	}
	list, ok := tree.([]any)
	if !ok {
		return mismatch(path, "a list", tree)
	}
	filled := reflect.MakeSlice(v.Type(), len(list), len(list))
	for i, item := range list {
		if err := fill(filled.Index(i), item, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	v.Set(filled)
	return nil
}

func fillMap(v reflect.Value, tree any, path string) error {
	members, ok := tree.(map[string]any)
	if !ok {
		return mismatch(path, "a map", tree)
	}
	filled := reflect.MakeMapWithSize(v.Type(), len(members))
	for key, value := range members {
		item := reflect.New(v.Type().Elem()).Elem()
		if err := fill(item, value, path+"."+key); err != nil {
			return err
		}
		filled.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
	v.Set(filled)
	return nil
}

// fillScalar takes numbers and booleans as strings too: the Query protocol has
// nothing else.
func fillScalar(v reflect.Value, tree any, path string) error {
	switch v.Kind() {
	case reflect.String:
		text, ok := tree.(string)
		if !ok {
			return mismatch(path, "a string", tree)
		}
		v.SetString(text)
		return nil
	case reflect.Bool:
		switch value := tree.(type) {
		case bool:
			v.SetBool(value)
			return nil
		case string:
			parsed, err := strconv.ParseBool(value)
			if err != nil {
				return mismatch(path, "a boolean", tree)
			}
			v.SetBool(parsed)
			return nil
		}
		return mismatch(path, "a boolean", tree)
	case reflect.Int, reflect.Int32, reflect.Int64:
		number, err := toInteger(tree)
		if err != nil || v.OverflowInt(number) {
			return mismatch(path, "an integer", tree)
		}
		v.SetInt(number)
		return nil
	case reflect.Float32, reflect.Float64:
		number, err := toNumber(tree)
		if err != nil {
			return mismatch(path, "a number", tree)
		}
		v.SetFloat(number)
		return nil
	}
	return fmt.Errorf("%s: the local cloud does not read %s", path, v.Type())
}

// toInteger takes whole numbers in any form, 1e3 and 5.0 too.
func toInteger(tree any) (int64, error) {
	switch value := tree.(type) {
	case json.Number:
		if whole, err := value.Int64(); err == nil {
			return whole, nil
		}
	case string:
		return strconv.ParseInt(value, 10, 64)
	case int64:
		return value, nil
	case uint64:
		if value > math.MaxInt64 {
			return 0, fmt.Errorf("%d is too large", value)
		}
		return int64(value), nil
	}
	number, err := toNumber(tree)
	if err != nil || number != math.Trunc(number) || math.Abs(number) >= 1<<63 {
		return 0, fmt.Errorf("%v is no integer", tree)
	}
	return int64(number), nil
}

func toNumber(tree any) (float64, error) {
	switch value := tree.(type) {
	case json.Number:
		return value.Float64()
	case string:
		return strconv.ParseFloat(value, 64)
	case float64:
		return value, nil
	case float32:
		return float64(value), nil
	case int64:
		return float64(value), nil
	case uint64:
		return float64(value), nil
	}
	return 0, fmt.Errorf("%T is no number", tree)
}

// The timestamps that RFC 3339 can write: the years 1 to 9999.
var (
	firstTime = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

// parseTime reads epoch seconds or ISO 8601, to the millisecond, which is as
// much as the protocols carry.
func parseTime(tree any) (time.Time, error) {
	at, err := anyTime(tree)
	if err != nil {
		return at, err
	}
	at = at.UTC().Round(time.Millisecond)
	if at.Before(firstTime) || at.After(lastTime) {
		return at, fmt.Errorf("%v is no timestamp", tree)
	}
	return at, nil
}

func anyTime(tree any) (time.Time, error) {
	if at, ok := tree.(time.Time); ok {
		return at, nil
	}
	if text, ok := tree.(string); ok {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at, nil
		}
	}
	seconds, err := toNumber(tree)
	if err != nil || math.IsNaN(seconds) || math.Abs(seconds) > 1e12 {
		return time.Time{}, fmt.Errorf("%v is no timestamp", tree)
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)), nil
}

func mismatch(path, want string, tree any) error {
	return fmt.Errorf("%s: %T cannot be %s", strings.TrimPrefix(path, "."), tree, want)
}
