package jackson

import (
	"encoding/json"
	"strings"
	"testing"
)

// recorded: events/test_events_patterns.snapshot.json and stepfunctions/v2/test_sfn_api_validation.snapshot.json
// of github.com/localstack/localstack, but for the ends of input.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"not a definition":     `Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')@4`,
		`{'bad': 'quotation'}`: `Unexpected character (''' (code 39)): was expecting double-quote to start field name@2`,
		`{"not": closed mark"`: `Unrecognized token 'closed': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')@15`,
		`{"a": [1`:             `Unexpected end-of-input: expected close marker for Array (start marker at [Source: (String)"{"a": [1"; line: 1, column: 7])@9`,
	} {
		message, column, _ := strings.Cut(want, "@")
		expected := message + "\n at [Source: (String)\"" + text + "\"; line: 1, column: " + column + "]"
		if fault := Check(text); fault == nil || fault.Error() != expected {
			t.Errorf("%s: %v\nwant %s", text, fault, expected)
		}
	}
	if fault := Check("{\n \"é\": x}"); !strings.HasSuffix(fault.Location(), "line: 2, column: 8]") {
		t.Errorf("on the second line: %s", fault.Location())
	}
	long := `{"` + strings.Repeat("a", 600) + `": x}`
	if fault := Check(long); !strings.Contains(fault.Location(), `"[truncated 107 chars]; line: 1`) {
		t.Errorf("a long text: %s", fault.Location())
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`{"a": [1, {"b": null}], "c": "x"}`, `{`, ``, `[1,]`, `tru`, `{"a" 1}`, `1 2`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if fault := Check(text); (fault == nil) != json.Valid([]byte(text)) {
			t.Errorf("%q: %v, and it is JSON: %v", text, fault, json.Valid([]byte(text)))
		}
	})
}
