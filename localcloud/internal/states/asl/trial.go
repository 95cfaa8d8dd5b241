package asl

import "errors"

// ErrNoState says that a definition has no state of the name to be tested.
var ErrNoState = errors.New("no such state")

// ParseState reads one state that is to be tested: the definition of a state on
// its own or, with a name, the state of that name in a whole definition. Where a
// state on its own goes next is not checked, nor whether a Map state could be run.
func ParseState(text, name string, checker Checker) (*State, []Diagnostic, error) {
	p := &parser{checker: checker, trial: true}
	if name != "" {
		definition, found := p.parse(text)
		if definition == nil {
			return nil, found, nil
		}
		var named *State
		definition.walkStates(func(s *State) {
			if s.Name == name {
				named = s
			}
		})
		if named == nil {
			return nil, found, ErrNoState
		}
		return named, found, nil
	}
	root, fault := document(text)
	if fault != nil {
		return nil, []Diagnostic{*fault}, nil
	}
	p.machine, p.names = pathOnly, map[string]bool{}
	s := p.state("", root, "")
	if p.failed() {
		return nil, p.found, nil
	}
	return s, p.found, nil
}
