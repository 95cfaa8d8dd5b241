package infra

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// binary writes a bootstrap with the head of a Linux binary for a machine: 0xb7 is
// arm64, 0x3e x86_64 and 0xf3 RISC-V.
func binary(t *testing.T, machine byte) string {
	t.Helper()
	head := make([]byte, 64)
	copy(head, "\x7fELF\x02\x01\x01")
	head[16], head[18], head[20], head[52] = 2, machine, 1, 64
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "bootstrap"), head, 0o755); err != nil {
		t.Fatal(err)
	}
	return directory
}

func TestABinaryFitsItsFunction(t *testing.T) {
	script := t.TempDir()
	if err := os.WriteFile(filepath.Join(script, "bootstrap"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, directory string
		architecture    Architecture
		says            string // empty: accepted
	}{
		{"arm64 on arm64", binary(t, 0xb7), ARM64, ""},
		{"x86_64 on x86_64", binary(t, 0x3e), X8664, ""},
		{"arm64 on x86_64", binary(t, 0xb7), X8664, "is built for arm64 and the function is for x86_64"},
		{"x86_64 on arm64", binary(t, 0x3e), ARM64, "is built for x86_64 and the function is for arm64"},
		{"a machine that Lambda has not", binary(t, 0xf3), ARM64, "Lambda runs arm64 and x86_64"},
		{"a script", script, X8664, ""},
	} {
		err := checkBootstrap(test.directory, test.architecture)
		if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.says)
		}
	}
}

func TestTheArchitectureIsThatOfTheHandlers(t *testing.T) {
	handlers := t.TempDir()
	if got := builtFor(handlers); got != ARM64 {
		t.Errorf("without handlers it is %s", got)
	}
	if err := os.Rename(binary(t, 0x3e), filepath.Join(handlers, "plan")); err != nil {
		t.Fatal(err)
	}
	if got := builtFor(handlers); got != X8664 {
		t.Errorf("with handlers for x86_64 it is %s", got)
	}
}
