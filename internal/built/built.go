// Package built compiles the functions and the tool and synthesises the stack,
// for tests that deploy what users deploy. It runs the same commands as the
// Makefile, and tells go test's cache what the results depend on.
package built

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Builder builds from a checkout into a folder.
type Builder struct {
	root, dir string
	// System is what functions are compiled for, as GOOS names it. Default: this
	// machine's.
	System string
}

// New is a builder of the checkout at root, into dir, for a test that depends on
// the folders of root.
func New(root, dir string, folders ...string) (*Builder, error) {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("find the checkout: %w", err)
	}
	for _, folder := range folders {
		if err := dependOn(filepath.Join(absolute, folder)); err != nil {
			return nil, fmt.Errorf("look at %s: %w", folder, err)
		}
	}
	return &Builder{root: absolute, dir: dir}, nil
}

// dependOn looks at every file below a folder, so that go test's cache knows that
// what is built here depends on it.
func dependOn(folder string) error {
	return filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err == nil {
			_, err = os.Stat(path)
		}
		return err
	})
}

// Function compiles a function's package, such as ./functions/app, and gives the
// folder of its bootstrap. release is what the app answers with.
func (b *Builder) Function(folder, pkg, release string) (string, error) {
	into := filepath.Join(b.dir, folder)
	env := []string{"CGO_ENABLED=0"}
	if b.System != "" {
		env = append(env, "GOOS="+b.System)
	}
	return into, b.run(env, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc",
		"-ldflags", "-s -w -buildid= -X main.release="+release, "-o", filepath.Join(into, "bootstrap"), pkg)
}

// Handlers compiles Weir's functions and gives the folder that holds a folder of
// each.
func (b *Builder) Handlers() (string, error) {
	for _, name := range []string{"plan", "shift", "verify", "rollback", "alias", "app"} {
		if _, err := b.Function(filepath.Join("functions", name), "./functions/"+name, ""); err != nil {
			return "", err
		}
	}
	return filepath.Join(b.dir, "functions"), nil
}

// Tool compiles a program and gives its file.
func (b *Builder) Tool(name, pkg string) (string, error) {
	binary := filepath.Join(b.dir, "bin", name)
	return binary, b.run(nil, "go", "build", "-o", binary, pkg)
}

// Synthesise runs the CDK app, compiled before by Tool as synth, with settings as
// its context and gives the cloud assembly.
func (b *Builder) Synthesise(name string, settings map[string]any) (string, error) {
	context, err := json.Marshal(settings)
	if err != nil {
		return "", fmt.Errorf("write the context: %w", err)
	}
	out := filepath.Join(b.dir, "assembly-"+name)
	return out, b.run([]string{"CDK_OUTDIR=" + out, "CDK_CONTEXT_JSON=" + string(context), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20"},
		filepath.Join(b.dir, "bin", "synth"))
}

func (b *Builder) run(env []string, name string, args ...string) error {
	// A test's own time limit ends a build that hangs.
	command := exec.CommandContext(context.Background(), name, args...)
	command.Dir = b.root
	command.Env = append(os.Environ(), env...)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}
