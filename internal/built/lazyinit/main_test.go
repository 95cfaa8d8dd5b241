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

// The copies answer as the libraries do, and fill next to nothing when a process
// starts.
func TestCopiesAnswerAsTheLibrariesDo(t *testing.T) {
	t.Chdir("../../..")
	out := filepath.Join("build", "lazy-test")
	t.Cleanup(func() { _ = os.RemoveAll(out) })
	const program = "./internal/built/lazyinit/testdata/resolve"
	if err := run(t.Context(), out, []string{program}); err != nil {
		t.Fatal(err)
	}
	plain := start(t, program)
	lazy := start(t, program, "-modfile="+filepath.Join(out, "go.mod"))
	if lazy.printed != plain.printed || !strings.Contains(plain.printed, "https://events.cn-north-1.amazonaws.com.cn") || !strings.Contains(plain.printed, "3A") {
		t.Errorf("the copies answer\n%sand the libraries\n%s", lazy.printed, plain.printed)
	}
	for _, pkg := range []string{"eventbridge/internal/endpoints", "blues/jsonata-go"} {
		before, after := plain.allocations(pkg), lazy.allocations(pkg)
		if before < 100 || after > before/3 {
			t.Errorf("at the start of a process %s allocates %d times, its copy %d times", pkg, before, after)
		}
	}
}

// started is what a program printed, and how Go set its packages up.
type started struct{ printed, trace string }

// start builds a program as the functions are built, and runs it.
func start(t *testing.T, program string, flags ...string) started {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "program")
	build := exec.CommandContext(t.Context(), "go", append(append([]string{"build", "-trimpath", "-tags", "lambda.norpc", "-o", binary}, flags...), program)...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	var out, trace strings.Builder
	command := exec.CommandContext(t.Context(), binary)
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	command.Stdout, command.Stderr = &out, &trace
	if err := command.Run(); err != nil {
		t.Fatalf("run: %v\n%s", err, trace.String())
	}
	return started{out.String(), trace.String()}
}

// allocations is how often a package allocates when the process starts; one that
// sets up nothing is not in the trace.
func (s started) allocations(pkg string) int {
	m := regexp.MustCompile(`init \S*` + pkg + ` .* (\d+) allocs`).FindStringSubmatch(s.trace)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// A source of another shape is refused, not half patched.
func TestOtherShapesAreRefused(t *testing.T) {
	once := []edit{{find: `\bx\b`, with: "y"}}
	for _, source := range []string{"var z int", "var x int\nvar y = x"} {
		if patched, err := apply(once, source); err == nil {
			t.Errorf("%q became %q", source, patched)
		}
	}
}
