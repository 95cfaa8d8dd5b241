package events

import (
	"encoding/json"
	"maps"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/local/api"
)

// input is what a target receives for an event.
func input(target types.Target, event map[string]any, ruleARN string) (string, error) {
	switch {
	case target.Input != nil:
		return *target.Input, nil
	case target.InputPath != nil:
		return marshal(at(event, *target.InputPath)), nil
	case target.InputTransformer != nil:
		return transform(*target.InputTransformer, event, ruleARN)
	}
	return marshal(event), nil
}

var placeholder = regexp.MustCompile(`<[A-Za-z0-9_.\-]+>`)

// transform fills a template: a variable inside quotes becomes text, one outside
// becomes JSON.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
func transform(t types.InputTransformer, event map[string]any, ruleARN string) (string, error) {
	template := *t.InputTemplate
	ruleName := ruleARN[strings.LastIndex(ruleARN, "/")+1:]
	reserved := map[string]any{
		"aws.events.rule-arn": ruleARN, "aws.events.rule-name": ruleName,
		"aws.events.event.ingestion-time": event["time"], "aws.events.event.json": event,
	}
	bare := maps.Clone(event)
	delete(bare, "detail")
	reserved["aws.events.event"] = bare
	var b strings.Builder
	last := 0
	for _, found := range placeholder.FindAllStringIndex(template, -1) {
		name := template[found[0]+1 : found[1]-1]
		value, known := reserved[name]
		if path, ok := t.InputPathsMap[name]; ok {
			value, known = at(event, path), true
		}
		if !known {
			return "", api.Errorf("ValidationException", "InputTemplate names <%s>, which InputPathsMap does not define", name)
		}
		b.WriteString(template[last:found[0]])
		b.WriteString(filled(value, inQuotes(template[:found[0]])))
		last = found[1]
	}
	b.WriteString(template[last:])
	return b.String(), nil
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

func filled(value any, quoted bool) string {
	if !quoted {
		return marshal(value)
	}
	text, ok := value.(string)
	if !ok {
		text = marshal(value)
	}
	inside := marshal(text)
	return inside[1 : len(inside)-1] // the quotes are the template's
}

// at finds a value by a JSON path of the simple kind: $.detail.items[0].name.
func at(event any, path string) any {
	value := event
	for part := range strings.SplitSeq(strings.TrimPrefix(strings.TrimPrefix(path, "$"), "."), ".") {
		name, index, indexed := strings.Cut(part, "[")
		if name != "" {
			object, ok := value.(map[string]any)
			if !ok {
				return nil
			}
			value = object[name]
		}
		if indexed {
			list, ok := value.([]any)
			n, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if !ok || err != nil || n < 0 || n >= len(list) {
				return nil
			}
			value = list[n]
		}
	}
	return value
}

func marshal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "null" // what came out of JSON goes back into it
	}
	return string(text)
}
