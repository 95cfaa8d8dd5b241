package release

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

// The schema and the Go types have the same fields, at every depth: a field that
// the schema allows and nothing reads is found, and the other way round.
func TestSchemaAndTypesHaveTheSameFields(t *testing.T) {
	if faults := mismatches(t, Schema); len(faults) > 0 {
		t.Error(strings.Join(faults, "\n"))
	}
}

// The comparison finds a field on either side, deep down and at the top.
func TestSchemaComparisonCanFail(t *testing.T) {
	for change, want := range map[string]string{
		`"properties": {|"properties": {"colour": {"type": "string"},`:                                              "Request has no field for colour",
		`"onEventsOnly": {"type"|"onEventOnly": {"type"`:                                                            "Request.judge.signals.metric has no field for onEventOnly",
		`"force": {"type": "boolean", "description": "Release|"forse": {"type": "boolean", "description": "Release`: "the schema has no Request.force",
	} {
		from, to, _ := strings.Cut(change, "|")
		changed := strings.Replace(string(Schema), from, to, 1)
		if faults := mismatches(t, []byte(changed)); !slices.Contains(faults, want) {
			t.Errorf("with %s the faults are %q, want %q", to, faults, want)
		}
	}
}

func mismatches(t *testing.T, text []byte) []string {
	t.Helper()
	var root jsonschema.Schema
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	return compare(&root, &root, reflect.TypeFor[Request](), "Request")
}

// compare walks a schema and a type together and says where they differ.
func compare(root, schema *jsonschema.Schema, of reflect.Type, path string) []string {
	schema = resolve(root, schema)
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice && schema.Items != nil {
		if of.Kind() == reflect.Slice {
			schema = resolve(root, schema.Items)
		}
		of = of.Elem()
	}
	if len(schema.Properties) == 0 || of.Kind() != reflect.Struct {
		return nil
	}
	var faults []string
	fields := map[string]reflect.Type{}
	for field := range of.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" {
			fields[name] = field.Type
		}
	}
	for name, property := range schema.Properties {
		field, ok := fields[name]
		if !ok {
			faults = append(faults, path+" has no field for "+name)
			continue
		}
		delete(fields, name)
		faults = append(faults, compare(root, property, field, path+"."+name)...)
	}
	for name := range fields {
		faults = append(faults, "the schema has no "+path+"."+name)
	}
	slices.Sort(faults)
	return faults
}

// Each default of the schema reaches the request that leaves the field out.
func TestDefaultsOfTheSchemaAreFilledIn(t *testing.T) {
	request, err := ParseRequest([]byte(`{"targets": [{"function": "orders"}], "approvals": [{}], "hooks": [{"at": "step", "function": "smoke"}],
		"probes": [{}], "judge": {"signals": [{"name": "slow"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var root jsonschema.Schema
	if err := json.Unmarshal(Schema, &root); err != nil {
		t.Fatal(err)
	}
	if request.Strategy.Preset != "Canary10Percent10Minutes" {
		t.Errorf("the strategy is %+v", request.Strategy)
	}
	for _, want := range []string{`"alias":"prod"`, `"before":100`, `"limit":"1h0m0s"`, `"otherwise":"rollBack"`, `"limit":"5m0s"`, `"times":1`, `"payload":{}`,
		`"alpha":0.05`, `"interval":"1m0s"`, `"metricDelay":"2m0s"`, `"inconclusive":"noHarm"`, `"holdFor":"30m0s"`, `"ratio":1`, `"watch":"5m0s"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
}
