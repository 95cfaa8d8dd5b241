// Package functions_test checks what the functions are made of.
package functions_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// clients are the SDK clients that each function calls.
var clients = map[string][]string{
	"app":      nil,
	"alias":    {"lambda"},
	"shift":    {"cloudwatch", "eventbridge", "lambda", "sfn", "ssm"},
	"verify":   {"cloudwatch", "eventbridge", "lambda", "ssm"},
	"rollback": {"eventbridge", "lambda", "sfn"},
}

// heavy are libraries whose start shows, with the functions that need them.
var heavy = map[string][]string{
	"github.com/google/jsonschema-go/jsonschema": {"shift"},
	"github.com/blues/jsonata-go":                {"verify"},
	"github.com/blues/jsonata-go/jparse":         {"shift", "verify"},
}

// signIn are the clients with which the SDK's loader of configuration can sign
// in; a function has its credentials in its environment and calls none of them.
var signIn = []string{"signin", "sso", "ssooidc", "sts"}

// A function is linked with the clients that it calls and no others, and with a
// heavy library only where it is used.
func TestFunctionsImportOnlyWhatTheyCall(t *testing.T) {
	const service = "github.com/aws/aws-sdk-go-v2/service/"
	for name, want := range clients {
		var got []string
		packages := dependencies(t, name)
		for _, path := range packages {
			client, ok := strings.CutPrefix(path, service)
			if ok && !strings.Contains(client, "/") && !slices.Contains(signIn, client) {
				got = append(got, client)
			}
			if users, known := heavy[path]; known && !slices.Contains(users, name) {
				t.Errorf("%s is linked with %s", name, path)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s is linked with the SDK clients %q, want %q", name, got, want)
		}
		for path, users := range heavy {
			if slices.Contains(users, name) && !slices.Contains(packages, path) {
				t.Errorf("%s is no longer linked with %s; take it off the list", name, path)
			}
		}
	}
}

func dependencies(t *testing.T, function string) []string {
	t.Helper()
	// go test's cache knows what a test looks at itself, and not what go list does.
	for _, folder := range []string{function, "../internal", "../go.mod"} {
		if err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./"+function).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Fields(string(out))
}
