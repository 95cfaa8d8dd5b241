package logs

import (
	"regexp"
	"strings"

	"weir/localcloud/internal/api"
)

var term = regexp.MustCompile(`([-?]?)("(?:[^"\\]|\\.)*"|[^\s"]+)`)

// compile reads a filter pattern of terms: all must occur, of those after a
// question mark one, those after a minus must not. Patterns on JSON fields, on
// columns and regular expressions are refused.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
func compile(pattern string) (func(message string) bool, error) {
	pattern = strings.TrimSpace(pattern)
	if pattern != "" && strings.ContainsAny(pattern[:1], "{[%") {
		return nil, api.Errorf("InvalidParameterException", "The local cloud supports filter patterns of terms only, not %q.", pattern)
	}
	var all, some, none []string
	for _, match := range term.FindAllStringSubmatch(pattern, -1) {
		text := strings.ReplaceAll(strings.Trim(match[2], `"`), `\"`, `"`)
		switch match[1] {
		case "-":
			none = append(none, text)
		case "?":
			some = append(some, text)
		default:
			all = append(all, text)
		}
	}
	return func(message string) bool {
		for _, text := range all {
			if !strings.Contains(message, text) {
				return false
			}
		}
		for _, text := range none {
			if strings.Contains(message, text) {
				return false
			}
		}
		for _, text := range some {
			if strings.Contains(message, text) {
				return true
			}
		}
		return len(some) == 0
	}, nil
}
