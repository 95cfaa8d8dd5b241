package events

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
)

// input is what a target receives for an event.
func input(target types.Target, e event, ruleARN string) string {
	switch {
	case target.Input != nil:
		return *target.Input
	case target.InputPath != nil:
		return marshal(at(e.text, *target.InputPath))
	case target.InputTransformer != nil:
		return transform(*target.InputTransformer, e, ruleARN)
	}
	return string(e.text)
}

var placeholder = regexp.MustCompile(`<[A-Za-z0-9_.\-]+>`)

// predefined are the variables that every template may name.
var predefined = map[string]func(e event, ruleARN string) json.RawMessage{
	"aws.events.rule-arn": func(_ event, ruleARN string) json.RawMessage { return json.RawMessage(marshal(ruleARN)) },
	"aws.events.rule-name": func(_ event, ruleARN string) json.RawMessage {
		return json.RawMessage(marshal(ruleARN[strings.LastIndex(ruleARN, "/")+1:]))
	},
	"aws.events.event.ingestion-time": func(e event, _ string) json.RawMessage { return json.RawMessage(marshal(e.Time)) },
	"aws.events.event.json":           func(e event, _ string) json.RawMessage { return e.text },
	"aws.events.event":                func(e event, _ string) json.RawMessage { return e.bare() },
}

// checkInput refuses a target whose input is given twice, or whose template
// names what is not there.
func checkInput(target types.Target) error {
	given := 0
	for _, is := range []bool{target.Input != nil, target.InputPath != nil, target.InputTransformer != nil} {
		if is {
			given++
		}
	}
	if given > 1 {
		return api.Errorf("ValidationException", "Only one of Input, InputPath, or InputTransformer must be provided for target %s.", api.Deref(target.Id))
	}
	t := target.InputTransformer
	if t == nil {
		return nil
	}
	for _, found := range placeholder.FindAllString(api.Deref(t.InputTemplate), -1) {
		name := found[1 : len(found)-1]
		if _, mapped := t.InputPathsMap[name]; !mapped && predefined[name] == nil {
			return api.Errorf("ValidationException", "InputTemplate for target %s contains invalid placeholder %s.", api.Deref(target.Id), name)
		}
	}
	return nil
}

// transform fills a template: a variable inside quotes becomes text, one outside
// becomes JSON, and one that the event lacks becomes empty text.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
func transform(t types.InputTransformer, e event, ruleARN string) string {
	template := api.Deref(t.InputTemplate)
	var b strings.Builder
	last := 0
	for _, found := range placeholder.FindAllStringIndex(template, -1) {
		name := template[found[0]+1 : found[1]-1]
		var value json.RawMessage
		if path, mapped := t.InputPathsMap[name]; mapped {
			value = at(e.text, path)
		} else if of := predefined[name]; of != nil {
			value = of(e, ruleARN)
		}
		b.WriteString(template[last:found[0]])
		b.WriteString(filled(value, inQuotes(template[:found[0]])))
		last = found[1]
	}
	b.WriteString(template[last:])
	return b.String()
}

// inQuotes tells whether a template's next character is inside a JSON string.
func inQuotes(before string) bool {
	inside := false
	for i := 0; i < len(before); i++ {
		switch before[i] {
		case '\\':
			i++
		case '"':
			inside = !inside
		}
	}
	return inside
}

func filled(value json.RawMessage, quoted bool) string {
	switch {
	case value == nil:
		value = json.RawMessage(`""`)
	case quoted && value[0] != '"':
		value = json.RawMessage(marshal(string(value)))
	}
	if !quoted {
		return string(value)
	}
	return string(value[1 : len(value)-1]) // the quotes are the template's
}
