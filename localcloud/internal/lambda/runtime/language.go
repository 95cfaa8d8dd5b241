package runtime

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// language is how functions of a family of Lambda's runtimes run.
type language struct {
	family    string   // what the runtimes' names begin with
	command   []string // of the host, before the bootstrap; empty where the package brings its own
	bootstrap string   // in scripts
	path      string   // the environment variable that leads imports to the package
}

// languages are those that run. The version is the host's, whatever the name of
// the runtime says.
var languages = []language{
	{family: "provided.al2"},
	{family: "nodejs", command: []string{"node"}, bootstrap: "bootstrap.mjs", path: "NODE_PATH"},
	{family: "python3.", command: []string{"python3", "-u", "-X", "utf8"}, bootstrap: "bootstrap.py", path: "PYTHONPATH"},
}

// scripts are the bootstraps of the languages: what takes events from the
// Runtime API and calls the handler.
//
//go:embed bootstrap.mjs bootstrap.py
var scripts embed.FS

// Unpack lays the bootstraps out in a new folder, for Spec.Scripts.
func Unpack(folder string) error {
	if err := os.CopyFS(folder, scripts); err != nil {
		return fmt.Errorf("unpack the bootstraps: %w", err)
	}
	return nil
}

// languageOf finds how functions of a runtime run.
func languageOf(runtime string) (language, bool) {
	for _, l := range languages {
		if strings.HasPrefix(runtime, l.family) {
			return l, true
		}
	}
	return language{}, false
}

// Remedy is what to do so that functions of a runtime run here; nothing when they
// do.
func Remedy(runtime string) string {
	l, known := languageOf(runtime)
	if !known {
		return "build it for provided.al2023, Node.js or Python"
	}
	if len(l.command) == 0 {
		return ""
	}
	if _, err := exec.LookPath(l.command[0]); err != nil {
		return "put " + l.command[0] + " in its PATH"
	}
	return ""
}

// Environment is what Lambda sets for the functions of a runtime and for no
// others; folder is where their code is. What the host has on the path to its
// libraries comes after it, since Lambda's copy of the SDK is not here.
func Environment(runtime, folder string) []string {
	l, _ := languageOf(runtime)
	if l.path == "" {
		return nil
	}
	if host := os.Getenv(l.path); host != "" {
		folder += string(os.PathListSeparator) + host
	}
	return []string{"AWS_EXECUTION_ENV=AWS_Lambda_" + runtime, l.path + "=" + folder}
}

// errNoBootstrap is the package's fault, told as Lambda tells it.
var errNoBootstrap = errors.New("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]")

// startCommand is what to start a process with.
func (s Spec) startCommand() (*exec.Cmd, error) {
	l, _ := languageOf(s.Runtime)
	if len(l.command) == 0 {
		bootstrap := filepath.Join(s.Directory, "bootstrap")
		if info, err := os.Stat(bootstrap); err != nil || info.IsDir() {
			return nil, errNoBootstrap
		}
		return exec.Command(bootstrap), nil
	}
	command := exec.Command(l.command[0], l.command[1:]...)
	command.Args = append(command.Args, filepath.Join(s.Scripts, l.bootstrap))
	return command, nil
}
