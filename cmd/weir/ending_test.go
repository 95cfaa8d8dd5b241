package main

import (
	"strings"
	"testing"

	"weir/internal/follow"
)

// Only a finished promotion is called a success.
func TestEndings(t *testing.T) {
	tests := []struct {
		name    string
		outcome follow.Outcome
		want    string
		fails   bool
	}{
		{"a promotion", follow.Outcome{Status: "SUCCEEDED", Output: `{"outcome": "succeeded", "targets": [{"function": "orders", "alias": "prod", "stable": "1", "candidate": "2"}]}`},
			"the release succeeded: orders:prod serves version 2 (before: 1)", false},
		{"a command", follow.Outcome{Status: "SUCCEEDED", Output: `{"kind": "command", "done": "asked the release on orders:prod to pause, by ann"}`},
			"done: asked the release on orders:prod to pause, by ann", false},
		{"a requested rollback", follow.Outcome{Status: "SUCCEEDED", Output: `{"error": "Release.RolledBackAsAsked", "cause": "A rollback was requested: bad. orders:prod serves version 1.\n\n{}"}`},
			"rolled back as asked: A rollback was requested: bad. orders:prod serves version 1.", false},
		{"a dry run", follow.Outcome{Status: "SUCCEEDED", Output: `{"kind": "release", "dryRun": true, "targets": [{"function": "orders", "alias": "prod", "stable": "1", "candidate": "2"}],
			"steps": [{"weight": 10, "bakeSeconds": 300}], "watchSeconds": 300, "judge": {"alpha": 0.05, "signals": [{"name": "errors"}]},
			"checks": ["orders:prod is whole on version 1 and free", "orders:prod served 2 requests a minute"], "estimate": {"endsBy": "2026-03-04T12:30:00Z", "costUSD": 0.00702}}`},
			`orders:prod: version 1 -> 2

STEP     WEIGHT  BAKE
1        10 %    5m0s
promote  100 %   watched 5m0s

ends by    2026-03-04 12:30 UTC at the latest
costs      USD 0.0070 at most, without the functions' own requests
judges     errors; alpha 0.05
checked    orders:prod is whole on version 1 and free
           orders:prod served 2 requests a minute

dry run: nothing was moved`, false},
		{"something else is not called a success", follow.Outcome{Status: "SUCCEEDED", Output: `{}`}, "without saying what it did", true},
		{"a release that was rolled back", follow.Outcome{Status: "FAILED", Error: "Release.VerdictFailed", Cause: "errors failed.\n\n{}"}, "FAILED: Release.VerdictFailed: errors failed.", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ending(test.outcome)
			if test.fails {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("it says %q (%v), want an error with %q", got, err, test.want)
				}
				return
			}
			if err != nil || got != test.want {
				t.Errorf("it says\n%s (%v)\nwant\n%s", got, err, test.want)
			}
		})
	}
}
