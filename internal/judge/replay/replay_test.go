package replay

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"weir/internal/judge"
)

const good = `{"alpha": 0.05, "signals": [{"name": "errors", "minutes": [{"stable": {"requests": 540, "events": 3}, "candidate": {"requests": 60, "events": 1}}]}]}`

func TestLinesAnswerEachRelease(t *testing.T) {
	bad := `{"plannedMinutes": 10, "signals": [{"name": "errors", "tolerance": {"ratio": 1.5}, "minutes": [{"stable": {"requests": 540, "events": 3}, "candidate": {"requests": 60, "events": 0}}, {"stable": {"requests": 540, "events": 3}, "candidate": {"requests": 60, "events": 20}}]}]}`
	var out bytes.Buffer
	if err := Lines(strings.NewReader(good+"\n\n"+bad+"\n"), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2:\n%s", len(lines), out.String())
	}
	for i, want := range []struct {
		outcome judge.Outcome
		minute  int
	}{{judge.Inconclusive, 1}, {judge.Fail, 2}} {
		var v judge.Verdict
		if err := json.Unmarshal([]byte(lines[i]), &v); err != nil {
			t.Fatal(err)
		}
		if v.Outcome != want.outcome || v.Minute != want.minute || len(v.Evidence) != 1 {
			t.Errorf("line %d: %s", i+1, lines[i])
		}
	}
}

func TestLinesNameWhatIsWrong(t *testing.T) {
	minute := func(counts string) string {
		return `{"signals": [{"name": "errors", "minutes": [` + counts + `]}]}`
	}
	tests := []struct {
		name, line string
		want       []string
	}{
		{"alpha", `{"alpha": 2, "signals": [{"name": "errors", "minutes": []}]}`, []string{"alpha is 2", "0.5"}},
		{"unknown field", `{"signal": []}`, []string{`"signal"`, "signals"}},
		{"text for a number", minute(`{"stable": {"requests": "x"}}`), []string{"requests is a string", "whole number"}},
		{"half a request", minute(`{"stable": {"requests": 1.5}}`), []string{"1.5", "whole number"}},
		{"less than none", minute(`{"candidate": {"requests": -1}}`), []string{"signals[0].minutes[0].candidate.requests is -1", "from 0"}},
		{"more events than requests", minute(`{"stable": {"requests": 1, "events": 2}}`), []string{"stable.events is 2", "at most its requests, 1"}},
		{"no signals", `{}`, []string{"signals is empty"}},
		{"no name", `{"signals": [{"minutes": []}]}`, []string{"signals[0].name is missing"}},
		{"no minutes", `{"signals": [{"name": "errors"}]}`, []string{"signals[0].minutes is missing"}},
		{"tolerance", `{"signals": [{"name": "errors", "tolerance": {"ratio": 0.5}, "minutes": []}]}`, []string{"tolerance.ratio is 0.5", "from 1"}},
		{"planned", `{"plannedMinutes": -1, "signals": [{"name": "errors", "minutes": []}]}`, []string{"plannedMinutes is -1"}},
		{"a list", `[]`, []string{"array", "release"}},
		{"cut off", `{"signals"`, []string{"ends too early"}},
		{"two on a line", good + good, []string{"one JSON object a line"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := Lines(strings.NewReader(good+"\n"+test.line+"\n"), &bytes.Buffer{})
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range append(test.want, "line 2") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q lacks %q", err, want)
				}
			}
		})
	}
}

func TestPicturesShowWhereEvidencePasses(t *testing.T) {
	release, err := Parse([]byte(`{"signals": [{"name": "errors", "minutes": [{"stable": {"requests": 540, "events": 3}, "candidate": {"requests": 60, "events": 1}}, {"stable": {"requests": 540, "events": 3}, "candidate": {"requests": 60, "events": 20}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := judge.Trace(release)
	if err != nil {
		t.Fatal(err)
	}
	var text, svg bytes.Buffer
	if err := Text(verdicts, &text); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(rows) != 4 || !strings.Contains(rows[2], ".|") || !strings.HasSuffix(rows[3], "##|") {
		t.Errorf("rows:\n%s", text.String())
	}
	if err := SVG(verdicts, &svg); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "errors, limit"} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add(good)
	f.Add(`{"watchShare": 0.1, "signals": [{"name": "a", "minutes": [], "watch": {"baseline": {"requests": 1}, "minutes": [{"requests": 5, "events": 5}]}}]}`)
	f.Fuzz(func(t *testing.T, line string) {
		var out bytes.Buffer
		if err := Lines(strings.NewReader(line), &out); err != nil {
			return
		}
		for answer := range strings.Lines(out.String()) {
			if !json.Valid([]byte(answer)) {
				t.Fatalf("%q answers %q", line, answer)
			}
		}
	})
}
