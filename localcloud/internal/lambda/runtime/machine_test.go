package runtime

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"
	"time"
)

// program is the head of a program for Linux on a machine with a number.
func program(machine byte) []byte {
	return append([]byte("\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 9)+"\x02\x00"), machine, 0)
}

const amd64, arm64 = 0x3e, 0xb7

func TestBuiltFor(t *testing.T) {
	for _, test := range []struct {
		name, head, want string
	}{
		{"Linux on x86_64", string(program(amd64)), "linux/amd64"},
		{"Linux on arm64", string(program(arm64)), "linux/arm64"},
		{"Linux on another machine", string(program(0xf3)), "linux/riscv"},
		{"macOS on arm64", "\xcf\xfa\xed\xfe\x0c\x00\x00\x01", "darwin/arm64"},
		{"macOS on x86_64", "\xcf\xfa\xed\xfe\x07\x00\x00\x01", "darwin/amd64"},
		{"Windows", "MZ\x90\x00", "windows"},
		{"a script", "#!/bin/sh\nexit 1\n", ""},
		{"half a head", "\x7fELF\x02", ""},
		{"nothing", "", ""},
	} {
		if got := builtFor([]byte(test.head)); got != test.want {
			t.Errorf("%s is built for %q, want %q", test.name, got, test.want)
		}
	}
}

func TestEmulates(t *testing.T) {
	rule := "enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: OCF\noffset 0\n" +
		"magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n"
	for _, test := range []struct {
		name string
		rule string
		head []byte
		want bool
	}{
		{"its programs", rule, program(arm64), true},
		{"other machines' programs", rule, program(amd64), false},
		{"a rule that is off", strings.Replace(rule, "enabled", "disabled", 1), program(arm64), false},
		{"a rule by the file's name", "enabled\ninterpreter /usr/bin/java\nextension .jar\n", program(arm64), false},
		{"a script", rule, []byte("#!/bin/sh\n"), false},
	} {
		if got := emulates(test.rule, test.head); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// foreign is a program that no machine of Go's runs.
func foreign(t *testing.T) string {
	t.Helper()
	return folderWith(t, string(program(0xf0)))
}

func folderWith(t *testing.T, bootstrap string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "bootstrap"), []byte(bootstrap), 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestAForeignBootstrapIsTold(t *testing.T) {
	folder := foreign(t)
	err := CheckBootstrap("provided.al2023", folder)
	if told, ok := errors.AsType[*ForeignError](err); !ok || !strings.HasPrefix(told.Built, "linux/") || !strings.Contains(err.Error(), "GOARCH="+goruntime.GOARCH) {
		t.Errorf("error = %v", err)
	}
	for runtime, folder := range map[string]string{
		"python3.13":      folder,      // which it does not run
		"provided.al2023": t.TempDir(), // which has none
		"provided.al2":    folderWith(t, "#!/bin/sh\n"),
	} {
		if err := CheckBootstrap(runtime, folder); err != nil {
			t.Errorf("%s: %v", runtime, err)
		}
	}
}

func TestAnInvocationSaysThatItsBootstrapCannotBeExecuted(t *testing.T) {
	for folder, want := range map[string]string{
		foreign(t):                "fork/exec /var/task/bootstrap: exec format error: the bootstrap is for linux/",
		folderWith(t, "exit 1\n"): "fork/exec /var/task/bootstrap: exec format error: it is neither a program nor a script",
	} {
		var lines []string
		pool := NewPool(1, func(context.Context) (Spec, error) {
			return Spec{Runtime: "provided.al2023", Directory: folder, Print: func(_ time.Time, line []byte) { lines = append(lines, string(line)) }}, nil
		})
		result, err := pool.Invoke(t.Context(), Event{ID: "id"}, time.Second)
		pool.Close()
		if err != nil || !result.Failed || !strings.Contains(string(result.Payload), `"Runtime.InvalidEntrypoint"`) || !strings.Contains(string(result.Payload), want) {
			t.Errorf("answer %s, error %v, want %q", result.Payload, err, want)
		}
		if len(lines) != 1 || !strings.Contains(lines[0], want) {
			t.Errorf("log %q, want %q", lines, want)
		}
	}
}
