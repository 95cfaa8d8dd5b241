package release_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"weir/internal/release"
	"weir/internal/schema"
)

// everything is a request with every field.
const everything = `{
	"targets": [{"function": "orders", "alias": "prod", "version": "7"}, {"function": "stock"}], "target": {"function": "orders"},
	"version": "$LATEST",
	"strategy": {"type": "linear", "weight": 5, "increment": 20, "start": 1, "factor": 2.5, "bake": "5m", "advanceOnPass": true,
		"steps": [{"weight": 1, "bake": "5m"}, {"weight": 50, "bake": "PT1H"}]},
	"judge": {"alpha": 0.05, "interval": "1m", "metricDelay": "2m", "warmUp": "0m", "inconclusive": "hold", "holdFor": "30m",
		"signals": [{"name": "slow", "thresholdMilliseconds": 250, "tolerance": {"ratio": 2, "difference": 0.01},
			"metric": {"namespace": "Shop", "name": "Refused"}}]},
	"probes": [{"name": "health", "payload": {"any": [1, null]}, "expect": {"statusCode": 200, "matches": "ok = true"},
		"withinMilliseconds": 800, "times": 3}],
	"alarms": ["orders-5xx"], "approvals": [{"before": 100, "limit": "1h", "otherwise": "rollBack"}],
	"hooks": [{"at": "step", "function": "smoke", "limit": "5m"}],
	"watch": "5m", "ask": "pause", "rollBack": {"to": "6"}, "freeze": {"for": "1h", "everything": true},
	"rollBackOver": "5m", "dryRun": true, "force": false, "reason": "because", "by": "ann"
}`

// odd values stand in for each value of a request in turn.
var odd = []string{`null`, `true`, `0`, `-1`, `1`, `0.5`, `100`, `101`, `1.0`, `1e400`, `99999999999999999999`, `""`, `"7"`, `"prod"`, `"1h"`, `"\u0000"`,
	`"ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"`, `[]`, `[1]`, `["a"]`, `[{}]`, `{}`, `{"x": 1}`, `{"name": "x"}`}

// The schema means the same to Weir as to a full implementation of JSON Schema:
// every value of a request is replaced by odd ones, and every field left out,
// misspelt or added.
func TestTheSchemaMeansWhatJSONSchemaSays(t *testing.T) {
	both := newBoth(t)
	var request any
	if err := json.Unmarshal([]byte(everything), &request); err != nil {
		t.Fatal(err)
	}
	if !both.accept(t, []byte(everything)) {
		t.Fatal("the request with every field is refused")
	}
	valid, invalid := 0, 0
	try := func() {
		text, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		if both.accept(t, text) {
			valid++
		} else {
			invalid++
		}
	}
	change(request, func(any) {}, try)
	if valid < 100 || invalid < 1000 {
		t.Errorf("%d changed requests are valid and %d are not; the comparison has become idle", valid, invalid)
	}
}

// change makes every single change to value and below it, with try after each.
// put replaces value in what holds it.
func change(value any, put func(any), try func()) {
	for _, text := range odd {
		put(json.RawMessage(text))
		try()
	}
	put(value)
	switch node := value.(type) {
	case []any:
		for i := range node {
			change(node[i], func(v any) { node[i] = v }, try)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			change(node[key], func(v any) { node[key] = v }, try)
			was := node[key]
			delete(node, key)
			try()
			node[key+"s"] = was
			try()
			delete(node, key+"s")
			node[key] = was
		}
	}
}

func FuzzTheSchemaMeansWhatJSONSchemaSays(f *testing.F) {
	both := newBoth(f)
	f.Add([]byte(everything))
	f.Add([]byte(`{"target": {"function": "orders"}}`))
	f.Add([]byte(`{"strategy": "canary", "strategy": 1}`))
	f.Add([]byte(`{} {}`))
	f.Fuzz(func(t *testing.T, text []byte) { both.accept(t, text) })
}

// both are Weir's own reading of the schema and a full one.
type both struct {
	own  *schema.Schema
	full *jsonschema.Schema
}

func newBoth(t testing.TB) both {
	t.Helper()
	own, err := schema.Parse(release.RequestSchema)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(release.RequestSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("request.schema.json", document); err != nil {
		t.Fatal(err)
	}
	full, err := compiler.Compile("request.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return both{own, full}
}

// accept tells whether text is valid, to both alike.
func (b both) accept(t *testing.T, text []byte) bool {
	t.Helper()
	own := b.own.Check("The request", text)
	value, full := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if full == nil {
		full = b.full.Validate(value)
	}
	if (own == nil) != (full == nil) {
		t.Fatalf("%s\nWeir says: %v\nJSON Schema says: %v", text, own, full)
	}
	return own == nil
}
