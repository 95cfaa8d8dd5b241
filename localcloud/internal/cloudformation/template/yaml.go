package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// shortForms are the YAML tags that stand for a function; all but Ref and
// Condition abbreviate "Fn::" names.
var shortForms = []string{
	"And", "Base64", "Cidr", "Condition", "Equals", "FindInMap", "ForEach", "GetAtt", "GetAZs", "If", "ImportValue",
	"Join", "Length", "Not", "Or", "Ref", "Select", "Split", "Sub", "ToJsonString", "Transform",
}

// jsonNumber is what JSON can spell; other YAML numbers (octal, 1_000) stay
// texts.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// parseYAML reads a template in YAML with the short forms of the intrinsic
// functions, into the tree that its JSON would give.
func parseYAML(body []byte) (map[string]any, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("Template format error: no template was given.")
		}
		return nil, fmt.Errorf("Template format error: YAML not well-formed. (%s)", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("Template format error: unsupported structure.")
	}
	tree, err := yamlTree(document.Content[0], "")
	if err != nil {
		return nil, err
	}
	members, ok := tree.(map[string]any)
	if !ok {
		return nil, errors.New("Template format error: unsupported structure.")
	}
	return members, nil
}

func yamlTree(node *yaml.Node, path string) (any, error) {
	value, err := yamlValue(node, path)
	if err != nil || node.Tag == "" || strings.HasPrefix(node.Tag, "!!") {
		return value, err
	}
	name := strings.TrimPrefix(node.Tag, "!")
	if !slices.Contains(shortForms, name) {
		return nil, fmt.Errorf("Template format error: YAML not well-formed. (line %d, column %d: unknown tag %s)", node.Line, node.Column, node.Tag)
	}
	switch name {
	case "Ref", "Condition":
		return map[string]any{name: value}, nil
	case "GetAtt":
		if dotted, ok := value.(string); ok {
			logicalID, attribute, _ := strings.Cut(dotted, ".")
			value = []any{logicalID, attribute}
		}
	}
	return map[string]any{"Fn::" + name: value}, nil
}

func yamlValue(node *yaml.Node, path string) (any, error) {
	switch node.Kind {
	case yaml.MappingNode:
		return yamlMap(node, path)
	case yaml.SequenceNode:
		items := make([]any, 0, len(node.Content))
		for i, child := range node.Content {
			item, err := yamlTree(child, path+"/"+strconv.Itoa(i))
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return items, nil
	case yaml.ScalarNode:
		if node.Tag == "!!null" {
			return nil, nullAt(path)
		}
		return yamlScalar(node), nil
	}
	// CloudFormation reads no aliases.
	return nil, fmt.Errorf("Template error: YAML aliases are not allowed in CloudFormation templates")
}

func yamlMap(node *yaml.Node, path string) (any, error) {
	members := make(map[string]any, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("Template format error: YAML not well-formed. (line %d, column %d: a key must be a text)", key.Line, key.Column)
		}
		if key.Tag == "!!merge" {
			return nil, fmt.Errorf("Template error: YAML merge keys are not allowed in CloudFormation templates")
		}
		if _, twice := members[key.Value]; twice {
			return nil, fmt.Errorf("Template format error: YAML not well-formed. (line %d, column %d: duplicate key %s)", key.Line, key.Column, key.Value)
		}
		value, err := yamlTree(node.Content[i+1], path+"/"+key.Value)
		if err != nil {
			return nil, err
		}
		members[key.Value] = value
	}
	return members, nil
}

// yamlScalar keeps dates as texts ("2010-09-09" is a version, not a time).
func yamlScalar(node *yaml.Node) any {
	switch node.Tag {
	case "!!bool":
		return strings.EqualFold(node.Value, "true")
	case "!!int", "!!float":
		if jsonNumber.MatchString(node.Value) {
			return json.Number(node.Value)
		}
	}
	return node.Value
}
