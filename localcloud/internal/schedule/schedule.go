// Package schedule reads the schedule expressions that EventBridge's rules and
// EventBridge Scheduler have in common: rate, cron and at.
package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Next says when something is next due, strictly after a time; ok is false when
// never again.
type Next func(after time.Time) (next time.Time, ok bool)

var rateExpression = regexp.MustCompile(`^rate\((\d+) (minutes?|hours?|days?)\)$`)

// Parse reads the schedule of a rule: rate(5 minutes), first due when so much
// has passed since a time, or cron(0 12 * * ? *) in UTC.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
func Parse(expression string, since time.Time) (Next, error) {
	if strings.HasPrefix(expression, "cron(") {
		return Cron(expression, time.UTC)
	}
	every, err := Rate(expression)
	if err != nil {
		return nil, fmt.Errorf("%s is neither rate(...) nor cron(...)", expression)
	}
	// A rule, unlike a Scheduler schedule, has to say rate(1 minute).
	if strings.HasPrefix(expression, "rate(1 ") == strings.HasSuffix(expression, "s)") {
		return nil, fmt.Errorf("%s is not a rate", expression)
	}
	return Every(every, since.Add(every)), nil
}

// Rate reads rate(5 minutes).
func Rate(expression string) (time.Duration, error) {
	parts := rateExpression.FindStringSubmatch(expression)
	if parts == nil {
		return 0, fmt.Errorf("%s is not a rate", expression)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil || n < 1 || n > 1e5 {
		return 0, fmt.Errorf("%s is not a rate", expression)
	}
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[parts[2][0]]
	return time.Duration(n) * unit, nil
}

// Every is due at a first time and then at equal distances.
func Every(every time.Duration, first time.Time) Next {
	return func(after time.Time) (time.Time, bool) {
		if after.Before(first) {
			return first, true
		}
		passed := after.Sub(first)/every + 1
		return first.Add(passed * every), true //nolint:durationcheck // passed is a count: two durations divided
	}
}

// At reads at(2026-11-20T13:00:00), in the time of a zone. It is due once.
func At(expression string, zone *time.Location) (time.Time, error) {
	text, ok := strings.CutPrefix(expression, "at(")
	text, closed := strings.CutSuffix(text, ")")
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, zone)
	if !ok || !closed || err != nil {
		return time.Time{}, fmt.Errorf("%s is not at(yyyy-mm-ddThh:mm:ss)", expression)
	}
	return at.UTC(), nil
}
