package template

import (
	"encoding/json"
	"fmt"
	"testing"
)

// What is one too many is refused, and what just fits is taken.
func TestCountsOfATemplate(t *testing.T) {
	many := func(n int, member any) map[string]any {
		members := map[string]any{}
		for i := range n {
			members[fmt.Sprintf("M%d", i)] = member
		}
		return members
	}
	topic := map[string]any{"Type": "AWS::SNS::Topic"}
	for name, c := range map[string]struct {
		section string
		members map[string]any
		want    string
	}{
		"500 resources":  {"Resources", many(500, topic), ""},
		"501 resources":  {"Resources", many(501, topic), "Template format error: Number of resources, 501, is greater than maximum allowed, 500"},
		"200 outputs":    {"Outputs", many(200, map[string]any{"Value": "x"}), ""},
		"201 outputs":    {"Outputs", many(201, map[string]any{"Value": "x"}), "Template format error: Outputs count 201 is greater than max allowed 200"},
		"201 parameters": {"Parameters", many(201, map[string]any{"Type": "String"}), "Template format error: Parameters count 201 is greater than max allowed 200"},
		"201 mappings":   {"Mappings", many(201, map[string]any{"K": map[string]any{"K": "V"}}), "Template format error: Mappings count 201 is greater than max allowed 200"},
	} {
		t.Run(name, func(t *testing.T) {
			tree := map[string]any{"Resources": many(1, topic)}
			tree[c.section] = c.members
			body, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if _, err := Parse(body); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
}
