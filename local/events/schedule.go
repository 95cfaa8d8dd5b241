package events

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// schedule says when a rule is next due, strictly after a time; ok is false when
// never again.
type schedule func(after time.Time) (next time.Time, ok bool)

var rateExpression = regexp.MustCompile(`^rate\((\d+) (minutes?|hours?|days?)\)$`)

// parseSchedule reads rate(5 minutes) and cron(0 12 * * ? *).
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
func parseSchedule(expression string, created time.Time) (schedule, error) {
	if parts := rateExpression.FindStringSubmatch(expression); parts != nil {
		n, err := strconv.Atoi(parts[1])
		unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[parts[2][0]]
		if err != nil || n < 1 || n > 1e6 || (n == 1) == strings.HasSuffix(parts[2], "s") {
			return nil, fmt.Errorf("%s is not a rate", expression)
		}
		every := time.Duration(n) * unit
		return func(after time.Time) (time.Time, bool) {
			passed := after.Sub(created)/every + 1
			return created.Add(passed * every), true //nolint:durationcheck // passed is a count: two durations divided
		}, nil
	}
	body, ok := strings.CutPrefix(expression, "cron(")
	fields := strings.Fields(strings.TrimSuffix(body, ")"))
	if !ok || !strings.HasSuffix(body, ")") || len(fields) != 6 {
		return nil, fmt.Errorf("%s is neither rate(...) nor cron(...) with six fields", expression)
	}
	return parseCron(fields)
}

// cronField is the set of values that a field allows.
type cronField map[int]bool

func parseCron(fields []string) (schedule, error) {
	names := []struct {
		name      string
		low, high int
		words     string
	}{
		{"minutes", 0, 59, ""}, {"hours", 0, 23, ""}, {"day of month", 1, 31, ""},
		{"month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"},
		{"day of week", 1, 7, "SUN MON TUE WED THU FRI SAT"}, {"year", 1970, 2199, ""},
	}
	sets := make([]cronField, len(names))
	days := func(at time.Time) bool { return sets[2][at.Day()] && sets[4][int(at.Weekday())+1] }
	for i, n := range names {
		if special := specialDay(i, fields[i], strings.Fields(n.words)); special != nil {
			other := 6 - i // the other of the two day fields is ?
			days = func(at time.Time) bool { return fields[other] == "?" && special(at) }
			continue
		}
		set, err := parseField(fields[i], n.low, n.high, strings.Fields(n.words))
		if err != nil {
			return nil, fmt.Errorf("cron's %s: %w", n.name, err)
		}
		sets[i] = set
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return nil, fmt.Errorf("one of cron's day of month and day of week must be ?, and not both")
	}
	return func(after time.Time) (time.Time, bool) {
		at := after.UTC().Truncate(time.Minute).Add(time.Minute)
		for at.Year() <= 2199 {
			switch {
			case !sets[5][at.Year()]:
				at = time.Date(at.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
			case !sets[3][int(at.Month())]:
				at = time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC)
			case !days(at):
				at = time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, time.UTC)
			case !sets[1][at.Hour()]:
				at = at.Truncate(time.Hour).Add(time.Hour)
			case !sets[0][at.Minute()]:
				at = at.Add(time.Minute)
			default:
				return at, true
			}
		}
		return time.Time{}, false
	}, nil
}

// parseField reads lists, ranges and steps; L, W and # are refused by name.
func parseField(text string, low, high int, words []string) (cronField, error) {
	set := cronField{}
	number := func(s string) (int, error) {
		for i, word := range words {
			if strings.EqualFold(word, s) {
				return low + i, nil
			}
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return 0, fmt.Errorf("%q is not from %d to %d", s, low, high)
		}
		return n, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			n, err := strconv.Atoi(stepText)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("%q has no step", part)
			}
			step = n
		}
		first, last := low, high
		if span != "*" && span != "?" {
			from, to, ranged := strings.Cut(span, "-")
			var err error
			if first, err = number(from); err != nil {
				return nil, err
			}
			last = first
			if stepped {
				last = high
			}
			if ranged {
				if last, err = number(to); err != nil {
					return nil, err
				}
			}
		}
		for n := first; n <= last; n += step {
			set[n] = true
		}
	}
	return set, nil
}
