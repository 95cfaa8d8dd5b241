package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Parameter is one entry of the template's Parameters.
type Parameter struct {
	Type                  string
	Default               *string
	AllowedValues         []string
	AllowedPattern        string
	ConstraintDescription string
	Description           string
	NoEcho                bool
	MinLength, MaxLength  *float64
	MinValue, MaxValue    *float64
}

func (t *Template) parseParameters(tree map[string]any) error {
	members, err := section(tree, "Parameters")
	if err != nil {
		return err
	}
	t.Parameters = make(map[string]Parameter, len(members))
	for name, value := range members {
		parameter, ok := value.(map[string]any)
		if !ok || textOf(parameter["Type"]) == "" {
			return fmt.Errorf("Template format error: Every Parameters object must contain a Type member.")
		}
		parsed := Parameter{
			Type:                  textOf(parameter["Type"]),
			AllowedPattern:        textOf(parameter["AllowedPattern"]),
			ConstraintDescription: textOf(parameter["ConstraintDescription"]),
			Description:           textOf(parameter["Description"]),
			NoEcho:                scalar(parameter["NoEcho"]) == "true",
			MinLength:             number(parameter["MinLength"]),
			MaxLength:             number(parameter["MaxLength"]),
			MinValue:              number(parameter["MinValue"]),
			MaxValue:              number(parameter["MaxValue"]),
		}
		if fallback, present := parameter["Default"]; present {
			text := scalar(fallback)
			parsed.Default = &text
		}
		if allowed, ok := parameter["AllowedValues"].([]any); ok {
			for _, value := range allowed {
				parsed.AllowedValues = append(parsed.AllowedValues, scalar(value))
			}
		}
		t.Parameters[name] = parsed
	}
	return nil
}

// IsSSM tells whether the parameter's value names an SSM parameter to be read.
func (p Parameter) IsSSM() bool { return strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value<") }

// IsList tells whether the parameter's value is a list, given with commas.
func (p Parameter) IsList() bool {
	kind := strings.TrimPrefix(p.Type, "AWS::SSM::Parameter::Value<")
	return p.Type == "CommaDelimitedList" || kind == "CommaDelimitedList>" || strings.HasPrefix(kind, "List<")
}

// Given settles the text of every parameter: the given value or the default.
func (t *Template) Given(values map[string]string) (map[string]string, error) {
	var unknown, missing []string
	settled := make(map[string]string, len(t.Parameters))
	for name := range values {
		if _, known := t.Parameters[name]; !known {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return nil, fmt.Errorf("Parameters: [%s] do not exist in the template", strings.Join(unknown, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(t.Parameters)) {
		parameter := t.Parameters[name]
		value, given := values[name]
		if !given && parameter.Default == nil {
			if parameter.IsSSM() {
				return nil, fmt.Errorf("Parameter %s should either have input value or default value", name)
			}
			missing = append(missing, name)
			continue
		}
		if !given {
			value = *parameter.Default
		}
		if err := parameter.check(name, value); err != nil {
			return nil, err
		}
		settled[name] = value
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("Parameters: [%s] must have values", strings.Join(missing, ", "))
	}
	return settled, nil
}

// Value is what Ref yields for a settled text: itself, or a list.
func (p Parameter) Value(text string) any {
	if !p.IsList() {
		return text
	}
	list := []any{}
	for item := range strings.SplitSeq(text, ",") {
		list = append(list, strings.TrimSpace(item))
	}
	return list
}

func (p Parameter) check(name, value string) error {
	if len(p.AllowedValues) > 0 && !slices.Contains(p.AllowedValues, value) {
		return p.violated(name, "must be one of AllowedValues")
	}
	if p.AllowedPattern != "" {
		pattern, err := regexp.Compile(`^(?:` + p.AllowedPattern + `)$`)
		if err != nil {
			return fmt.Errorf("Template error: AllowedPattern of %s: %w", name, err)
		}
		if !pattern.MatchString(value) {
			return p.violated(name, "must match pattern "+p.AllowedPattern)
		}
	}
	length := float64(len([]rune(value)))
	if p.MinLength != nil && length < *p.MinLength {
		return p.violated(name, fmt.Sprintf("must contain at least %v characters", *p.MinLength))
	}
	if p.MaxLength != nil && length > *p.MaxLength {
		return p.violated(name, fmt.Sprintf("must contain at most %v characters", *p.MaxLength))
	}
	if p.Type != "Number" {
		return nil
	}
	amount, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		return fmt.Errorf("Parameter '%s' must be a number.", name)
	case p.MinValue != nil && amount < *p.MinValue:
		return p.violated(name, fmt.Sprintf("must be a number not less than %v", *p.MinValue))
	case p.MaxValue != nil && amount > *p.MaxValue:
		return p.violated(name, fmt.Sprintf("must be a number not greater than %v", *p.MaxValue))
	}
	return nil
}

func (p Parameter) violated(name, constraint string) error {
	if p.ConstraintDescription != "" {
		return fmt.Errorf("Parameter '%s' %s", name, p.ConstraintDescription)
	}
	return fmt.Errorf("Parameter '%s' %s", name, constraint)
}

// scalar is a value's text as CloudFormation writes it into texts.
func scalar(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	}
	return ""
}

func number(value any) *float64 {
	parsed, err := strconv.ParseFloat(scalar(value), 64)
	if err != nil {
		return nil
	}
	return &parsed
}

// Text is the text of a scalar value; false for lists and structures.
func Text(value any) (string, bool) {
	switch value.(type) {
	case string, json.Number, bool:
		return scalar(value), true
	}
	return "", false
}
