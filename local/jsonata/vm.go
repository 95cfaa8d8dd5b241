package jsonata

import (
	"crypto/md5"  // #nosec: $hash offers it
	"crypto/rand" //
	"crypto/sha1" // #nosec: $hash offers it
	"crypto/sha256"
	"crypto/sha512"
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
		m.runtime.Interrupt(fmt.Sprintf("the evaluation took longer than %v", limit))
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
		"seeded": func(seed float64) float64 {
			bits := math.Float64bits(seed)
			return mathrand.New(mathrand.NewPCG(bits, bits^0x9e3779b97f4a7c15)).Float64()
		},
		"uuid": uuid,
	} {
		if err := object.Set(name, function); err != nil {
			panic(err) // a fresh object takes any member
		}
	}
	return object
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
