package judge_test

import (
	"math"
	"testing"

	"weir/internal/judge"
)

func TestNoticed(t *testing.T) {
	for _, test := range []struct {
		counts judge.Counts
		want   float64
	}{
		{judge.Counts{}, 1},
		{judge.Counts{Requests: 14}, 0.19264},            // 1 - 0.05^(1/14)
		{judge.Counts{Requests: 1805}, 0.001658},         // 1 - 0.05^(1/1805)
		{judge.Counts{Requests: 10, Events: 1}, 0.39416}, // R: binom.test(1, 10, alternative = "less")
		{judge.Counts{Requests: 10, Events: 10}, 1},
	} {
		if got := judge.Noticed(test.counts, 0.05); math.Abs(got-test.want) > 1e-4*test.want+1e-6 {
			t.Errorf("%+v: %v, want %v", test.counts, got, test.want)
		}
	}
}
