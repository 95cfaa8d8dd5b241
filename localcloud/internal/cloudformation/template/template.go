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
	"strings"
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
	// Policies are the two policies as written where they are functions, which the
	// transform AWS::LanguageExtensions allows; Settle evaluates them.
	Policies map[string]any
}

// Output is one entry of the template's Outputs.
type Output struct {
	Description string
	Condition   string
	Value       any
	// ExportName is the unevaluated Export.Name; nil when nothing is exported.
	ExportName any
}

// sections are what a template may hold.
var sections = []string{
	"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules",
	"Mappings", "Conditions", "Resources", "Outputs", "Transform",
}

// languageExtensions is the one transform that the local cloud takes: of its
// features it has functions in DeletionPolicy and UpdateReplacePolicy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-languageextensions.html
const languageExtensions = "AWS::LanguageExtensions"

// checkTransform refuses the transforms that the local cloud does not run.
func checkTransform(value any) (extended bool, err error) {
	transforms, err := names(value)
	if value == nil {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("Template format error: Transform: %w", err)
	}
	for _, name := range transforms {
		if name != languageExtensions {
			return false, fmt.Errorf("the local cloud does not run the transform %s: give it the template that comes out, such as by sam build and sam package, or by GetTemplate with TemplateStage Processed", name)
		}
	}
	return len(transforms) > 0, nil
}

var logicalID = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// Parse reads a template, JSON or YAML. Errors carry CloudFormation's texts.
func Parse(body []byte) (*Template, error) {
	tree, err := parseTree(body)
	if err != nil {
		return nil, err
	}
	for name := range tree {
		if name == "Hooks" {
			return nil, errors.New("the local cloud does not run Hooks of a template")
		}
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
	extended, err := checkTransform(tree["Transform"])
	if err != nil {
		return nil, err
	}
	if err := t.parseResources(tree, extended); err != nil {
		return nil, err
	}
	if err := t.parseOutputs(tree); err != nil {
		return nil, err
	}
	return t, t.checkCounts()
}

func parseTree(body []byte) (map[string]any, error) {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return nil, errors.New("Template format error: unsupported structure.")
	}
	if trimmed[0] != '{' {
		return parseYAML(body) // with its indentation, which may be of the whole
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

func (t *Template) parseResources(tree map[string]any, extended bool) error {
	members, is := tree["Resources"].(map[string]any)
	if !is && tree["Resources"] != nil {
		return errNoObject
	}
	if len(members) == 0 {
		return errors.New("Template format error: At least one Resources member must be defined.")
	}
	t.Resources = make(map[string]Resource, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if extended && strings.HasPrefix(name, "Fn::ForEach::") {
			return fmt.Errorf("the local cloud does not run %s of %s: give it the template that comes out, such as by GetTemplate with TemplateStage Processed", name, languageExtensions)
		}
		if !logicalID.MatchString(name) {
			return fmt.Errorf("Template format error: Resource name %s is non alphanumeric.", name)
		}
		resource, err := parseResource(name, members[name])
		if err != nil {
			return err
		}
		if len(resource.Policies) > 0 && !extended {
			return fmt.Errorf("Template format error: Every %s member must be a string.", slices.Sorted(maps.Keys(resource.Policies))[0])
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
	for _, policy := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
		if value, given := members[policy]; given && textOf(value) == "" {
			if resource.Policies == nil {
				resource.Policies = map[string]any{}
			}
			resource.Policies[policy] = value
		}
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
		case "UpdatePolicy", "CreationPolicy":
			return Resource{}, fmt.Errorf("the local cloud does not act on the %s of %s; leave it out to rehearse", key, name)
		default:
			return Resource{}, fmt.Errorf("Invalid template resource property '%s'", key)
		}
	}
	return resource, checkPolicies(name, resource)
}

// Settle evaluates the policies of a resource that are functions.
func (r Resource) Settle(name string, scope *Scope) (Resource, error) {
	for policy, written := range r.Policies {
		value, err := scope.Evaluate(written)
		if err != nil {
			return r, err
		}
		text, ok := value.(string)
		if !ok {
			return r, fmt.Errorf("Template format error: Every %s member must be a string.", policy)
		}
		if policy == "DeletionPolicy" {
			r.DeletionPolicy = text
		} else {
			r.UpdateReplacePolicy = text
		}
	}
	return r, checkPolicies(name, r)
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
			return fmt.Errorf("the local cloud does not support %s %s, as %s has it", attribute, value, name)
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
