package asl

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"weir/localcloud/internal/jsonata"
	"weir/localcloud/internal/ordered"
)

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// expressions checks every expression, path and template of a state.
func (p *parser) expressions(s *State) {
	p.reservedError(s)
	if s.JSONata {
		p.jsonataFields(s)
		return
	}
	p.pathFields(s)
	p.warnings(s)
}

func (p *parser) jsonataFields(s *State) {
	for _, field := range sorted(s.Fields) {
		if field != "Resource" {
			p.jsonata(s.Fields[field], s.path+"/"+field)
		}
	}
	for i, rule := range s.Choices {
		path := s.path + index("/Choices", i)
		p.jsonata(rule.Condition, path+"/Condition")
		for _, field := range sorted(rule.Fields) {
			p.jsonata(rule.Fields[field], path+"/"+field)
		}
	}
	for i, catcher := range s.Catch {
		for _, field := range sorted(catcher.Fields) {
			p.jsonata(catcher.Fields[field], s.path+index("/Catch", i)+"/"+field)
		}
	}
}

// jsonata checks the expressions of a template.
func (p *parser) jsonata(template any, path string) {
	switch template := template.(type) {
	case *ordered.Object:
		for name, member := range template.All() {
			p.jsonata(member, path+"/"+name)
		}
	case []any:
		for i, member := range template {
			p.jsonata(member, path+fmt.Sprintf("[%d]", i))
		}
	case string:
		switch {
		case isExpression(template):
			p.expression(Expression(template), path)
		case strings.HasPrefix(template, "{%") || strings.HasSuffix(template, "%}"):
			p.schema(path, "A JSONata expression must start with '{%%' and end with '%%}'")
		}
	}
}

// expression compiles an expression and refuses what AWS does not offer it: a
// context to read names from, and errorOutput outside of a Catch.
func (p *parser) expression(source, path string) {
	if p.checker == nil {
		return
	}
	tree, err := p.checker.Check(source)
	failure, ok := errors.AsType[*jsonata.Error](err)
	switch {
	case ok:
		p.report(InvalidJSONata, path, "%s", failure.Message)
		return
	case err != nil:
		p.report(InvalidJSONata, path, "%v", err)
		return
	}
	seen := map[string]bool{}
	references(tree, false, func(name string) {
		if !seen[name] {
			seen[name] = true
			p.report(UnsupportedJSONata, path, "Reference to '%s' at the top level is not supported.", name)
		}
	})
	if !strings.Contains(path, "/Catch[") && readsErrorOutput(tree) {
		p.report(UnsupportedJSONata, path, "Reference to '$states.errorOutput' is only supported in a Catch.")
	}
}

// Expression is the JSONata source within {% %}.
func Expression(text string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "{%"), "%}"))
}

// IsExpression tells whether a string is a JSONata expression in {% %}.
func IsExpression(text string) bool { return isExpression(text) }

// ParseTime reads a timestamp as the language has them: RFC 3339 with an upper
// case T, and Z or an offset.
func ParseTime(text string) (time.Time, error) {
	return time.Parse(time.RFC3339Nano, text)
}

func sorted(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
