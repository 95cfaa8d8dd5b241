package console_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"weir/internal/console"
	"weir/internal/release"
)

func TestOnlyOwnNamesAreAnswered(t *testing.T) {
	handler := (&fake{}).open(t, monday)
	for host, code := range map[string]int{
		"127.0.0.1:8090":         http.StatusOK,
		"[::1]:8090":             http.StatusOK,
		"localhost:8090":         http.StatusOK,
		"LocalHost":              http.StatusOK,
		"192.0.2.7:8090":         http.StatusOK,
		"releases.example:8090":  http.StatusOK,
		"evil.example:8090":      http.StatusMisdirectedRequest,
		"127.0.0.1.evil.example": http.StatusMisdirectedRequest,
		"localhost.evil.example": http.StatusMisdirectedRequest,
		"releases.example.evil":  http.StatusMisdirectedRequest,
		"":                       http.StatusMisdirectedRequest,
	} {
		request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		request.Host = host
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != code {
			t.Errorf("host %q is answered with %d, want %d", host, answer.Code, code)
		}
	}
}

func TestNothingCanBeChanged(t *testing.T) {
	f := everyday(t)
	handler := f.open(t, monday)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect, "PROPFIND"} {
		request := httptest.NewRequest(method, "/release/running", http.NoBody)
		request.Host = "localhost"
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s is answered with %d", method, answer.Code)
		}
	}
	if len(f.calls) > 0 {
		t.Errorf("AWS was asked: %v", f.calls)
	}
}

func TestEveryAnswerForbidsScripts(t *testing.T) {
	handler := everyday(t).open(t, monday)
	for _, path := range []string{"/", "/release/failed", "/release/missing", "/release/failed/input.json", "/style.css", "/nowhere"} {
		header := get(handler, path).Header()
		policy := header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "style-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s has the policy %q, without %s", path, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		if got := header.Get("X-Content-Type-Options") + header.Get("Cache-Control"); got != "nosniffno-store" {
			t.Errorf("%s may be sniffed or stored: %q", path, got)
		}
	}
}

