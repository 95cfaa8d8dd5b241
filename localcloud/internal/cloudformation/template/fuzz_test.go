package template

import "testing"

// FuzzParse holds that no text breaks the reader, and that what it accepts
// can be evaluated, ordered and compared without a panic.
func FuzzParse(f *testing.F) {
	f.Add([]byte(yamlTemplate))
	f.Add([]byte(sameInJSON))
	f.Add([]byte(`{"Resources": {"A": {"Type": "T", "Properties": {"x": {"Fn::Sub": ["${B}${!c}", {"B": {"Ref": "A"}}]}}}}}`))
	f.Add([]byte("Resources:\n  A:\n    Type: T\n    Properties: {x: !Select [0, !Split [',', !ImportValue y]]}\n"))
	f.Fuzz(func(_ *testing.T, body []byte) {
		parsed, err := Parse(body)
		if err != nil {
			return
		}
		values := map[string]any{}
		if given, err := parsed.Given(nil); err == nil {
			for name, text := range given {
				values[name] = parsed.Parameters[name].Value(text)
			}
		}
		s := &Scope{Parameters: values, Mappings: parsed.Mappings}
		if s.Conditions, err = parsed.EvaluateConditions(s); err != nil {
			return
		}
		active, err := parsed.Active(s.Conditions)
		if err != nil {
			return
		}
		properties := map[string]any{}
		for name, resource := range active {
			if properties[name], err = s.Evaluate(resource.Properties); err != nil {
				return
			}
			Equal(resource.Properties, properties[name])
		}
		graph, err := Dependencies(active, properties)
		if err != nil {
			return
		}
		order, err := Order(graph)
		if err == nil && len(order) != len(active) {
			panic("an ordered template lost a resource")
		}
	})
}

// FuzzSub holds that Fn::Sub takes any text and, where every name is known,
// leaves no placeholder of a name unanswered.
func FuzzSub(f *testing.F) {
	for _, text := range []string{"", "$", "${", "${}", "${a}", "${!a}", "${a.b}", "${ a }", "$${a}", "${a${b}}", "{}}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := &Scope{Resource: func(string) (Values, bool) { return Values{Ref: "r"}, true }}
		value, err := s.Evaluate(map[string]any{"Fn::Sub": text})
		if err != nil {
			return
		}
		if _, ok := value.(string); !ok {
			t.Errorf("Fn::Sub of %q = %v, want a text", text, value)
		}
	})
}
