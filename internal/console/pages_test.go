package console_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/console"
	"weir/internal/release"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// open serves a console on what the fake holds, at a time.
func (f *fake) open(t *testing.T, now time.Time) http.Handler {
	t.Helper()
	if f.definition == "" {
		definition, err := os.ReadFile("testdata/definition.json")
		if err != nil {
			t.Fatal(err)
		}
		f.definition = string(definition)
	}
	handler, err := console.New(console.Options{Machine: machine, States: f, Aliases: f, Names: []string{"releases.example"}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func get(handler http.Handler, path string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, path, http.NoBody)
	request.Host = "127.0.0.1:8090"
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

// want fetches a page that must be there.
func want(t *testing.T, handler http.Handler, path string) string {
	t.Helper()
	answer := get(handler, path)
	if answer.Code != http.StatusOK {
		t.Fatalf("%s answers %d: %s", path, answer.Code, answer.Body)
	}
	return answer.Body.String()
}

// everyday holds one execution of most kinds.
func everyday(t *testing.T) *fake {
	f := &fake{aliases: map[string]release.Alias{"orders:prod": {
		Target: release.Target{Function: "orders", Alias: "prod"}, Version: "6", Weights: map[string]float64{"7": 50},
		Description: release.Description{Stable: "6", Candidate: "7", Lock: release.Holder{StateMachine: "weir-release", Execution: "running"}},
	}}}
	f.rolledBack(t, "failed", planned(monday), "errors")
	refused := f.start(t, "refused", `{"target": {"function": "orders"}, "strategy": "Canary10Percent5Minutes"}`, monday.Add(time.Hour))
	refused.enter(monday.Add(time.Hour), "Task", "Plan release")
	refused.schedule(monday.Add(time.Hour))
	refused.fail(monday.Add(time.Hour), release.NothingToRelease, `{"errorMessage": "version is 6, which orders:prod serves already."}`)
	refused.leave(monday.Add(time.Hour), "Task", "Plan release")
	refused.failWith(monday.Add(time.Hour), "Release refused", release.NothingToRelease, "version is 6, which orders:prod serves already.")
	f.start(t, "paused", `{"command": "pause", "target": {"function": "orders", "alias": "prod"}, "by": "grace"}`, monday.Add(2*time.Hour)).
		succeed(monday.Add(2*time.Hour), release.Plan{Kind: release.KindCommand, Done: "Release running was asked to pause."})
	stopped := f.rehearse(t, "stopped", planned(monday.Add(3*time.Hour)))
	stopped.shift()
	stopped.enter(stopped.now, "Wait", "Bake")
	stopped.stop(stopped.now.Add(time.Minute))
	f.baking(t, "running", planned(monday.Add(4*time.Hour)))
	return f
}

func TestPages(t *testing.T) {
	f := everyday(t)
	handler := f.open(t, monday.Add(4*time.Hour+15*time.Minute))
	for name, path := range map[string]string{
		"list.html":    "/",
		"failed.html":  "/release/failed",
		"running.html": "/release/running",
		"refused.html": "/release/refused",
		"stopped.html": "/release/stopped",
		"failed.json":  "/release/failed/output.json",
		"missing.html": "/release/missing",
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, get(handler, path).Body.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("page differs from %s (-want +got); go test ./internal/console -update writes it:\n%s", path, diff)
	}
}

// TestHostileTextStaysText puts markup wherever a person can write: the reason,
// who asks, names of functions, signals and states, causes and inputs.
func TestHostileTextStaysText(t *testing.T) {
	const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
	f := &fake{definition: `{"StartAt": "A", "States": {"A": {"Type": "Task", "Comment": "</svg>` + strings.ReplaceAll(evil, `"`, `\"`) + `", "Next": "B<b>"}, "B<b>": {"Type": "Succeed"}}}`}
	plan := planned(monday)
	plan.Reason, plan.By, plan.Checks = evil, evil, []string{evil}
	plan.Targets[0].Function, plan.Targets[0].Candidate = "f"+evil, "javascript:alert(1)"
	plan.Alarms, plan.Probes = []release.PlannedAlarm{{Name: evil}}, []release.Probe{{Name: evil}}
	f.rolledBack(t, "failed", plan, evil)
	running := f.baking(t, "running", plan)
	running.observe(release.Observation{Outcome: "inconclusive", Why: evil, Commands: []release.PendingCommand{{ID: evil, Command: release.CommandPause, By: evil}}})
	f.runs[0].fail(monday, evil, evil)
	f.runs[1].input = evil
	handler := f.open(t, monday.Add(time.Hour))
	allowed := regexp.MustCompile(`^(!doctype|/?(html|head|meta|title|link|body|a|header|span|main|h[1-3]|table|thead|tbody|tr|th|td|p|footer|div|dl|dt|dd|time|section|svg|rect|ol|ul|li|strong|br|figure|figcaption|line|text|polyline|circle|defs|marker|path|g|details|summary|pre|code))$`)
	for _, path := range []string{"/", "/release/failed", "/release/running", "/release/x%22%3E%3Cscript%3E", "/?next=%3Cscript%3E"} {
		page := get(handler, path).Body.String()
		for _, tag := range regexp.MustCompile(`<([!/]?[a-zA-Z0-9]*)([^>]*)`).FindAllStringSubmatch(page, -1) {
			if !allowed.MatchString(tag[1]) {
				t.Errorf("%s has the tag %q", path, tag[0])
			}
			if regexp.MustCompile(`(?i)\s(on\w+|style)=|javascript:`).MatchString(unquoted(tag[2])) {
				t.Errorf("%s has the attributes %q", path, tag[2])
			}
		}
		if path == "/release/failed" && !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") {
			t.Errorf("%s does not show what was written", path)
		}
	}
	for _, path := range []string{"/release/failed/input.json", "/release/failed/output.json"} {
		if kind := get(handler, path).Header().Get("Content-Type"); strings.Contains(kind, "html") {
			t.Errorf("%s is served as %s", path, kind)
		}
	}
}

// unquoted is a tag's attributes without their values, but for links'.
func unquoted(attributes string) string {
	return regexp.MustCompile(`(\s(?:aria-label|title|content|d|points)=)"[^"]*"`).ReplaceAllString(attributes, `$1`)
}
