package asl

import (
	"errors"
	"fmt"
	"strings"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/intrinsic"
	"weir/localcloud/internal/states/jsonpath"
)

// pathFields checks the paths and payload templates of a JSONPath state.
func (p *parser) pathFields(s *State) {
	for _, field := range sorted(s.Fields) {
		value, at := s.Fields[field], s.path+"/"+field
		switch field {
		case "InputPath", "OutputPath":
			p.optionalPath(value, at)
		case "ResultPath":
			p.referencePath(value, at)
		case "Parameters", "ResultSelector", "ItemSelector", "Assign":
			p.template(value, at)
		case "Timestamp":
			text, _ := value.(string)
			if _, err := ParseTime(text); err != nil {
				p.schema(at, "Expected a timestamp in RFC3339 format")
			}
		case "Error", "Cause":
			if _, ok := value.(string); !ok {
				p.schema(at, "Expected value of type String")
			}
		default:
			if strings.HasSuffix(field, "Path") {
				p.requiredPath(value, at)
			}
		}
	}
	for i, rule := range s.Choices {
		if value, ok := rule.Fields["Assign"]; ok {
			p.template(value, s.path+index("/Choices", i)+"/Assign")
		}
	}
	for i, catcher := range s.Catch {
		at := s.path + index("/Catch", i)
		if value, ok := catcher.Fields["Assign"]; ok {
			p.template(value, at+"/Assign")
		}
		if value, ok := catcher.Fields["ResultPath"]; ok {
			p.referencePath(value, at+"/ResultPath")
		}
	}
}

func (p *parser) optionalPath(value any, at string) {
	if value != nil {
		p.requiredPath(value, at)
	}
}

func (p *parser) requiredPath(value any, at string) {
	text, ok := value.(string)
	if !ok {
		p.schema(at, "Expected value of type String")
		return
	}
	p.path(text, at)
}

// path checks a path or, as some fields allow, an intrinsic function.
func (p *parser) path(text, at string) {
	if !p.validPath(text, at) {
		p.schema(at, "Value is not a valid JSONPath")
	}
}

// validPath tells whether AWS takes a path or a function. One that the local cloud
// lacks it notes as a gap.
func (p *parser) validPath(text, at string) bool {
	var err error
	if intrinsic.Is(text) {
		_, err = intrinsic.Parse(text)
	} else {
		_, err = jsonpath.Parse(text)
	}
	if gap, ok := errors.AsType[*jsonpath.GapError](err); ok {
		p.gap(at, "%s", gap)
		return true
	}
	return err == nil
}

func (p *parser) referencePath(value any, at string) {
	if value == nil {
		return
	}
	text, _ := value.(string)
	path, err := jsonpath.Parse(text)
	if err != nil || path.Root != jsonpath.Input {
		p.schema(at, "Value is not a Reference Path")
		return
	}
	if _, ok := path.Names(); !ok {
		p.schema(at, "Value is not a Reference Path")
	}
}

// template checks that every member ending in ".$" holds a path or a function.
// AWS gives the template's place, not the member's.
func (p *parser) template(value any, at string) {
	switch value := value.(type) {
	case *ordered.Object:
		for name, member := range value.All() {
			if !strings.HasSuffix(name, ".$") {
				p.template(member, at+"/"+name)
				continue
			}
			text, ok := member.(string)
			if !ok || !p.validPath(text, at) {
				p.schema(at, "The value for the field '%s' must be a valid JSONPath or a valid intrinsic function call", name)
			}
		}
	case []any:
		for i, member := range value {
			p.template(member, fmt.Sprintf("%s[%d]", at, i))
		}
	}
}
