package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"weir/localcloud/internal/ordered"
)

// Checker compiles JSONata expressions; the engine of weir/local/jsonata is one.
type Checker interface {
	Check(source string) (map[string]any, error)
}

// Workflow is the type of a state machine, which decides what its definition
// may have.
type Workflow int

// The types of state machines.
const (
	Standard Workflow = iota
	Express
)

// Parse reads a definition. With diagnostics that are not warnings the
// definition is nil.
func Parse(text string, workflow Workflow, checker Checker) (*Definition, []Diagnostic) {
	return (&parser{checker: checker, workflow: workflow}).parse(text)
}

// Gaps are what a definition has that AWS takes and the local cloud does not,
// outside of expressions.
func Gaps(text string) []Diagnostic {
	_, found := Parse(text, Standard, nil)
	return slices.DeleteFunc(found, func(d Diagnostic) bool { return !d.Gap })
}

func (p *parser) parse(text string) (*Definition, []Diagnostic) {
	root, fault := document(text)
	if fault != nil {
		return nil, []Diagnostic{*fault}
	}
	definition := p.definition(root)
	if p.failed() {
		return nil, p.found
	}
	return definition, p.found
}

func (p *parser) failed() bool {
	return slices.ContainsFunc(p.found, func(d Diagnostic) bool { return !d.Warning })
}

// document reads the JSON object that a definition is.
func document(text string) (*ordered.Object, *Diagnostic) {
	if strings.TrimSpace(text) == "" {
		return nil, &Diagnostic{Code: SchemaFailed, Message: notAnObject}
	}
	if err := json.Unmarshal([]byte(text), &json.RawMessage{}); err != nil {
		return nil, &Diagnostic{Code: InvalidJSON, Message: err.Error()}
	}
	root, err := parseObject(text)
	if err != nil {
		return nil, &Diagnostic{Code: SchemaFailed, Message: notAnObject}
	}
	return root, nil
}

const notAnObject = "Definition must be a valid JSON object"

// parser turns ordered objects into the model and collects what is wrong.
type parser struct {
	checker  Checker
	workflow Workflow
	found    []Diagnostic
	machine  language // of the whole machine: pathOnly or jsonataOnly
	names    map[string]bool
}

func (p *parser) report(code, location, format string, args ...any) {
	if location == "" && code == SchemaFailed {
		location = "/" // the whole definition
	}
	p.found = append(p.found, Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Location: location})
}

// warn notes a finding that keeps no machine from being created.
func (p *parser) warn(code, location, format string, args ...any) {
	p.report(code, location, format, args...)
	p.found[len(p.found)-1].Warning = true
}

// gap notes what AWS takes and the local cloud does not.
func (p *parser) gap(location, format string, args ...any) {
	p.report(NotEmulated, location, format, args...)
	p.found[len(p.found)-1].Gap = true
}

// oneOf says which values a field may have.
func (p *parser) oneOf(path, field, values string) {
	p.schema(path+"/"+field, "The field '%s' should have one of these values: [%s]", field, values)
}

func (p *parser) schema(location, format string, args ...any) {
	p.report(SchemaFailed, location, format, args...)
}

func (p *parser) definition(root *ordered.Object) *Definition {
	p.names = map[string]bool{}
	p.known(root, "", "Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage")
	p.machine = p.queryLanguage(root, "", pathOnly)
	d := &Definition{Comment: p.text(root, "Comment", ""), JSONata: p.machine == jsonataOnly}
	if root.Has("TimeoutSeconds") {
		n, ok := integer(root.Get("TimeoutSeconds"))
		if !ok || n < 1 || n > 99999999 {
			p.schema("", "The value for the field 'TimeoutSeconds' must be an integer between 1 and 99999999")
		}
		d.TimeoutSeconds = int64(n)
	}
	if c := p.container(root, ""); c != nil {
		d.Container = *c
	}
	return d
}

func (p *parser) known(o *ordered.Object, path string, fields ...string) {
	for _, key := range o.Names() {
		if !contains(fields, key) {
			p.schema(path, "Field '%s' is not supported", key)
		}
	}
}

func (p *parser) require(o *ordered.Object, path string, fields ...string) bool {
	var missing []string
	for _, field := range fields {
		if !o.Has(field) {
			missing = append(missing, field)
		}
	}
	if len(missing) > 0 {
		p.schema(path, "These fields are required: [%s]", strings.Join(missing, ", "))
	}
	return len(missing) == 0
}

// text is a string member; another type is reported.
func (p *parser) text(o *ordered.Object, field, path string) string {
	value, ok := o.Lookup(field)
	if !ok {
		return ""
	}
	text, ok := value.(string)
	if !ok {
		p.schema(path+"/"+field, "Expected value of type String")
	}
	return text
}

func (p *parser) queryLanguage(o *ordered.Object, path string, otherwise language) language {
	if !o.Has("QueryLanguage") {
		return otherwise
	}
	switch o.Get("QueryLanguage") {
	case "JSONata":
		return jsonataOnly
	case "JSONPath":
		return pathOnly
	}
	p.oneOf(path, "QueryLanguage", "JSONPath, JSONata")
	return otherwise
}

// container reads StartAt and States of the machine, a branch or a processor.
func (p *parser) container(o *ordered.Object, path string) *Container {
	if !p.require(o, path, "States", "StartAt") {
		return nil
	}
	states, ok := o.Get("States").(*ordered.Object)
	if !ok || states.Len() == 0 {
		p.schema(path+"/States", "Expected value of type Object with at least one state")
		return nil
	}
	c := &Container{StartAt: p.text(o, "StartAt", path), States: map[string]*State{}, path: path}
	for name, state := range states.All() {
		at := path + "/States/" + name
		fields, ok := state.(*ordered.Object)
		if !ok {
			p.schema(at, "Expected value of type Object")
			continue
		}
		switch n := len([]rune(name)); {
		case n == 0:
			p.report(InvalidState, at, "The name of a state must have 1 to 80 characters")
		case n > 80:
			p.report(InvalidState, at, "Invalid State name: State '%s' exceeds the 80-character limit allowed by the service", name)
		}
		if p.names[name] {
			p.report(DuplicateState, at, "Duplicate State name: %s", name)
		}
		p.names[name] = true
		c.Names = append(c.Names, name)
		c.States[name] = p.state(name, fields, at)
	}
	if len(c.States) == states.Len() {
		p.transitions(c)
	}
	return c
}

func contains(list []string, s string) bool {
	for _, member := range list {
		if member == s {
			return true
		}
	}
	return false
}

func integer(value any) (int, bool) {
	n, ok := ordered.Number(value)
	if !ok || n != float64(int(n)) {
		return 0, false
	}
	return int(n), true
}

func isExpression(text string) bool {
	return strings.HasPrefix(text, "{%") && strings.HasSuffix(text, "%}") && len(text) >= 4
}
