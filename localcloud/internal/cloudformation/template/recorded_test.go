package template

import "testing"

// recorded: api/test_validations.snapshot.json, api/test_stacks.snapshot.json (test_linting_error_during_creation),
// api/test_templates.snapshot.json (test_validate_invalid_json_template_should_fail, test_get_template_summary_no_resources),
// api/test_resources.snapshot.json and engine/test_mappings.snapshot.json
func TestParseRefusalsAsRecorded(t *testing.T) {
	const foo, noValue = `{"Resources": {"Foo": {"Type": "AWS::SNS::Topic"}}, `, "[/Outputs/MyOutput/Value] 'null' values are not allowed in templates"
	for name, test := range map[string]struct{ body, want string }{
		"output of null":       {foo + `"Outputs": {"MyOutput": {"Value": null}}}`, noValue},
		"output of nulls":      {foo + `"Outputs": {"MyOutput": {"Value": null, "AnotherValue": null}}}`, noValue},
		"output of nothing":    {foo + `"Outputs": {"MyOutput": {}}}`, "Template format error: Every Outputs member must contain a Value object"},
		"nothing":              {`{}`, "Template format error: At least one Resources member must be defined."},
		"resource of no type":  {`{"Resources": {"A": {"Properties": {}}}}`, "Template format error: [/Resources/A] Every Resources object must contain a Type member."},
		"resource with more":   {`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Invalid": 10}}}`, "Invalid template resource property 'Invalid'"},
		"resources no object":  {`{"Resources": "", "Outputs": ""}`, "Template format error: Any Resources member must be an object."},
		"name of a resource":   {`{"Resources": {"my-bad-resource-id": {"Type": "AWS::SNS::Topic"}}}`, "Template format error: Resource name my-bad-resource-id is non alphanumeric."},
		"no JSON":              {`{"this is invalid JSON"="bobbins"}`, "Template format error: JSON not well-formed. (line 1, column 25)"},
		"mapping with Ref":     {foo + `"Mappings": {"M": {"A": {"Suffix": "a"}, "C": {"Suffix": {"Ref": "P"}}}}}`, "Template format error: Every Mappings attribute must be a String or a List."},
		"mapping of one level": {foo + `"Mappings": {"M": {"A": "suffix-a"}}}`, "Template format error: Every Mappings member A must be a map"},
		"DependsOn of nothing": {`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "DependsOn": "NonExistingResource"}}}`,
			"Template format error: Unresolved resource dependencies [NonExistingResource] in the Resources block of the template"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse([]byte(test.body)); err == nil || err.Error() != test.want {
				t.Errorf("Parse = %v, want %s", err, test.want)
			}
		})
	}
}
