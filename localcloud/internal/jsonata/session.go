package jsonata

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/dop251/goja"

	"weir/localcloud/internal/ordered"
)

// Values are what expressions read, by variable name without its dollar sign.
// A value of type Values is an object whose members are converted only when
// read ($states is one); anything else is a JSON value as package ordered has
// them.
type Values map[string]any

// Session evaluates several expressions against the same values, converting
// each value at most once. It may keep a runtime of the engine to itself until
// Close, so keep it short and have only one at a time in a goroutine.
type Session struct {
	engine  *Engine
	machine *vm
	values  Values
	frame   goja.Value
	failed  error // a value that is not JSON
}

// Session opens a session. It takes a runtime when an expression first needs
// one, waiting for a free one.
func (e *Engine) Session(values Values) *Session {
	return &Session{engine: e, values: values}
}

// Close gives the runtime back.
func (s *Session) Close() {
	if s.machine != nil {
		s.engine.give(s.machine)
		s.machine = nil
	}
}

// Eval evaluates an expression (without its {% %}). The second result is false
// where JSONata returns nothing. Errors of the expression are *Error. The value
// may be a part of the session's values: do not change it.
func (s *Session) Eval(source string) (any, bool, error) {
	if value, defined, ok := shortcut(source, s.values); ok {
		return value, defined, nil
	}
	return s.evaluate(source)
}

// evaluate runs an expression in the engine.
func (s *Session) evaluate(source string) (any, bool, error) {
	if err := s.open(); err != nil {
		return nil, false, err
	}
	answer, err := s.machine.call(s.engine.limit, s.machine.evaluate, s.machine.runtime.ToValue(source), s.frame)
	switch {
	case s.failed != nil:
		return nil, false, s.failed
	case err != nil:
		return nil, false, err
	case !answer.Get("settled").ToBoolean():
		s.machine.spent = true
		return nil, false, &Error{Message: "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive."}
	case answer.Get("error") != nil:
		return nil, false, asError(answer.Get("error"))
	case answer.Get("unsupported") != nil:
		return nil, false, ErrUnsupportedResult
	case answer.Get("json") == nil:
		return nil, false, nil
	}
	value, err := ordered.Decode(answer.Get("json").String())
	if err != nil {
		return nil, false, fmt.Errorf("read the result of %q: %w", source, err)
	}
	return value, true, nil
}

// open makes the frame of the session's values, again if an interruption cost
// the session its runtime.
func (s *Session) open() error {
	if s.machine != nil && s.machine.spent {
		s.Close()
	}
	if s.machine == nil {
		machine, err := s.engine.take()
		if err != nil {
			return err
		}
		s.machine, s.frame = machine, nil
	}
	if s.frame != nil {
		return nil
	}
	names := []any{}
	values := []any{}
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		value := s.values[name]
		members, isObject := value.(Values)
		if !isObject {
			names, values = append(names, []any{name}), append(values, value)
			continue
		}
		for _, member := range slices.Sorted(maps.Keys(members)) {
			names, values = append(names, []any{name, member}), append(values, members[member])
		}
	}
	load := func(i int) string {
		text, err := json.Marshal(values[i])
		if err != nil {
			s.failed = fmt.Errorf("convert %v: %w", names[i], err)
			return "null"
		}
		return string(text)
	}
	runtime := s.machine.runtime
	frame, err := s.machine.call(s.engine.limit, s.machine.frame, runtime.ToValue(names), runtime.ToValue(load))
	if err != nil {
		return fmt.Errorf("bind the values: %w", err)
	}
	s.frame = frame
	return nil
}
