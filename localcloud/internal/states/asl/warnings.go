package asl

import (
	"strings"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/intrinsic"
)

// warnings tells what a JSONPath state may not have been meant to say: paths
// that are taken for plain text
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html).
func (p *parser) warnings(s *State) {
	for _, field := range sorted(s.Fields) {
		value, at := s.Fields[field], s.path+"/"+field
		switch field {
		case "Parameters", "ResultSelector", "ItemSelector", "Assign":
			p.plainPaths(value, at)
		case "Result":
			if holdsPath(value) {
				p.warn(StaticResult, at, "A path in the 'Result' of a Pass state is not evaluated")
			}
		case "Error", "Cause":
			if text, ok := value.(string); ok && isPath(text) {
				p.warn(NoPath, at, "The value looks like a path, but the name of the field '%s' does not end with 'Path'", field)
			}
		}
	}
	for i, choice := range s.Choices {
		p.comparedPaths(choice.Rule, s.path+index("/Choices", i))
	}
}

// reservedError warns of a Fail state whose error has a name that is the language's
// own: others must not begin so. What AWS does about it is not known.
// https://states-language.net/spec.html#error-names
func (p *parser) reservedError(s *State) {
	if name := s.Text("Error"); s.Type == Fail && strings.HasPrefix(name, "States.") {
		p.warn(ReservedError, s.path+"/Error", "Error names that begin with 'States.' are the language's own, such as '%s'. Choose another name", name)
	}
}

func (p *parser) plainPaths(value any, at string) {
	switch value := value.(type) {
	case *ordered.Object:
		for name, member := range value.All() {
			text, ok := member.(string)
			if ok && isPath(text) && !strings.HasSuffix(name, ".$") {
				p.warn(NoDollar, at+"/"+name, "The value looks like a path or a function, but the name of the field '%s' does not end with '.$'", name)
			}
			p.plainPaths(member, at+"/"+name)
		}
	case []any:
		for i, member := range value {
			p.plainPaths(member, index(at, i))
		}
	}
}

func (p *parser) comparedPaths(r *Rule, at string) {
	if r == nil {
		return
	}
	if text, ok := r.Operand.(string); ok && isPath(text) && !strings.HasSuffix(r.Operator, "Path") {
		p.warn(NoPath, at+"/"+r.Operator, "The value looks like a path, but the name of the field '%s' does not end with 'Path'", r.Operator)
	}
	for i, inner := range r.And {
		p.comparedPaths(inner, at+index("/And", i))
	}
	for i, inner := range r.Or {
		p.comparedPaths(inner, at+index("/Or", i))
	}
	p.comparedPaths(r.Not, at+"/Not")
}

// holdsPath tells whether a member of a template is to be evaluated.
func holdsPath(value any) bool {
	switch value := value.(type) {
	case *ordered.Object:
		for name, member := range value.All() {
			text, _ := member.(string)
			if strings.HasSuffix(name, ".$") && isPath(text) || holdsPath(member) {
				return true
			}
		}
	case []any:
		for _, member := range value {
			if holdsPath(member) {
				return true
			}
		}
	}
	return false
}

// isPath tells whether a text was hardly meant as it stands.
func isPath(text string) bool {
	return text == "$" || strings.HasPrefix(text, "$.") || strings.HasPrefix(text, "$$.") || intrinsic.Is(text) && strings.Contains(text, "(")
}
