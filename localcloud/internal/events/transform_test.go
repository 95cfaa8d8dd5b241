package events

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

const sample = `{"source":"aws.states","detail":{"status":"FAILED","count":7,"ip":"10.0.0.9","tags":["a","b"],"gone":null,"empty":[],
  "items":[{"id":1,"kind":"a","parts":[{"n":8}]},{"id":2,"kind":"b","parts":[{"n":7},{"n":9}]}]}}`

func TestTransformer(t *testing.T) {
	e := event{text: json.RawMessage(strings.Replace(sample, `"count"`, `"said":"no \"way\"","count"`, 1))}
	paths := map[string]string{"said": "$.detail.said", "status": "$.detail.status", "detail": "$.detail.tags", "none": "$.detail.none", "first": "$.detail.tags[0]", "n": "$.detail.count"}
	for template, want := range map[string]string{
		`{"s": <status>}`:                      `{"s": "FAILED"}`,
		`{"s": "it <status>"}`:                 `{"s": "it FAILED"}`,
		`"<status> in <aws.events.rule-name>"`: `"FAILED in r"`,
		`{"d": <detail>, "f": <first>}`:        `{"d": ["a","b"], "f": "a"}`,
		`{"n": <n>, "t": "<n>"}`:               `{"n": 7, "t": "7"}`,
		`{"t": "<said>", "d": "<detail>"}`:     `{"t": "no \"way\"", "d": "[\"a\",\"b\"]"}`,
		`<aws.events.rule-arn>`:                `"arn:aws:events:r:1:rule/r"`,
		`{"a": <none>, "b": "none <none>"}`:    `{"a": "", "b": "none "}`,
	} {
		got := transform(types.InputTransformer{InputTemplate: aws.String(template), InputPathsMap: paths}, e, "arn:aws:events:r:1:rule/r")
		if got != want {
			t.Errorf("%s = %s, want %s", template, got, want)
		}
	}
}

func FuzzTransform(f *testing.F) {
	f.Add(`{"a": "<x>", "b": <x>}`, "$.detail.tags[0]")
	f.Fuzz(func(t *testing.T, template, path string) {
		transform(types.InputTransformer{InputTemplate: &template, InputPathsMap: map[string]string{"x": path}}, event{text: json.RawMessage(sample)}, "arn")
	})
}
