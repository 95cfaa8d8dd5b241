package schedule

import (
	"testing"
	"time"
)

func TestSchedules(t *testing.T) {
	created := time.Date(2026, 1, 30, 10, 7, 30, 0, time.UTC) // a Friday
	for expression, want := range map[string]string{
		"rate(5 minutes)":             "2026-01-30T10:12:30Z",
		"rate(1 day)":                 "2026-01-31T10:07:30Z",
		"cron(0/15 * * * ? *)":        "2026-01-30T10:15:00Z",
		"cron(0 12 * * ? *)":          "2026-01-30T12:00:00Z",
		"cron(0 8 1 * ? *)":           "2026-02-01T08:00:00Z",
		"cron(15 9 ? * MON-FRI *)":    "2026-02-02T09:15:00Z",
		"cron(0 0 29 FEB ? *)":        "2028-02-29T00:00:00Z",
		"cron(0 0 L * ? *)":           "2026-01-31T00:00:00Z",
		"cron(0 0 ? * 6L *)":          "2026-02-27T00:00:00Z",
		"cron(0 0 ? * 2#1 *)":         "2026-02-02T00:00:00Z",
		"cron(0 0 ? 3 TUE#3 *)":       "2026-03-17T00:00:00Z",
		"cron(0 0 1W 2 ? *)":          "2026-02-02T00:00:00Z",
		"cron(0 0 15W 2 ? *)":         "2026-02-16T00:00:00Z",
		"cron(0 10 ? * 6L 2026-2027)": "2026-02-27T10:00:00Z",
	} {
		parsed, err := Parse(expression, created)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if next, ok := parsed(created); !ok || next.Format(time.RFC3339) != want {
			t.Errorf("%s is next due %v, want %s", expression, next, want)
		}
	}
	for _, expression := range []string{"", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "cron(* * * * *)", "cron(0 0 1 * 1 *)", "cron(0 0 ? * ? *)",
		"cron(60 0 * * ? *)", "cron(0 0 ? * 2#6 *)", "cron(L 0 * * ? *)", "cron(0 0 32W * ? *)", "cron(0 0 * * ? *"} {
		if _, err := Parse(expression, created); err == nil {
			t.Errorf("%s was accepted", expression)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("cron(0/15 10-12 ? JAN,MAR MON#2 2026)")
	f.Add("rate(5 minutes)")
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expression string) {
		if parsed, err := Parse(expression, start); err == nil {
			if next, ok := parsed(start); ok && !next.After(start) {
				t.Errorf("%s is due at %v, not after %v", expression, next, start)
			}
		}
	})
}

func TestCronInAZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err) // a machine without time zones
	}
	for _, c := range []struct{ expression, after, want string }{
		{"cron(0 12 * * ? *)", "2026-01-01T00:00:00Z", "2026-01-01T11:00:00Z"},
		{"cron(0 12 * * ? *)", "2026-07-01T00:00:00Z", "2026-07-01T10:00:00Z"},
		{"cron(30 2 * * ? *)", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"}, // 29 March has no 2:30
		{"cron(30 2 * * ? *)", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z"}, // 25 October has two
		{"cron(30 2 * * ? *)", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		{"cron(30 2 * * ? *)", "2026-10-25T01:00:00Z", "2026-10-26T01:30:00Z"},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		next, err := Cron(c.expression, berlin)
		if err != nil {
			t.Fatal(err)
		}
		if at, ok := next(after); !ok || at.Format(time.RFC3339) != c.want {
			t.Errorf("%s after %s is due %v, want %s", c.expression, c.after, at, c.want)
		}
	}
}

func TestOnceAndAtARate(t *testing.T) {
	zone := time.FixedZone("", 3600)
	if at, err := At("at(2026-11-20T13:00:00)", zone); err != nil || at.Format(time.RFC3339) != "2026-11-20T12:00:00Z" {
		t.Errorf("at %v, %v", at, err)
	}
	for _, bad := range []string{"at(2026-11-20T13:00)", "at(2026-02-30T13:00:00)", "2026-11-20T13:00:00", "at(2026-11-20T13:00:00"} {
		if _, err := At(bad, zone); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	next := Every(5*time.Minute, first)
	for after, want := range map[time.Duration]time.Duration{-time.Hour: 0, 0: 5 * time.Minute, time.Minute: 5 * time.Minute, 5 * time.Minute: 10 * time.Minute} {
		if at, ok := next(first.Add(after)); !ok || !at.Equal(first.Add(want)) {
			t.Errorf("after %v due at %v", after, at)
		}
	}
}
