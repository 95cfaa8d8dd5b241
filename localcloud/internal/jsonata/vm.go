package jsonata

import (
	"crypto/md5" // #nosec: $hash offers it
	"crypto/rand"
	"crypto/sha1" // #nosec: $hash offers it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"time"

	"github.com/dop251/goja"
)

// vm is one JavaScript runtime with the engine loaded. It serves one goroutine
// at a time.
type vm struct {
	runtime  *goja.Runtime
	frame    goja.Callable
	check    goja.Callable
	evaluate goja.Callable
	spent    bool
}

func newVM(programs []*goja.Program, now func() time.Time) (*vm, error) {
	r := goja.New()
	r.SetMaxCallStackSize(maxFrames)
	r.SetTimeSource(now)
	if _, err := r.RunProgram(programs[0]); err != nil {
		return nil, fmt.Errorf("load the reference engine: %w", err)
	}
	// The engine takes base64 from a browser's window, which must not be there while it
	// loads: it would make itself a member of it.
	if err := r.Set("window", map[string]any{"btoa": btoa, "atob": atob}); err != nil {
		return nil, fmt.Errorf("prepare the runtime: %w", err)
	}
	around, err := r.RunProgram(programs[1])
	if err != nil {
		return nil, fmt.Errorf("load the additions: %w", err)
	}
	open, ok := goja.AssertFunction(around)
	if !ok {
		return nil, errors.New("load the additions: not a function")
	}
	made, err := open(goja.Undefined(), r.Get("jsonata"), host(r))
	if err != nil {
		return nil, fmt.Errorf("load the additions: %w", err)
	}
	machine := &vm{runtime: r}
	for name, function := range map[string]*goja.Callable{"frame": &machine.frame, "check": &machine.check, "evaluate": &machine.evaluate} {
		if *function, ok = goja.AssertFunction(made.ToObject(r).Get(name)); !ok {
			return nil, fmt.Errorf("load the additions: no function %s", name)
		}
	}
	return machine, nil
}

// call runs a function for at most limit of wall time.
func (m *vm) call(limit time.Duration, function goja.Callable, args ...goja.Value) (*goja.Object, error) {
	timer := time.AfterFunc(limit, func() {
		m.runtime.Interrupt("Expression evaluation timeout: Check for infinite loop")
	})
	answer, err := function(goja.Undefined(), args...)
	if !timer.Stop() {
		m.spent = true // interrupted, or about to be
	}
	if err != nil {
		m.spent = true
		var interrupted *goja.InterruptedError
		if errors.As(err, &interrupted) {
			return nil, &Error{Message: fmt.Sprint(interrupted.Value())}
		}
		return nil, &Error{Message: err.Error()}
	}
	return answer.ToObject(m.runtime), nil
}

// host is what the JavaScript side cannot do itself.
func host(r *goja.Runtime) *goja.Object {
	object := r.NewObject()
	for name, function := range map[string]any{
		"hash":   digest,
		"random": mathrand.Float64,
		"seeded": seeded,
		"uuid":   uuid,
	} {
		if err := object.Set(name, function); err != nil {
			panic(err) // a fresh object takes any member
		}
	}
	return object
}

// btoa encodes a string whose characters are bytes, as in a browser.
func btoa(text string) (string, error) {
	data := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return "", errors.New("the string has characters outside of the Latin1 range")
		}
		data = append(data, byte(r))
	}
	return base64.StdEncoding.EncodeToString(data), nil
}

// atob decodes to a string whose characters are bytes.
func atob(text string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("the string is not base64: %w", err)
	}
	runes := make([]rune, len(data))
	for i, b := range data {
		runes[i] = rune(b)
	}
	return string(runes), nil
}

// digest is the hash in lower-case hexadecimal, empty for an algorithm that
// Step Functions does not offer.
func digest(text, algorithm string) string {
	var sum []byte
	switch algorithm {
	case "MD5":
		s := md5.Sum([]byte(text)) // #nosec
		sum = s[:]
	case "SHA-1":
		s := sha1.Sum([]byte(text)) // #nosec
		sum = s[:]
	case "SHA-256":
		s := sha256.Sum256([]byte(text))
		sum = s[:]
	case "SHA-384":
		s := sha512.Sum384([]byte(text))
		sum = s[:]
	case "SHA-512":
		s := sha512.Sum512([]byte(text))
		sum = s[:]
	}
	return hex.EncodeToString(sum)
}

// uuid is a random (version 4) UUID.
func uuid() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, by its contract
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// seeded is a number from 0 to 1 that is the same for the same seed.
func seeded(seed float64) float64 {
	return mathrand.New(mathrand.NewPCG(math.Float64bits(seed), 0)).Float64()
}
