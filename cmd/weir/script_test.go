package main

import (
	"flag"
	"log/slog"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"weir/localcloud"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"weir": main})
}

// The scripts are stories of the command line: what a person types and what is
// answered, help screens and errors to the letter. A local cloud is at
// AWS_ENDPOINT_URL.
func TestScripts(t *testing.T) {
	cloud, err := localcloud.Start(t.Context(), localcloud.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	testscript.Run(t, testscript.Params{
		Dir: "testdata", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("AWS_ENDPOINT_URL", cloud.URL())
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("AWS_REGION", "us-east-1")
			env.Setenv("AWS_ACCESS_KEY_ID", "weir")
			env.Setenv("AWS_SECRET_ACCESS_KEY", "weir")
			return nil
		},
	})
}
