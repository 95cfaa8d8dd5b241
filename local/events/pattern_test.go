package events

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

const sample = `{"source":"aws.states","detail":{"status":"FAILED","count":7,"ip":"10.0.0.9","tags":["a","b"],"gone":null}}`

func tree(t *testing.T, text string) map[string]any {
	t.Helper()
	var event map[string]any
	if err := json.Unmarshal([]byte(text), &event); err != nil {
		t.Fatal(err)
	}
	return event
}

func TestPatterns(t *testing.T) {
	event := tree(t, sample)
	for text, want := range map[string]bool{
		`{"source":["aws.states"]}`: true,
		`{"source":["aws.lambda","aws.states"],"detail":{"status":["FAILED"]}}`: true,
		`{"detail":{"status":["SUCCEEDED"]}}`:                                   false,
		`{"source":[{"prefix":"aws."}]}`:                                        true,
		`{"source":[{"prefix":{"equals-ignore-case":"AWS."}}]}`:                 true,
		`{"source":[{"suffix":".states"}]}`:                                     true,
		`{"source":[{"wildcard":"a*.st*s"}]}`:                                   true,
		`{"source":[{"wildcard":"a*x*s"}]}`:                                     false,
		`{"source":[{"equals-ignore-case":"AWS.STATES"}]}`:                      true,
		`{"source":[{"anything-but":"aws.states"}]}`:                            false,
		`{"source":[{"anything-but":["x","y"]}]}`:                               true,
		`{"source":[{"anything-but":{"prefix":"aws."}}]}`:                       false,
		`{"source":[{"anything-but":{"prefix":["x","aws."]}}]}`:                 false,
		`{"source":[{"anything-but":{"suffix":["x","y"]}}]}`:                    true,
		`{"source":[{"anything-but":{"equals-ignore-case":["AWS.STATES"]}}]}`:   false,
		`{"detail":{"count":[{"numeric":[">",5,"<=",7]}]}}`:                     true,
		`{"detail":{"count":[{"numeric":["<",7]}]}}`:                            false,
		`{"detail":{"count":[7]}}`:                                              true,
		`{"detail":{"ip":[{"cidr":"10.0.0.0/24"}]}}`:                            true,
		`{"detail":{"ip":[{"cidr":"10.0.1.0/24"}]}}`:                            false,
		`{"detail":{"tags":["b"]}}`:                                             true,
		`{"detail":{"tags":["c"]}}`:                                             false,
		`{"detail":{"gone":[null]}}`:                                            true,
		`{"detail":{"none":[{"exists":false}]}}`:                                true,
		`{"detail":{"status":[{"exists":false}]}}`:                              false,
		`{"detail":{"none":[{"anything-but":"x"}]}}`:                            false,
		`{"$or":[{"source":["x"]},{"detail":{"count":[7]}}]}`:                   true,
		`{"$or":[{"source":["x"]},{"detail":{"count":[8]}}]}`:                   false,
	} {
		parsed, err := parsePattern(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := parsed.matches(event); got != want {
			t.Errorf("%s = %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{``, `{}`, `[]`, `{"source":"x"}`, `{"source":[{"like":"x"}]}`, `{"source":[{"prefix":"a","suffix":"b"}]}`,
		`{"detail":{"count":[{"numeric":[">"]}]}}`, `{"detail":{"count":[{"numeric":["~",1]}]}}`, `{"source":[{"cidr":"10"}]}`, `{"source":[{"prefix":5}]}`,
		`{"source":[]}`, `{"source":[{"exists":"yes"}]}`, `{"$or":[1]}`} {
		if _, err := parsePattern(text); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func TestTransformer(t *testing.T) {
	event := tree(t, sample)
	event["time"] = "2026-01-01T00:00:00Z"
	paths := map[string]string{"status": "$.detail.status", "detail": "$.detail.tags", "none": "$.detail.none", "first": "$.detail.tags[0]", "n": "$.detail.count"}
	for template, want := range map[string]string{
		`{"s": <status>}`:                      `{"s": "FAILED"}`,
		`{"s": "it <status>"}`:                 `{"s": "it FAILED"}`,
		`"<status> in <aws.events.rule-name>"`: `"FAILED in r"`,
		`{"d": <detail>, "f": <first>}`:        `{"d": ["a","b"], "f": "a"}`,
		`{"n": <n>, "t": "<n>"}`:               `{"n": 7, "t": "7"}`,
		`<aws.events.rule-arn>`:                `"arn:aws:events:r:1:rule/r"`,
	} {
		got, err := transform(types.InputTransformer{InputTemplate: aws.String(template), InputPathsMap: paths}, event, "arn:aws:events:r:1:rule/r")
		if err != nil || got != want {
			t.Errorf("%s = %s, %v, want %s", template, got, err, want)
		}
	}
	if got, err := transform(types.InputTransformer{InputTemplate: aws.String("<unknown>")}, event, "arn"); err == nil {
		t.Errorf("an unknown variable became %s", got)
	}
}

func FuzzPattern(f *testing.F) {
	f.Add(`{"detail":{"count":[{"numeric":[">",5]}],"s":[{"anything-but":{"prefix":["a"]}}]},"$or":[{"a":[null]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if parsed, err := parsePattern(text); err == nil {
			parsed.matches(tree(t, sample))
		}
	})
}

func FuzzTransform(f *testing.F) {
	f.Add(`{"a": "<x>", "b": <x>}`, "$.detail.tags[0]")
	f.Fuzz(func(t *testing.T, template, path string) {
		event := tree(t, sample)
		_, _ = transform(types.InputTransformer{InputTemplate: &template, InputPathsMap: map[string]string{"x": path}}, event, "arn")
	})
}
