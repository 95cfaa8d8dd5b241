package asl

import (
	"fmt"
	"strings"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/jsonpath"
)

// choices reads the rules of a Choice state.
func (p *parser) choices(s *State, o *ordered.Object) {
	if !p.require(o, s.path, "Choices") {
		return
	}
	s.Default = p.text(o, "Default", s.path)
	entries := p.entries(o, "Choices", s.path)
	if len(entries) == 0 {
		p.schema(s.path+"/Choices", "Expected value of type Array with at least one rule")
	}
	for i, entry := range entries {
		path := fmt.Sprintf("%s/Choices[%d]", s.path, i)
		p.require(entry, path, "Next")
		rule := ChoiceRule{Next: p.text(entry, "Next", path), Fields: map[string]any{}}
		for _, field := range []string{"Assign", "Output"} {
			if value, ok := entry.Lookup(field); ok {
				rule.Fields[field] = value
			}
		}
		if s.JSONata {
			p.known(entry, path, "Condition", "Next", "Assign", "Output", "Comment")
			p.require(entry, path, "Condition")
			rule.Condition = p.condition(entry, path)
		} else {
			rule.Rule = p.rule(entry, path, true)
		}
		s.Choices = append(s.Choices, rule)
	}
}

func (p *parser) condition(entry *ordered.Object, path string) any {
	value := entry.Get("Condition")
	switch value := value.(type) {
	case bool:
	case string:
		if !isExpression(value) {
			p.schema(path+"/Condition", "Expected value of type Boolean or a JSONata expression")
		}
	default:
		p.schema(path+"/Condition", "Expected value of type Boolean or a JSONata expression")
	}
	return value
}

// operators of JSONPath rules and the type each compares with; "" is any.
var operators = func() map[string]string {
	all := map[string]string{
		"IsNull": "boolean", "IsPresent": "boolean", "IsNumeric": "boolean", "IsString": "boolean",
		"IsBoolean": "boolean", "IsTimestamp": "boolean", "StringMatches": "string",
		"BooleanEquals": "boolean", "BooleanEqualsPath": "path",
	}
	for _, kind := range []string{"String", "Numeric", "Timestamp"} {
		operand := map[string]string{"String": "string", "Numeric": "number", "Timestamp": "timestamp"}[kind]
		for _, comparison := range []string{"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"} {
			all[kind+comparison] = operand
			all[kind+comparison+"Path"] = "path"
		}
	}
	return all
}()

func (p *parser) rule(o *ordered.Object, path string, top bool) *Rule {
	r := &Rule{}
	used := 0
	for key, value := range o.All() {
		switch key {
		case "Comment":
		case "Next", "Assign", "Output":
			if !top || key == "Output" {
				p.schema(path, "Field '%s' is not supported", key)
			}
		case "Variable":
			r.Variable = p.text(o, key, path)
		case "And", "Or":
			used++
			rules := p.rules(o, key, path)
			if key == "And" {
				r.And = rules
			} else {
				r.Or = rules
			}
		case "Not":
			used++
			if inner, ok := value.(*ordered.Object); ok {
				r.Not = p.rule(inner, path+"/Not", false)
			} else {
				p.schema(path+"/Not", "Expected value of type Object")
			}
		default:
			operand, ok := operators[key]
			if !ok {
				p.schema(path, "Field '%s' is not supported", key)
				continue
			}
			used++
			r.Operator, r.Operand = key, value
			p.operand(r, operand, path+"/"+key)
		}
	}
	switch {
	case used != 1:
		p.schema(path, "A choice rule needs exactly one comparison operator")
	case r.Operator != "" && r.Variable == "":
		p.schema(path, "These fields are required: [Variable]")
	case r.Variable != "":
		p.comparable(r.Variable, path+"/Variable")
	}
	return r
}

// comparable checks that a path names a single place, as those of rules must.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
func (p *parser) comparable(text, at string) {
	if path, err := jsonpath.Parse(text); err != nil || !path.Single() {
		p.schema(at, "Value is not a Reference Path")
	}
}

func (p *parser) rules(o *ordered.Object, key, path string) []*Rule {
	entries := p.entries(o, key, path)
	if len(entries) == 0 {
		p.schema(path+"/"+key, "Expected value of type Array with at least one rule")
	}
	rules := make([]*Rule, len(entries))
	for i, entry := range entries {
		rules[i] = p.rule(entry, fmt.Sprintf("%s/%s[%d]", path, key, i), false)
	}
	return rules
}

func (p *parser) operand(r *Rule, kind, path string) {
	ok := true
	switch kind {
	case "boolean":
		_, ok = r.Operand.(bool)
	case "number":
		_, ok = ordered.Number(r.Operand)
	case "string":
		_, ok = r.Operand.(string)
	case "timestamp":
		var text string
		if text, ok = r.Operand.(string); ok {
			_, err := ParseTime(text)
			ok = err == nil
		}
	case "path":
		var text string
		if text, ok = r.Operand.(string); ok {
			p.comparable(text, path)
		}
	}
	if !ok {
		p.schema(path, "Expected value of type %s", strings.ToUpper(kind[:1])+kind[1:])
	}
}
