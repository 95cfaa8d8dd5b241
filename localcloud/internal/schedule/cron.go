package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Cron reads cron(0 12 * * ? *), in the time of a zone. A time that the zone
// skips in spring is skipped; one that it has twice in autumn counts once.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func Cron(expression string, zone *time.Location) (Next, error) {
	body, ok := strings.CutPrefix(expression, "cron(")
	fields := strings.Fields(strings.TrimSuffix(body, ")"))
	if !ok || !strings.HasSuffix(body, ")") || len(fields) != 6 {
		return nil, fmt.Errorf("%s is not cron(...) with six fields", expression)
	}
	next, err := parseCron(fields)
	if err != nil {
		return nil, err
	}
	return func(after time.Time) (time.Time, bool) {
		face := onTheWall(after.In(zone), time.UTC)
		for {
			var ok bool
			if face, ok = next(face); !ok {
				return time.Time{}, false
			}
			at := firstShown(face, zone)
			if at.After(after) && onTheWall(at, time.UTC).Equal(face) {
				return at.UTC(), true
			}
		}
	}, nil
}

// firstShown is the first of the times at which clocks in a zone show a face:
// Go does not say which of two it answers.
func firstShown(face time.Time, zone *time.Location) time.Time {
	at := onTheWall(face, zone)
	_, offset := at.Add(-24 * time.Hour).Zone()
	if earlier := face.Add(-time.Duration(offset) * time.Second).In(zone); earlier.Before(at) && onTheWall(earlier, time.UTC).Equal(face) {
		return earlier
	}
	return at
}

// onTheWall is the time at which clocks in a zone show what a clock showed at
// that time.
func onTheWall(at time.Time, zone *time.Location) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), zone)
}

// cronField is the set of values that a field allows.
type cronField map[int]bool

// parseCron reads the six fields; times that it takes and gives are what a clock
// shows, as if in UTC.
func parseCron(fields []string) (Next, error) {
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

// parseField reads lists, ranges and steps.
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
