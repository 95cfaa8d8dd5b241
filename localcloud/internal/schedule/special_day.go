package schedule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	nearestWeekday = regexp.MustCompile(`^([1-9]|[12]\d|3[01])W$`)
	lastOfMonth    = regexp.MustCompile(`^([1-7]|[A-Za-z]{3})L$`)
	nthOfMonth     = regexp.MustCompile(`^([1-7]|[A-Za-z]{3})#([1-5])$`)
)

// specialDay reads L and 15W in the day of month (field 2), L, 6L and 6#3 in
// the day of week (field 4); nil is for everything else.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
func specialDay(field int, text string, words []string) func(at time.Time) bool {
	weekday := func(name string) int {
		if n, err := strconv.Atoi(name); err == nil {
			return n
		}
		return slices.Index(words, strings.ToUpper(name)) + 1 // 0 is no day
	}
	switch {
	case field == 2 && text == "L":
		return func(at time.Time) bool { return at.Day() == daysIn(at) }
	case field == 4 && text == "L":
		return func(at time.Time) bool { return at.Weekday() == time.Saturday }
	}
	if parts := nearestWeekday.FindStringSubmatch(text); field == 2 && parts != nil {
		day, err := strconv.Atoi(parts[1])
		if err != nil {
			return nil
		}
		return func(at time.Time) bool { return at.Day() == nearest(at, day) }
	}
	if parts := lastOfMonth.FindStringSubmatch(text); field == 4 && parts != nil && weekday(parts[1]) > 0 {
		day := weekday(parts[1])
		return func(at time.Time) bool { return int(at.Weekday())+1 == day && at.Day()+7 > daysIn(at) }
	}
	if parts := nthOfMonth.FindStringSubmatch(text); field == 4 && parts != nil && weekday(parts[1]) > 0 {
		day, nth := weekday(parts[1]), int(parts[2][0]-'0')
		return func(at time.Time) bool { return int(at.Weekday())+1 == day && (at.Day()-1)/7+1 == nth }
	}
	return nil
}

func daysIn(at time.Time) int {
	return time.Date(at.Year(), at.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// nearest is the weekday of the month that is nearest to a day; 0 where the
// month has no such day.
func nearest(at time.Time, day int) int {
	last := daysIn(at)
	if day > last {
		return 0
	}
	switch time.Date(at.Year(), at.Month(), day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == last {
			return day - 2
		}
		return day + 1
	}
	return day
}
