package template

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// functions take evaluated, fully known arguments.
var functions = map[string]func(*Scope, any) (any, error){
	"Fn::Join":        join,
	"Fn::Split":       split,
	"Fn::Select":      selectItem,
	"Fn::FindInMap":   findInMap,
	"Fn::ImportValue": importValue,
	"Fn::Base64":      base64Text,
	"Fn::GetAZs":      zones,
}

func arguments(name string, argument any, counts ...int) ([]any, error) {
	list, ok := argument.([]any)
	for _, count := range counts {
		if ok && len(list) == count {
			return list, nil
		}
	}
	return nil, fmt.Errorf("Template error: every %s object requires %d parameters", name, counts[0])
}

func join(_ *Scope, argument any) (any, error) {
	list, err := arguments("Fn::Join", argument, 2)
	if err != nil {
		return nil, err
	}
	items, ok := list[1].([]any)
	if !ok {
		return nil, fmt.Errorf("Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined")
	}
	texts := make([]string, 0, len(items))
	for _, item := range items {
		switch item.(type) {
		case map[string]any, []any:
			return nil, fmt.Errorf("Template error: Fn::Join takes texts only, got %v", item)
		}
		texts = append(texts, scalar(item))
	}
	return strings.Join(texts, scalar(list[0])), nil
}

func split(_ *Scope, argument any) (any, error) {
	list, err := arguments("Fn::Split", argument, 2)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for item := range strings.SplitSeq(scalar(list[1]), scalar(list[0])) {
		items = append(items, item)
	}
	return items, nil
}

func selectItem(_ *Scope, argument any) (any, error) {
	list, err := arguments("Fn::Select", argument, 2)
	if err != nil {
		return nil, err
	}
	items, ok := list[1].([]any)
	index, err := strconv.Atoi(scalar(list[0]))
	if !ok || err != nil {
		return nil, fmt.Errorf("Template error: every Fn::Select object requires an index and a list")
	}
	if index < 0 || index >= len(items) {
		return nil, fmt.Errorf("Template error: Fn::Select cannot select nonexistent value at index %d", index)
	}
	return items[index], nil
}

func findInMap(s *Scope, argument any) (any, error) {
	list, err := arguments("Fn::FindInMap", argument, 3, 4)
	if err != nil {
		return nil, err
	}
	top, _ := s.Mappings[scalar(list[0])].(map[string]any)
	second, _ := top[scalar(list[1])].(map[string]any)
	if value, found := second[scalar(list[2])]; found {
		return value, nil
	}
	if len(list) == 4 {
		if options, ok := list[3].(map[string]any); ok {
			if fallback, ok := options["DefaultValue"]; ok {
				return fallback, nil
			}
		}
	}
	return nil, fmt.Errorf("Template error: Unable to get mapping for %s::%s::%s", scalar(list[0]), scalar(list[1]), scalar(list[2]))
}

func importValue(s *Scope, argument any) (any, error) {
	name := scalar(argument)
	if s.Import == nil {
		return nil, fmt.Errorf("Template error: Fn::ImportValue has nothing to import from")
	}
	return s.Import(name)
}

func base64Text(_ *Scope, argument any) (any, error) {
	return base64.StdEncoding.EncodeToString([]byte(scalar(argument))), nil
}

func zones(s *Scope, _ any) (any, error) {
	list := make([]any, 0, len(s.Zones))
	for _, zone := range s.Zones {
		list = append(list, zone)
	}
	return list, nil
}
