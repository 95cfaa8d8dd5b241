package runtime

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"syscall"
)

// host is this machine, in Go's words.
const host = goruntime.GOOS + "/" + goruntime.GOARCH

// ForeignError is a bootstrap that this machine cannot execute.
type ForeignError struct {
	Built string // what it is built for, in Go's words, as "linux/arm64"
}

// Error says what to do, too.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("exec format error: the bootstrap is for %s, this machine is %s; build it with GOOS=%s GOARCH=%s (Weir's own functions: make host), whatever architecture the function has on AWS",
		e.Built, host, goruntime.GOOS, goruntime.GOARCH)
}

// CheckBootstrap tells with a ForeignError that the package in a folder brings a
// bootstrap for another machine. It starts nothing. A package without one is
// right to it: that is Lambda's to say, at an invocation.
func CheckBootstrap(runtime, folder string) error {
	if l, known := languageOf(runtime); !known || len(l.command) > 0 {
		return nil
	}
	file, err := os.Open(filepath.Join(folder, "bootstrap"))
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }() // only read
	head := make([]byte, 20)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	if built := builtFor(head[:n]); built != "" && !runsHere(built, head[:n]) {
		return &ForeignError{Built: built}
	}
	return nil
}

// builtFor reads from the first bytes of a program what it is built for; nothing
// when they are no program's.
func builtFor(head []byte) string {
	switch {
	case len(head) >= 20 && bytes.HasPrefix(head, []byte(elf.ELFMAG)):
		order := binary.ByteOrder(binary.LittleEndian)
		if head[elf.EI_DATA] == byte(elf.ELFDATA2MSB) {
			order = binary.BigEndian
		}
		switch machine := elf.Machine(order.Uint16(head[18:])); machine {
		case elf.EM_X86_64:
			return "linux/amd64"
		case elf.EM_AARCH64:
			return "linux/arm64"
		default:
			return "linux/" + strings.ToLower(strings.TrimPrefix(machine.String(), "EM_"))
		}
	case bytes.HasPrefix(head, []byte{0xcf, 0xfa, 0xed, 0xfe}) && len(head) >= 8:
		if head[4] == 0x0c { // the processor's number, of arm64 in 64 bits
			return "darwin/arm64"
		}
		return "darwin/amd64"
	case bytes.HasPrefix(head, []byte("MZ")):
		return "windows"
	}
	return ""
}

// runsHere tells whether this machine executes a program, by itself or with an
// emulator that its system was told of.
func runsHere(built string, head []byte) bool {
	if built == host || built == "darwin/amd64" && host == "darwin/arm64" { // Rosetta's
		return true
	}
	rules, err := filepath.Glob("/proc/sys/fs/binfmt_misc/*")
	if err != nil {
		return false
	}
	for _, path := range rules {
		if rule, err := os.ReadFile(path); err == nil && emulates(string(rule), head) {
			return true
		}
	}
	return false
}

// emulates tells whether a rule of binfmt_misc executes programs that begin so.
// https://docs.kernel.org/admin-guide/binfmt-misc.html
func emulates(rule string, head []byte) bool {
	var magic, mask []byte
	enabled, plain := false, true
	for line := range strings.Lines(rule) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "enabled":
			enabled = true
		case "offset":
			plain = value == "0"
		case "magic":
			magic, _ = hex.DecodeString(value)
		case "mask":
			mask, _ = hex.DecodeString(value)
		}
	}
	if !enabled || !plain || len(magic) == 0 || len(magic) > len(head) {
		return false
	}
	for i, b := range magic {
		m := byte(0xff)
		if i < len(mask) {
			m = mask[i]
		}
		if head[i]&m != b&m {
			return false
		}
	}
	return true
}

// notStarted tells why a bootstrap could not be started, by the path that it has
// on Lambda.
func (s Spec) notStarted(err error) error {
	if foreign := CheckBootstrap(s.Runtime, s.Directory); foreign != nil {
		return fmt.Errorf("fork/exec /var/task/bootstrap: %w", foreign)
	}
	if errors.Is(err, syscall.ENOEXEC) {
		return fmt.Errorf("fork/exec /var/task/bootstrap: %w: it is neither a program nor a script that begins with #!", syscall.ENOEXEC)
	}
	return err
}
