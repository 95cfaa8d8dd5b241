package events

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

const sample = `{"source":"aws.states","detail":{"status":"FAILED","count":7,"ip":"10.0.0.9","tags":["a","b"],"gone":null,"empty":[],
  "items":[{"id":1,"kind":"a","parts":[{"n":8}]},{"id":2,"kind":"b","parts":[{"n":7},{"n":9}]}]}}`

func tree(t *testing.T, text string) map[string]any {
	t.Helper()
	var event map[string]any
	if err := json.Unmarshal([]byte(text), &event); err != nil {
		t.Fatal(err)
	}
	return event
}

func TestTransformer(t *testing.T) {
	event := tree(t, sample)
	event["time"] = "2026-01-01T00:00:00Z"
	event["detail"].(map[string]any)["said"] = `no "way"`
	paths := map[string]string{"said": "$.detail.said", "status": "$.detail.status", "detail": "$.detail.tags", "none": "$.detail.none", "first": "$.detail.tags[0]", "n": "$.detail.count"}
	for template, want := range map[string]string{
		`{"s": <status>}`:                      `{"s": "FAILED"}`,
		`{"s": "it <status>"}`:                 `{"s": "it FAILED"}`,
		`"<status> in <aws.events.rule-name>"`: `"FAILED in r"`,
		`{"d": <detail>, "f": <first>}`:        `{"d": ["a","b"], "f": "a"}`,
		`{"n": <n>, "t": "<n>"}`:               `{"n": 7, "t": "7"}`,
		`{"t": "<said>", "d": "<detail>"}`:     `{"t": "no \"way\"", "d": "[\"a\",\"b\"]"}`,
		`<aws.events.rule-arn>`:                `"arn:aws:events:r:1:rule/r"`,
	} {
		got, err := transform(types.InputTransformer{InputTemplate: aws.String(template), InputPathsMap: paths}, event, "arn:aws:events:r:1:rule/r")
		if err != nil || got != want {
			t.Errorf("%s = %s, %v, want %s", template, got, err, want)
		}
	}
	// The event as it is has no detail, says AWS.
	for template, want := range map[string]bool{"<aws.events.event>": false, "<aws.events.event.json>": true} {
		got, err := transform(types.InputTransformer{InputTemplate: &template}, event, "arn")
		if _, has := tree(t, got)["detail"]; err != nil || has != want {
			t.Errorf("%s = %s, %v", template, got, err)
		}
	}
	if got, err := transform(types.InputTransformer{InputTemplate: aws.String("<unknown>")}, event, "arn"); err == nil {
		t.Errorf("an unknown variable became %s", got)
	}
}

func FuzzTransform(f *testing.F) {
	f.Add(`{"a": "<x>", "b": <x>}`, "$.detail.tags[0]")
	f.Fuzz(func(t *testing.T, template, path string) {
		event := tree(t, sample)
		_, _ = transform(types.InputTransformer{InputTemplate: &template, InputPathsMap: map[string]string{"x": path}}, event, "arn")
	})
}
