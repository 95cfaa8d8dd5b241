package console

import (
	"html/template"
	"time"

	"weir/internal/judge"
)

// functions are what the pages can call.
func functions() template.FuncMap {
	return template.FuncMap{
		"day":      func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
		"clock":    func(t time.Time) string { return t.UTC().Format(time.TimeOnly) },
		"machine":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"short":    short,
		"percent":  func(s judge.Counts) string { return percent(s.Events, s.Requests) },
		"minusf":   func(a, b float64) float64 { return a - b },
		"plusf":    func(a, b float64) float64 { return a + b },
		"minus":    func(a, b int) int { return a - b },
		"ratio":    ratioWords,
		"first":    func(n int, observations []observation) []observation { return observations[:min(n, len(observations))] },
		"rest":     func(n int, observations []observation) []observation { return observations[min(n, len(observations)):] },
		"midpoint": func(a, b float64) float64 { return (a + b) / 2 },
	}
}

// ratioWords is how the rates compare, with the interval that holds the truth.
func ratioWords(e weighed) string {
	text := "no events to compare"
	switch {
	case e.Ratio != nil:
		text = short(*e.Ratio) + " times stable's"
	case e.Candidate.Events > 0 && e.Stable.Events == 0:
		text = "stable had no events"
	}
	switch {
	case e.RatioLow != nil && e.RatioHigh != nil:
		text += " (" + short(*e.RatioLow) + " to " + short(*e.RatioHigh) + ")"
	case e.RatioLow != nil:
		text += " (at least " + short(*e.RatioLow) + ")"
	case e.RatioHigh != nil:
		text += " (at most " + short(*e.RatioHigh) + ")"
	}
	return text
}
