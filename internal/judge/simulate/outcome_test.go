package main

import (
	"strings"
	"testing"
)

// broken names each promise that is not kept, with its cell.
func TestBrokenBarsAreNamed(t *testing.T) {
	keeps := result{releases: 200000, rolledBack: 9000}
	bad := scenario{traffic: 600, base: 0.005, ratio: 2, design: designs[0]}
	found := func(weir, wald int) []result {
		return []result{{releases: 20000, rolledBack: weir}, {releases: 20000, rolledBack: wald}}
	}
	for _, test := range []struct {
		name    string
		outcome outcome
		want    string // empty: every bar is met
	}{
		{"met", outcome{shared: keeps, healthy: []cell{{results: []result{keeps}}},
			cells: []cell{{scenario: bad, results: found(18000, 18010), difference: 0.055, noise: 0.004}}}, ""},
		{"a good version too often", outcome{shared: keeps, healthy: []cell{{results: []result{{releases: 200000, rolledBack: 9900}}}}}, "false rollbacks"},
		{"three signals too often", outcome{shared: result{releases: 200000, rolledBack: 9900}}, "three signals"},
		{"later than Wald's", outcome{shared: keeps,
			cells: []cell{{scenario: bad, results: found(18000, 18000), difference: 0.061, noise: 0.004}}}, "slow"},
		{"weaker than Wald's", outcome{shared: keeps, cells: []cell{{scenario: bad, results: found(17000, 18000)}}}, "weak"},
		{"weaker where Wald's is weak too", outcome{shared: keeps, cells: []cell{{scenario: bad, results: found(5000, 9000)}}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			broken := test.outcome.broken()
			if (len(broken) > 0) != (test.want != "") || test.want != "" && !strings.Contains(broken[0], test.want) {
				t.Errorf("broken: %q, want %q", broken, test.want)
			}
		})
	}
}