// TestNothingComesFromTheNetwork reads what the pages and the style sheet name.
func TestNothingComesFromTheNetwork(t *testing.T) {
	handler := everyday(t).open(t, monday)
	for _, path := range []string{"/", "/release/failed", "/release/running", "/style.css"} {
		for _, named := range regexp.MustCompile(`(?:href|src|url)[=(]"?([^")\s>]*)`).FindAllStringSubmatch(want(t, handler, path), -1) {
			if !strings.HasPrefix(named[1], "/") && !strings.HasPrefix(named[1], "#") || strings.HasPrefix(named[1], "//") {
				t.Errorf("%s names %q", path, named[1])
			}
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	handler := everyday(t).open(t, monday)
	for _, path := range []string{
		"/release/missing", "/release/missing/input.json", "/release/missing/output.json", "/release/running/output.json", "/nowhere", "/release/",
		"/release/a:b", "/release/a%2Fb", "/release/a%00b", "/release/" + strings.Repeat("x", 81),
	} {
		if answer := get(handler, path); answer.Code != http.StatusNotFound {
			t.Errorf("%s is answered with %d: %s", path, answer.Code, answer.Body)
		}
	}
}

func TestTroubleWithAWSIsSaid(t *testing.T) {
	f := everyday(t)
	handler := f.open(t, monday)
	f.broken = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized to perform: states:ListExecutions"}
	answer := get(handler, "/")
	if answer.Code != http.StatusBadGateway || !strings.Contains(answer.Body.String(), "not authorized to perform: states:ListExecutions") {
		t.Errorf("answered %d: %s", answer.Code, answer.Body)
	}
}

func TestAliasThatCannotBeReadIsSaid(t *testing.T) {
	f := everyday(t)
	f.aliases = nil
	if page := want(t, f.open(t, monday), "/release/failed"); !strings.Contains(page, "target orders:prod does not exist.") {
		t.Error("the page does not say why")
	}
}

func TestEndedReleaseIsReadOnce(t *testing.T) {
	f := &fake{}
	f.rolledBack(t, "failed", planned(monday), "errors")
	handler := f.open(t, monday)
	for range 3 {
		want(t, handler, "/")
	}
	if n := f.calls["DescribeExecution"]; n != 1 {
		t.Errorf("described %d times by three lists, want once", n)
	}
	if n := f.calls["GetExecutionHistory"]; n != 0 {
		t.Errorf("its history was read %d times, though the record tells all", n)
	}
	want(t, handler, "/release/failed")
	read := f.served
	want(t, handler, "/release/failed")
	if f.served != read || read != len(f.runs[0].events) {
		t.Errorf("%d events were read, then %d; the history has %d", read, f.served-read, len(f.runs[0].events))
	}
}

func TestRunningReleaseIsReadOnFromWhereItWas(t *testing.T) {
	f := &fake{}
	running := f.baking(t, "running", planned(monday))
	handler := f.open(t, monday)
	want(t, handler, "/release/running")
	read := f.served
	running.observe(weighed("errors", "inconclusive", 3.25, 4, 800))
	page := want(t, handler, "/release/running")
	if !strings.Contains(page, "3.25") {
		t.Error("the page does not show the new look")
	}
	if more := f.served - read; more > 14 {
		t.Errorf("%d events were read again, of %d", more, read)
	}
}

func TestRedrivenReleaseIsReadAnew(t *testing.T) {
	f := &fake{}
	f.rolledBack(t, "failed", planned(monday), "errors")
	handler := f.open(t, monday)
	want(t, handler, "/release/failed")
	f.runs[0].status, f.runs[0].stopped = types.ExecutionStatusRunning, time.Time{}
	f.runs[0].enter(monday.Add(time.Hour), "Task", "Roll back")
	if page := want(t, handler, "/"); !strings.Contains(page, "rolling back") {
		t.Error("the list does not show that it runs again")
	}
	if page := want(t, handler, "/release/failed"); !strings.Contains(page, `class="node running"`) {
		t.Error("the graph does not show that it runs again")
	}
}

func TestListTurnsPages(t *testing.T) {
	f := &fake{}
	for i := range 10 {
		f.rolledBack(t, "release-"+string(rune('a'+i)), planned(monday), "errors")
	}
	handler := f.open(t, monday)
	if first := want(t, handler, "/"); !strings.Contains(first, `href="/?next=8"`) || strings.Contains(first, "release-a") {
		t.Error("the first page does not lead to the next")
	}
	if next := want(t, handler, "/?next=8"); !strings.Contains(next, "release-a") || strings.Contains(next, `?next=16`) {
		t.Error("the second page is not the last, or lacks the oldest release")
	}
}

func TestReaderCanStopThePageFromMoving(t *testing.T) {
	handler := everyday(t).open(t, monday)
	refresh := `http-equiv="refresh"`
	for path, moves := range map[string]bool{"/": true, "/?live=off": false, "/release/running": true, "/release/running?live=off": false, "/release/failed": false} {
		if got := strings.Contains(want(t, handler, path), refresh); got != moves {
			t.Errorf("%s refreshes itself: %t", path, got)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, arn := range []string{"", "weir-release", "arn:aws:lambda:eu-west-1:123456789012:function:x", "arn:aws:states:eu-west-1:123456789012:execution:m:e"} {
		if _, err := console.New(console.Options{Machine: arn}); err == nil || !strings.Contains(err.Error(), "stateMachine:weir-release") {
			t.Errorf("machine %q gives %v", arn, err)
		}
	}
}

// TestHoldsAndApprovalsAreShown walks one release through what people do.
func TestHoldsAndApprovalsAreShown(t *testing.T) {
	f := &fake{}
	plan := planned(monday)
	plan.Approvals = []release.PlannedApproval{{Step: 1, LimitSeconds: 3600, Otherwise: release.PolicyRollBack}}
	r := f.rehearse(t, "release", plan)
	r.shift()
	handler := f.open(t, monday)
	for r.progress.Phase != release.Awaiting {
		r.observe(weighed("errors", "pass", 1, 0, 500))
	}
	shows(t, want(t, handler, "/release/release"), "awaiting approval at 10 %", "weir approve arn:aws:states:eu-west-1:123456789012:execution:weir-release:release")
	approved := weighed("errors", "pass", 1, 0, 600)
	approved.Commands = []release.PendingCommand{{ID: "a", Command: release.CommandApprove, By: "grace"}}
	r.observe(approved)
	r.shift()
	paused := weighed("errors", "pass", 1, 0, 700)
	paused.Commands = []release.PendingCommand{{ID: "p", Command: release.CommandPause, By: "linus"}, {ID: "r", Command: release.CommandApprove, By: "ada"}}
	for r.progress.Phase != release.Holding {
		r.observe(paused)
	}
	shows(t, want(t, handler, "/release/release"), "holding at 50 %", "grace approved", "linus asked: pause", "ada approved, without effect: The release awaits no approval.", "weir resume --function orders --alias prod", "at the latest")
}

func shows(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(page, word) {
			t.Errorf("the page does not show %q", word)
		}
	}
}
