package jsonata

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

//go:embed jsonata-2.0.6.min.js
var reference string

//go:embed extras.js
var extras string

// Limits of one evaluation. AWS documents neither; they keep an endless
// expression from holding an execution, and the local cloud, for ever.
const (
	// DefaultLimit is wall time, long enough for a busy machine: it ends an
	// expression that loops for ever, and no other.
	DefaultLimit = time.Minute
	// maxFrames bounds recursion, in call frames of the interpreter.
	maxFrames = 10_000
)

// ErrUnsupportedResult reports a result that is not JSON: a function.
var ErrUnsupportedResult = errors.New("the result is a function, which is not a JSON value")

// Options of an Engine. The zero value serves.
type Options struct {
	// Now is the time that $now() and $millis() tell; time.Now when nil.
	Now func() time.Time
	// Limit is the wall time that one evaluation may take; DefaultLimit when 0.
	Limit time.Duration
	// Runtimes is how many evaluations run at once; the number of processors
	// when 0.
	Runtimes int
}

// Engine evaluates expressions. It is safe for concurrent use.
type Engine struct {
	now      func() time.Time
	limit    time.Duration
	programs func() ([]*goja.Program, error)
	slots    chan *vm // holds nil for a runtime not yet made
}

// New returns an engine. Nothing is compiled before the first use.
func New(options Options) *Engine {
	e := &Engine{now: options.Now, limit: options.Limit, programs: sync.OnceValues(compile)}
	if e.now == nil {
		e.now = time.Now
	}
	if e.limit == 0 {
		e.limit = DefaultLimit
	}
	size := options.Runtimes
	if size == 0 {
		size = runtime.GOMAXPROCS(0)
	}
	e.slots = make(chan *vm, size)
	for range size {
		e.slots <- nil
	}
	return e
}

func compile() ([]*goja.Program, error) {
	engine, err := goja.Compile("jsonata.js", reference, false)
	if err != nil {
		return nil, fmt.Errorf("compile the reference engine: %w", err)
	}
	around, err := goja.Compile("extras.js", extras, true)
	if err != nil {
		return nil, fmt.Errorf("compile the additions: %w", err)
	}
	return []*goja.Program{engine, around}, nil
}

// Check compiles an expression and returns its syntax tree, as JSON values. The
// error is an *Error where the expression is at fault.
func (e *Engine) Check(source string) (map[string]any, error) {
	machine, err := e.take()
	if err != nil {
		return nil, err
	}
	answer, err := machine.call(e.limit, machine.check, machine.runtime.ToValue(source))
	e.give(machine)
	if err != nil {
		return nil, err
	}
	if failure := answer.Get("error"); failure != nil {
		return nil, asError(failure)
	}
	tree := map[string]any{}
	if err := json.Unmarshal([]byte(answer.Get("ast").String()), &tree); err != nil {
		return nil, fmt.Errorf("read the syntax tree of %q: %w", source, err)
	}
	return tree, nil
}

// take waits for a free runtime and makes one where there is none yet.
func (e *Engine) take() (*vm, error) {
	machine := <-e.slots
	if machine != nil {
		return machine, nil
	}
	programs, err := e.programs()
	if err == nil {
		machine, err = newVM(programs, e.now)
	}
	if err != nil {
		e.slots <- nil
		return nil, err
	}
	return machine, nil
}

// give returns a runtime; one that was interrupted is dropped, since its
// pending jobs would run on.
func (e *Engine) give(machine *vm) {
	if machine.spent {
		machine = nil
	}
	e.slots <- machine
}

func asError(value goja.Value) *Error {
	object, ok := value.(*goja.Object)
	if !ok {
		return &Error{Message: value.String()}
	}
	return &Error{Code: object.Get("code").String(), Message: strings.TrimSpace(object.Get("message").String())}
}
