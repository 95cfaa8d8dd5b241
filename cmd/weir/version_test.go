package main

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	built := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: version}, Settings: settings}
	}
	for _, test := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"a released module", built("v0.2.0"), "weir v0.2.0"},
		{"a checkout", built("(devel)", debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef"}), "weir commit 0123456789ab"},
		{"a changed checkout", built("", debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef"}, debug.BuildSetting{Key: "vcs.modified", Value: "true"}),
			"weir commit 0123456789ab, with changes"},
		{"a build without git", built("(devel)"), "weir of an unknown commit"},
	} {
		var out bytes.Buffer
		if err := printVersion(&out, test.info); err != nil {
			t.Fatal(err)
		}
		if want := test.want + ", go1.26.8, " + runtime.GOOS + "/" + runtime.GOARCH + "\n"; out.String() != want {
			t.Errorf("%s: %q, want %q", test.name, out.String(), want)
		}
	}
}
