package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The request file and the flags make one request, or the contradiction is told.
func TestFlagsAndRequestFile(t *testing.T) {
	tests := []struct {
		name, file string
		cmd        releaseCmd
		want       string // JSON, or
		refused    string // what the error says
	}{
		{"flags alone", "", releaseCmd{Function: "orders", Version: "7", Strategy: "AllAtOnce", DryRun: true, Force: true, Reason: "why", By: "ann"},
			`{"by":"ann","dryRun":true,"force":true,"reason":"why","strategy":"AllAtOnce","target":{"function":"orders"},"version":"7"}`, ""},
		{"a file alone", `{"target": {"function": "orders"}, "by": "ann"}`, releaseCmd{},
			`{"by":"ann","target":{"function":"orders"}}`, ""},
		{"a dry run of a file is a dry run", `{"target": {"function": "orders"}, "by": "ann"}`, releaseCmd{DryRun: true},
			`{"by":"ann","dryRun":true,"target":{"function":"orders"}}`, ""},
		{"every flag is added", `{"target": {"function": "orders"}}`, releaseCmd{Alias: "live", Version: "7", Strategy: "AllAtOnce", Force: true, Reason: "why", By: "ann"},
			`{"by":"ann","force":true,"reason":"why","strategy":"AllAtOnce","target":{"alias":"live","function":"orders"},"version":"7"}`, ""},
		{"the same twice is no contradiction", `{"target": {"function": "orders"}, "by": "ann", "strategy": {"type": "canary", "weight": 5}}`,
			releaseCmd{Function: "orders", Strategy: `{"weight": 5, "type": "canary"}`},
			`{"by":"ann","strategy":{"type":"canary","weight":5},"target":{"function":"orders"}}`, ""},
		{"another version", `{"target": {"function": "orders"}, "version": "5"}`, releaseCmd{Version: "7"}, "", `--version is "7", and the request file says "5"`},
		{"a dry run that the file denies", `{"target": {"function": "orders"}, "dryRun": false}`, releaseCmd{DryRun: true}, "", `--dry-run is true, and the request file says false`},
		{"a function beside targets", `{"targets": [{"function": "a"}]}`, releaseCmd{Function: "orders"}, "", `--function is given, and the request file has targets`},
		{"a file that is no object", `[]`, releaseCmd{}, "", "is not a JSON object"},
		{"a file that says null", `null`, releaseCmd{Function: "orders"}, "", "is not a JSON object"},
		{"a target that is no object", `{"target": "billing"}`, releaseCmd{Function: "orders"}, "", `--function is given, and the request file's target is "billing"`},
		{"another version than the target's own", `{"target": {"function": "orders", "version": "5"}}`, releaseCmd{Version: "7"}, "", `--version is "7", and the request file says "5" for orders`},
		{"another version than one of several targets'", `{"targets": [{"function": "a"}, {"function": "b", "version": "5"}]}`, releaseCmd{Version: "7"}, "", `--version is "7", and the request file says "5" for b`},
		{"a strategy that is no JSON", "", releaseCmd{Function: "orders", Strategy: "{bad"}, "", `--strategy is "{bad"`},
		{"no function at all", "", releaseCmd{}, "", "--function is missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.file != "" {
				test.cmd.Request = filepath.Join(t.TempDir(), "request.json")
				if err := os.WriteFile(test.cmd.Request, []byte(test.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := test.cmd.request()
			if test.refused != "" {
				if err == nil || !strings.Contains(err.Error(), test.refused) {
					t.Fatalf("the request is %s (%v), want an error that says %q", got, err, test.refused)
				}
				return
			}
			if err != nil || string(got) != test.want {
				t.Errorf("the request is\n%s (%v), want\n%s", got, err, test.want)
			}
		})
	}
}
