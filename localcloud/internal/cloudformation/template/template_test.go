package template

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRefusals(t *testing.T) {
	for name, test := range map[string]struct{ body, want string }{
		"empty":           {``, "unsupported structure"},
		"broken":          {`{"Resources":`, "JSON not well-formed"},
		"trailing text":   {`{"Resources": {"A": {"Type": "T"}}} }`, "JSON not well-formed"},
		"a null in YAML":  {"Resources:\n  A:\n    Type: T\n    Properties:\n", "[/Resources/A/Properties] 'null' values are not allowed in templates"},
		"unknown section": {`{"Resource": {}}`, "Invalid template property or properties [Resource]"},
		"macro":           {`{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"A": {"Type": "T"}}}`, "the local cloud does not run the transform AWS::Serverless-2016-10-31"},
		"a loop": {`{"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::All": ["N", ["a"], {"A${N}": {"Type": "T"}}]}}`,
			"the local cloud does not run Fn::ForEach::All of AWS::LanguageExtensions"},
		"a loop without its transform": {`{"Resources": {"Fn::ForEach::All": ["N", ["a"], {"A${N}": {"Type": "T"}}]}}`, "Resource name Fn::ForEach::All is non alphanumeric."},
		"no transform in a list":       {`{"Transform": [], "Resources": {"A": {"Type": "T", "DeletionPolicy": {"Ref": "P"}}}}`, "Every DeletionPolicy member must be a string."},
		"hooks":                        {`{"Hooks": {}, "Resources": {"A": {"Type": "T"}}}`, "the local cloud does not run Hooks"},
		"update policy":                {`{"Resources": {"A": {"Type": "T", "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {}}}}}`, "the local cloud does not act on the UpdatePolicy of A"},
		"creation policy":              {`{"Resources": {"A": {"Type": "T", "CreationPolicy": {}}}}`, "the local cloud does not act on the CreationPolicy of A"},
		"policy by a function":         {`{"Resources": {"A": {"Type": "T", "DeletionPolicy": {"Fn::If": ["P", "Retain", "Delete"]}}}}`, "Every DeletionPolicy member must be a string."},
		"no resources":                 {`{"Resources": {}}`, "At least one Resources member must be defined."},
		"no type":                      {`{"Resources": {"A": {}}}`, "[/Resources/A] Every Resources object must contain a Type member."},
		"bad logical id":               {`{"Resources": {"A-b": {"Type": "T"}}}`, "Resource name A-b is non alphanumeric."},
		"unknown attribute":            {`{"Resources": {"A": {"Type": "T", "Property": {}}}}`, "Invalid template resource property 'Property'"},
		"snapshot policy":              {`{"Resources": {"A": {"Type": "T", "DeletionPolicy": "Snapshot"}}}`, "Snapshot"},
		"bad replace policy":           {`{"Resources": {"A": {"Type": "T", "UpdateReplacePolicy": "RetainExceptOnCreate"}}}`, "UpdateReplacePolicy"},
		"output without value":         {`{"Resources": {"A": {"Type": "T"}}, "Outputs": {"O": {}}}`, "Every Outputs member must contain a Value object"},
		"typeless parameter":           {`{"Resources": {"A": {"Type": "T"}}, "Parameters": {"P": {}}}`, "Every Parameters object must contain a Type member."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(test.body))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Parse = %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestParameters(t *testing.T) {
	const declared = `{"Resources": {"A": {"Type": "T"}}, "Parameters": {
		"Stage": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]},
		"Size": {"Type": "Number", "Default": 5, "MinValue": 1, "MaxValue": "10"},
		"Name": {"Type": "String", "Default": "abc", "AllowedPattern": "[a-z]+", "MinLength": 2, "MaxLength": 4, "ConstraintDescription": "must be short"},
		"List": {"Type": "CommaDelimitedList", "Default": "a, b"}}}`
	defaults := map[string]string{"Stage": "dev", "Size": "5", "Name": "abc", "List": "a, b"}
	with := func(name, value string) map[string]string {
		changed := map[string]string{}
		for key, text := range defaults {
			changed[key] = text
		}
		changed[name] = value
		return changed
	}
	for name, test := range map[string]struct {
		given   map[string]string
		want    map[string]string
		wantErr string
	}{
		"defaults":     {nil, defaults, ""},
		"given":        {map[string]string{"Stage": "prod"}, with("Stage", "prod"), ""},
		"not allowed":  {map[string]string{"Stage": "x"}, nil, "Parameter 'Stage' must be one of AllowedValues"},
		"unknown":      {map[string]string{"Z": "1", "Y": "2"}, nil, "Parameters: [Y, Z] do not exist in the template"},
		"no number":    {map[string]string{"Size": "x"}, nil, "must be a number"},
		"too small":    {map[string]string{"Size": "0"}, nil, "not less than 1"},
		"too great":    {map[string]string{"Size": "11"}, nil, "not greater than 10"},
		"pattern":      {map[string]string{"Name": "a1"}, nil, "must be short"},
		"half a match": {map[string]string{"Name": "ab1"}, nil, "must be short"},
		"too long":     {map[string]string{"Name": "abcde"}, nil, "must be short"},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := Parse([]byte(declared))
			if err != nil {
				t.Fatal(err)
			}
			got, err := parsed.Given(test.given)
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Errorf("Given = %v, %v; want an error with %q", got, err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	parsed, err := Parse([]byte(declared))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"a", "b"}, parsed.Parameters["List"].Value("a, b")); diff != "" {
		t.Errorf("list parameter (-want +got):\n%s", diff)
	}
}

func TestParametersWithoutValue(t *testing.T) {
	parsed, err := Parse([]byte(`{"Resources": {"A": {"Type": "T"}}, "Parameters": {"B": {"Type": "String"}, "A": {"Type": "String"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parsed.Given(nil)
	if err == nil || err.Error() != "Parameters: [A, B] must have values" {
		t.Errorf("Given(nil) = %v", err)
	}
}

func TestOrder(t *testing.T) {
	for name, test := range map[string]struct {
		resources string
		want      []string
		wantErr   string
	}{
		"free, by name":     {`{"B": {"Type": "T"}, "A": {"Type": "T"}}`, []string{"A", "B"}, ""},
		"ref":               {`{"A": {"Type": "T", "Properties": {"x": {"Ref": "B"}}}, "B": {"Type": "T"}}`, []string{"B", "A"}, ""},
		"attribute":         {`{"A": {"Type": "T", "Properties": {"x": [{"Fn::GetAtt": ["B", "Arn"]}]}}, "B": {"Type": "T"}}`, []string{"B", "A"}, ""},
		"sub":               {`{"A": {"Type": "T", "Properties": {"x": {"Fn::Sub": "${AWS::Region} ${B.Arn}"}}}, "B": {"Type": "T"}}`, []string{"B", "A"}, ""},
		"sub's own name":    {`{"A": {"Type": "T", "Properties": {"x": {"Fn::Sub": ["${B}", {"B": "1"}]}}}, "B": {"Type": "T"}}`, []string{"A", "B"}, ""},
		"told":              {`{"A": {"Type": "T", "DependsOn": ["B"]}, "B": {"Type": "T"}}`, []string{"B", "A"}, ""},
		"branch not chosen": {`{"A": {"Type": "T", "Properties": {"x": {"Fn::If": ["No", {"Ref": "Gone"}, 1]}}}}`, []string{"A"}, ""},
		"condition":         {`{"A": {"Type": "T", "Condition": "No"}, "B": {"Type": "T", "DependsOn": "A"}}`, []string{"B"}, ""},
		"circle":            {`{"A": {"Type": "T", "DependsOn": "B"}, "B": {"Type": "T", "Properties": {"x": {"Ref": "A"}}}}`, nil, "Circular dependency between resources: [A, B]"},
		"gone":              {`{"A": {"Type": "T", "Properties": {"x": {"Ref": "Gone"}}}}`, nil, "Unresolved resource dependencies [Gone] in the Resources block of the template"},
		"gone, told":        {`{"A": {"Type": "T", "DependsOn": "Gone"}}`, nil, "Unresolved resource dependencies [Gone] in the Resources block of the template"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ordered(test.resources)
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Errorf("order = %v, %v; want an error with %q", got, err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func ordered(resources string) ([]string, error) {
	parsed, err := Parse([]byte(`{"Resources": ` + resources + `}`))
	if err != nil {
		return nil, err
	}
	unmade := &Scope{Parameters: map[string]any{"AWS::Region": "us-east-1"}, Conditions: map[string]bool{"No": false}}
	active, err := parsed.Active(unmade.Conditions)
	if err != nil {
		return nil, err
	}
	properties := map[string]any{}
	for name, resource := range active {
		if properties[name], err = unmade.Evaluate(resource.Properties); err != nil {
			return nil, err
		}
	}
	graph, err := Dependencies(active, properties)
	if err != nil {
		return nil, err
	}
	return Order(graph)
}

func TestTemplatesAsTheyAreWritten(t *testing.T) {
	for name, body := range map[string]string{
		"a trailing comma":    `{"Resources": {"A": {"Type": "T", "Properties": {"L": ["a,}", "b\\\\",], }, }, }}`,
		"indented YAML":       "\n    Resources:\n      A:\n        Type: T\n",
		"language extensions": `{"Transform": "AWS::LanguageExtensions", "Resources": {"A": {"Type": "T", "DeletionPolicy": {"Ref": "P"}}}}`,
	} {
		parsed, err := Parse([]byte(body))
		if err != nil || parsed.Resources["A"].Type != "T" {
			t.Errorf("%s: %+v, %v", name, parsed, err)
		}
	}
}
