package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// Run prints which build this is.
func (versionCmd) Run() error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("this build holds no information on itself; build it with go build")
	}
	return printVersion(os.Stdout, info)
}

// printVersion prints the module's version, or the commit it was built from, and
// what it was built with.
func printVersion(out io.Writer, info *debug.BuildInfo) error {
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	version := info.Main.Version
	if version == "" || version == "(devel)" {
		version = "of an unknown commit"
		if commit := settings["vcs.revision"]; commit != "" {
			version = "commit " + commit[:min(12, len(commit))]
		}
		if settings["vcs.modified"] == "true" {
			version += ", with changes"
		}
	}
	_, err := fmt.Fprintf(out, "weir %s, %s, %s/%s\n", version, info.GoVersion, runtime.GOOS, runtime.GOARCH)
	return err
}
