package wire

import (
	"fmt"
	"net/url"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fillQuery sets the struct that target points to from a form of the Query
// protocol: "Entries.member.1.Name=x", "Tags.entry.1.key=x". The shape of the
// struct tells lists from maps, since an empty list cannot be told from a text.
func fillQuery(target any, form url.Values) error {
	tree := map[string]any{}
	for key, values := range form {
		if key == "Action" || key == "Version" || len(values) == 0 {
			continue
		}
		if !utf8.ValidString(key) || !utf8.ValidString(values[0]) {
			return fmt.Errorf("%q is not UTF-8", key)
		}
		if err := plant(tree, strings.Split(key, "."), values[0]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	shaped, err := shape(reflect.TypeOf(target).Elem(), tree)
	if err != nil {
		return err
	}
	return Fill(target, shaped)
}

func plant(tree map[string]any, path []string, value string) error {
	for len(path) > 1 {
		child, exists := tree[path[0]]
		if !exists {
			child = map[string]any{}
			tree[path[0]] = child
		}
		next, ok := child.(map[string]any)
		if !ok {
			return fmt.Errorf("is both a value and a structure")
		}
		tree, path = next, path[1:]
	}
	tree[path[0]] = value
	return nil
}

// shape turns numbered members into lists and entries into maps, as the type
// wants them.
func shape(t reflect.Type, tree any) (any, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	members, nested := tree.(map[string]any)
	switch {
	case t.Kind() == reflect.Struct && t != timeType && nested:
		gather(t, members)
		fields := fieldsOf(t)
		for name, member := range members {
			index, known := fields[name]
			if !known {
				continue
			}
			shaped, err := shape(t.Field(index).Type, member)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			members[name] = shaped
		}
		return members, nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		if !nested {
			return []any{}, nil // "Tags=" is an empty list
		}
		return shapeList(t, unwrap(members, "member"))
	case t.Kind() == reflect.Map && nested:
		return shapeMap(t, unwrap(members, "entry"))
	}
	return tree, nil
}

func unwrap(members map[string]any, name string) map[string]any {
	if inner, ok := members[name].(map[string]any); ok && len(members) == 1 {
		return inner
	}
	return members
}

func shapeList(t reflect.Type, members map[string]any) (any, error) {
	numbers := make([]int, 0, len(members))
	for name := range members {
		n, err := strconv.Atoi(name)
		if err != nil {
			return nil, fmt.Errorf("%q is no list index", name)
		}
		numbers = append(numbers, n)
	}
	sort.Ints(numbers)
	list := make([]any, 0, len(numbers))
	for _, n := range numbers {
		item, err := shape(t.Elem(), members[strconv.Itoa(n)])
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}

// pairOf takes a map entry apart. Most services call its parts key and value;
// SNS calls those of message attributes Name and Value.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
func pairOf(pair map[string]any) (key string, value any, ok bool) {
	for _, names := range [][2]string{{"key", "value"}, {"Name", "Value"}} {
		if key, ok := pair[names[0]].(string); ok {
			return key, pair[names[1]], true
		}
	}
	return "", nil, false
}

func shapeMap(t reflect.Type, entries map[string]any) (any, error) {
	shaped := map[string]any{}
	for name, entry := range entries {
		pair, _ := entry.(map[string]any)
		key, value, ok := pairOf(pair)
		if !ok {
			return nil, fmt.Errorf("%q is no map entry", name)
		}
		value, err := shape(t.Elem(), value)
		if err != nil {
			return nil, err
		}
		shaped[key] = value
	}
	return shaped, nil
}
