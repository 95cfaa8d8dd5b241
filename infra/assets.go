package infra

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
)

// checkBootstrap tells whether directory holds a built function for an
// architecture. Functions are built before synthesis, so that synthesis compiles
// nothing. A bootstrap that is no Linux binary, such as a script, or a build for a
// rehearsal on macOS, fits any architecture.
func checkBootstrap(directory string, architecture Architecture) error {
	file := filepath.Join(directory, "bootstrap")
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("%s cannot be read (%w); build the functions first, with: make build", file, err)
	}
	if info.IsDir() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is not an executable file; build the functions with: make build", file)
	}
	built, known, err := architectureOf(file)
	if err != nil {
		return err
	}
	if known && built != architecture {
		return fmt.Errorf("%s is built for %s and the function is for %s; give the folder that is built for %s, such as build/functions/%s after make %s, or set Architecture to %s",
			file, built, architecture, architecture, architecture, architecture, built)
	}
	return nil
}

// builtFor is the architecture of the built functions in a folder; arm64 where they
// do not tell.
func builtFor(handlers string) Architecture {
	for _, name := range []string{"plan", "alias"} {
		if built, known, err := architectureOf(filepath.Join(handlers, name, "bootstrap")); err == nil && known {
			return built
		}
	}
	return ARM64
}

// architectureOf reads what a Linux binary is built for; known is false for any
// other file.
func architectureOf(file string) (built Architecture, known bool, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", false, fmt.Errorf("read what %s is built for: %w", file, err)
	}
	if !bytes.HasPrefix(content, []byte(elf.ELFMAG)) {
		return "", false, nil
	}
	binary, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		return "", false, fmt.Errorf("read %s: %w", file, err)
	}
	switch binary.Machine {
	case elf.EM_AARCH64:
		return ARM64, true, nil
	case elf.EM_X86_64:
		return X8664, true, nil
	}
	return "", false, fmt.Errorf("%s is built for %s; Lambda runs %s and %s", file, binary.Machine, ARM64, X8664)
}
