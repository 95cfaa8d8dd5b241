package cloudwatch

import (
	"maps"
	"testing"
)

func TestMetricMath(t *testing.T) {
	answers := map[string]points{"errors": {0: 3, 60: 1}, "invocations": {0: 60, 60: 0, 120: 10}}
	for expression, want := range map[string]points{
		"errors + 1":                              {0: 4, 60: 2},
		"errors / invocations":                    {0: 0.05}, // no division by zero, no missing side
		"100 * errors / MAX([invocations, 1])":    {0: 5, 60: 100},
		"FILL(errors, 0)":                         {0: 3, 60: 1, 120: 0},
		"100 * (invocations - FILL(errors, 0))/2": {0: 2850, 60: -50, 120: 500},
		"MIN([errors, invocations])":              {0: 3, 60: 0, 120: 10},
	} {
		got, err := compute(expression, answers)
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%s = %v, %v, want %v", expression, got, err, want)
		}
	}
	for _, expression := range []string{"", "errors +", "latency", "SEARCH(errors)", "5", "errors % 2", "1 + 2"} {
		if got, err := compute(expression, answers); err == nil {
			t.Errorf("%q = %v, want an error", expression, got)
		}
	}
}

func FuzzCompute(f *testing.F) {
	f.Add("100 * errors / MAX([invocations, 1])")
	f.Fuzz(func(t *testing.T, expression string) {
		_, _ = compute(expression, map[string]points{"errors": {0: 1}})
	})
}
