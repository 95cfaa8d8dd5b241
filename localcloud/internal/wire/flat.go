package wire

import (
	"reflect"
	"strings"
)

// SQS writes lists and maps flat in the Query protocol: no element around them,
// and a name of their own for each item. A field's tag says so:
//
//	Messages   []Message         `flat:"Message"`
//	Attributes map[string]string `flat:"Attribute,Name,Value"`

// flatField is what a field's flat tag says; key and value name the two parts
// of a map's entry.
type flatField struct {
	field            reflect.StructField
	name, key, value string
}

func flatFields(t reflect.Type) []flatField {
	var list []flatField
	for i := range t.NumField() {
		tag, ok := t.Field(i).Tag.Lookup("flat")
		if !ok {
			continue
		}
		parts := append(strings.Split(tag, ","), "", "")
		list = append(list, flatField{field: t.Field(i), name: parts[0], key: parts[1], value: parts[2]})
	}
	return list
}

// gather puts flat members of a form under the names of their fields, and a
// map's entries into the form that shapeMap reads.
func gather(t reflect.Type, members map[string]any) {
	for _, f := range flatFields(t) {
		given, ok := members[f.name]
		if !ok {
			continue
		}
		delete(members, f.name)
		members[f.field.Name] = given
		entries, ok := given.(map[string]any)
		if f.key == "" || !ok {
			continue
		}
		renamed := map[string]any{}
		for number, entry := range entries {
			pair, ok := entry.(map[string]any)
			if !ok {
				renamed[number] = entry // shapeMap refuses it
				continue
			}
			renamed[number] = map[string]any{"key": pair[f.key], "value": pair[f.value]}
		}
		members[f.field.Name] = renamed
	}
}

// flatList is a list whose items stand without an element around them.
type flatList []any

// flattened is an answer's tree with the flat members of its type as flatLists.
func flattened(t reflect.Type, tree any) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch value := tree.(type) {
	case []any:
		for i, item := range value {
			value[i] = flattened(t.Elem(), item)
		}
	case dictionary:
		for name, item := range value {
			value[name] = flattened(t.Elem(), item)
		}
	case map[string]any:
		fields := fieldsOf(t)
		for name, member := range value {
			if index, ok := fields[name]; ok {
				value[name] = flattened(t.Field(index).Type, member)
			}
		}
		for _, f := range flatFields(t) {
			if member, ok := value[f.field.Name]; ok {
				delete(value, f.field.Name)
				value[f.name] = f.items(member)
			}
		}
	}
	return tree
}

func (f flatField) items(member any) flatList {
	switch value := member.(type) {
	case []any:
		return value
	case dictionary:
		var list flatList
		for _, name := range sortedKeys(value) {
			list = append(list, map[string]any{f.key: name, f.value: value[name]})
		}
		return list
	}
	return flatList{member}
}
