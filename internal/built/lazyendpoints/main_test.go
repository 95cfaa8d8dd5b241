package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The copies answer as the clients do, and fill nothing when a process starts.
func TestCopiesAnswerAsTheClientsDo(t *testing.T) {
	t.Chdir("../../..")
	sdk := filepath.Join("build", "sdk-test")
	t.Cleanup(func() { _ = os.RemoveAll(sdk) })
	const program = "./internal/built/lazyendpoints/testdata/resolve"
	if err := run(sdk, []string{program}); err != nil {
		t.Fatal(err)
	}
	answers, tableAllocations := resolve(t, program)
	lazy, lazyAllocations := resolve(t, program, "-modfile="+filepath.Join(sdk, "go.mod"))
	if lazy != answers || !strings.Contains(answers, "https://events.cn-north-1.amazonaws.com.cn") {
		t.Errorf("the copy answers\n%sand the client\n%s", lazy, answers)
	}
	if tableAllocations < 100 || lazyAllocations > 10 {
		t.Errorf("at its start the copy's table allocates %d times and the client's %d times", lazyAllocations, tableAllocations)
	}
}

var tableInit = regexp.MustCompile(`init \S*eventbridge/internal/endpoints .* (\d+) allocs`)

// resolve builds and runs the program and gives what it prints and how often the
// client's table allocates when the process starts.
func resolve(t *testing.T, program string, flags ...string) (printed string, allocations int) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "resolve")
	build := exec.CommandContext(t.Context(), "go", append(append([]string{"build", "-trimpath", "-tags", "lambda.norpc", "-o", binary}, flags...), program)...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as the functions are built
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	var out, trace strings.Builder
	start := exec.CommandContext(t.Context(), binary)
	start.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	start.Stdout, start.Stderr = &out, &trace
	if err := start.Run(); err != nil {
		t.Fatalf("run: %v\n%s", err, trace.String())
	}
	// A package that sets up nothing is not traced.
	if m := tableInit.FindStringSubmatch(trace.String()); m != nil {
		allocations, _ = strconv.Atoi(m[1])
	}
	return out.String(), allocations
}

// A table of another shape is refused, not half rewritten.
func TestOtherShapesAreRefused(t *testing.T) {
	if lazy, err := lazily("package endpoints\n\nvar defaultPartitions = endpoints.Partitions{\n}\n"); err == nil {
		t.Errorf("rewrote it as\n%s", lazy)
	}
}
