// Package template reads CloudFormation templates and evaluates them: their
// parameters, conditions, intrinsic functions and the order in which their
// resources depend on one another. It knows no resource types and calls nothing.
package template

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Template is a parsed template. Values are plain trees: maps, lists, strings,
// booleans and json.Number.
type Template struct {
	Version     string
	Description string
	Parameters  map[string]Parameter
	Mappings    map[string]any
	Conditions  map[string]any
	Rules       map[string]any
	Metadata    map[string]any
	Resources   map[string]Resource
	Outputs     map[string]Output
}

// Resource is one entry of the template's Resources.
type Resource struct {
	Type                string
	Condition           string
	Properties          map[string]any
	Metadata            map[string]any
	DependsOn           []string
	DeletionPolicy      string
	UpdateReplacePolicy string
}

// Output is one entry of the template's Outputs.
type Output struct {
	Description string
	Condition   string
	Value       any
	// ExportName is the unevaluated Export.Name; nil when nothing is exported.
	ExportName any
}

// sections are what a template may hold. Transform and Hooks are refused: no
// macro runs here.
var sections = []string{
	"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules",
	"Mappings", "Conditions", "Resources", "Outputs",
}

var logicalID = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// Parse reads a template, JSON or YAML. Errors carry CloudFormation's texts.
func Parse(body []byte) (*Template, error) {
	tree, err := parseTree(body)
	if err != nil {
		return nil, err
	}
	for name := range tree {
		if !slices.Contains(sections, name) {
			return nil, fmt.Errorf("Invalid template property or properties [%s]", name)
		}
	}
	t := &Template{Version: scalar(tree["AWSTemplateFormatVersion"]), Description: textOf(tree["Description"])}
	for name, into := range map[string]*map[string]any{
		"Mappings": &t.Mappings, "Conditions": &t.Conditions, "Rules": &t.Rules, "Metadata": &t.Metadata,
	} {
		if *into, err = section(tree, name); err != nil {
			return nil, err
		}
	}
	if err := checkMappings(t.Mappings); err != nil {
		return nil, err
	}
	if err := t.parseParameters(tree); err != nil {
		return nil, err
	}
	if err := t.parseResources(tree); err != nil {
		return nil, err
	}
	return t, t.parseOutputs(tree)
}

func parseTree(body []byte) (map[string]any, error) {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return nil, errors.New("Template format error: unsupported structure.")
	}
	if trimmed[0] != '{' {
		return parseYAML(trimmed)
	}
	return parseJSON(trimmed)
}

func section(tree map[string]any, name string) (map[string]any, error) {
	value, present := tree[name]
	if !present {
		return nil, nil
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("Template format error: %s section must be an object.", name)
	}
	return members, nil
}

// checkMappings refuses what is not two levels deep.
func checkMappings(mappings map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(mappings)) {
		keys, is := mappings[name].(map[string]any)
		if !is {
			return fmt.Errorf("Template format error: Every Mappings member %s must be a map", name)
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			attributes, is := keys[key].(map[string]any)
			if !is {
				return fmt.Errorf("Template format error: Every Mappings member %s must be a map", key)
			}
			for _, value := range attributes {
				if _, nested := value.(map[string]any); nested {
					return errors.New("Template format error: Every Mappings attribute must be a String or a List.")
				}
			}
		}
	}
	return nil
}

func (t *Template) parseResources(tree map[string]any) error {
	members, is := tree["Resources"].(map[string]any)
	if !is && tree["Resources"] != nil {
		return errNoObject
	}
	if len(members) == 0 {
		return errors.New("Template format error: At least one Resources member must be defined.")
	}
	t.Resources = make(map[string]Resource, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !logicalID.MatchString(name) {
			return fmt.Errorf("Template format error: Resource name %s is non alphanumeric.", name)
		}
		resource, err := parseResource(name, members[name])
		if err != nil {
			return err
		}
		t.Resources[name] = resource
	}
	return t.checkDependsOn()
}

// checkDependsOn refuses a DependsOn of a resource that the template does not
// have; one whose condition does not hold is fine.
func (t *Template) checkDependsOn() error {
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		for _, dependency := range t.Resources[name].DependsOn {
			if _, declared := t.Resources[dependency]; !declared {
				return fmt.Errorf("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", dependency)
			}
		}
	}
	return nil
}

var errNoObject = errors.New("Template format error: Any Resources member must be an object.")

func parseResource(name string, tree any) (Resource, error) {
	members, ok := tree.(map[string]any)
	if !ok {
		return Resource{}, errNoObject
	}
	resource := Resource{
		Type:                textOf(members["Type"]),
		Condition:           textOf(members["Condition"]),
		DeletionPolicy:      textOf(members["DeletionPolicy"]),
		UpdateReplacePolicy: textOf(members["UpdateReplacePolicy"]),
	}
	if resource.Type == "" {
		return Resource{}, fmt.Errorf("Template format error: [/Resources/%s] Every Resources object must contain a Type member.", name)
	}
	var err error
	if resource.Properties, err = section(members, "Properties"); err != nil {
		return Resource{}, err
	}
	if resource.Metadata, err = section(members, "Metadata"); err != nil {
		return Resource{}, err
	}
	for key := range members {
		switch key {
		case "Type", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Properties", "Metadata":
		case "DependsOn":
			if resource.DependsOn, err = names(members[key]); err != nil {
				return Resource{}, fmt.Errorf("Template format error: DependsOn of %s: %w", name, err)
			}
		default:
			return Resource{}, fmt.Errorf("Invalid template resource property '%s'", key)
		}
	}
	return resource, checkPolicies(name, resource)
}

func checkPolicies(name string, resource Resource) error {
	for attribute, value := range map[string]string{
		"DeletionPolicy": resource.DeletionPolicy, "UpdateReplacePolicy": resource.UpdateReplacePolicy,
	} {
		switch value {
		case "", "Delete", "Retain":
		case "RetainExceptOnCreate":
			if attribute == "DeletionPolicy" {
				continue
			}
			return fmt.Errorf("Template error: UpdateReplacePolicy %s of %s is not valid", value, name)
		default:
			return fmt.Errorf("Template error: %s %s of %s is not supported by the local cloud", attribute, value, name)
		}
	}
	return nil
}

func (t *Template) parseOutputs(tree map[string]any) error {
	members, err := section(tree, "Outputs")
	if err != nil {
		return err
	}
	t.Outputs = make(map[string]Output, len(members))
	for name, value := range members {
		output, ok := value.(map[string]any)
		if !ok || output["Value"] == nil {
			return errors.New("Template format error: Every Outputs member must contain a Value object")
		}
		parsed := Output{Description: textOf(output["Description"]), Condition: textOf(output["Condition"]), Value: output["Value"]}
		if export, ok := output["Export"].(map[string]any); ok {
			parsed.ExportName = export["Name"]
		}
		t.Outputs[name] = parsed
	}
	return nil
}

func names(value any) ([]string, error) {
	switch value := value.(type) {
	case string:
		return []string{value}, nil
	case []any:
		list := make([]string, 0, len(value))
		for _, item := range value {
			name, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("%v is no name", item)
			}
			list = append(list, name)
		}
		return list, nil
	}
	return nil, fmt.Errorf("%v is neither a name nor a list of names", value)
}

func textOf(value any) string {
	text, _ := value.(string)
	return text
}
