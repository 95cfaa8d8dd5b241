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
	"plan":     {"cloudwatch", "lambda", "sfn", "ssm"},
	"shift":    {"eventbridge", "lambda", "sfn"},
	"verify":   {"cloudwatch", "eventbridge", "lambda", "sfn", "ssm"},
	"rollback": {"eventbridge", "lambda", "sfn"},
}

// signIn are the clients with which the SDK's loader of configuration can sign
// in; a function has its credentials in its environment and calls none of them.
var signIn = []string{"signin", "sso", "ssooidc", "sts"}

// A function is linked with the clients that it calls and no others.
func TestFunctionsImportOnlyWhatTheyCall(t *testing.T) {
	const service = "github.com/aws/aws-sdk-go-v2/service/"
	for name, want := range clients {
		var got []string
		for _, path := range dependencies(t, name) {
			client, ok := strings.CutPrefix(path, service)
			if ok && !strings.Contains(client, "/") && !slices.Contains(signIn, client) {
				got = append(got, client)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s is linked with the SDK clients %q, want %q", name, got, want)
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
