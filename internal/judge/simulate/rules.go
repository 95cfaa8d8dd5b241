package main

import (
	"fmt"
	"math"
	"slices"

	"weir/internal/judge"
)

const alpha = 0.05

// rule is a rule for rolling back. Its run returns the minute, counted from 1, in
// which it rolls back, or 0.
type rule struct {
	name string
	run  func(c scenario, series []judge.Minute) int
}

// rules are Weir's rule, Wald's test and the rules in use today. Wald's test is given
// the true ratio, which no rule knows in practice.
var rules = []rule{
	{"Weir", weir},
	{"Wald, told the ratio", wald},
	{"any error", anyError},
	{"error rate > 1 %, 2 min", alarm},
	{"success < 99 %, 10 failures", successRate},
	{"Mann-Whitney", mannWhitney},
	{"z-test", zTest},
}

func weir(_ scenario, series []judge.Minute) int {
	v, err := judge.Judge(judge.Release{
		Alpha: alpha, PlannedMinutes: minutes,
		Signals: []judge.Signal{{Name: "errors", Minutes: series}},
	})
	if err != nil {
		panic(fmt.Sprintf("the simulation drew what cannot be: %v", err))
	}
	if v.Outcome == judge.Fail {
		return v.Minute
	}
	return 0
}

// wald is the sequential probability ratio test of the true ratio against 1, given the
// events of each minute (Wald, 1945).
func wald(c scenario, series []judge.Minute) int {
	if c.ratio <= 1 {
		return 0
	}
	log := 0.0
	for i, m := range series {
		candidate, stable := float64(m.Candidate.Requests), float64(m.Stable.Requests)
		events := float64(m.Candidate.Events + m.Stable.Events)
		log += float64(m.Candidate.Events)*math.Log(c.ratio) -
			events*math.Log((c.ratio*candidate+stable)/(candidate+stable))
		if log >= math.Log(1/alpha) {
			return i + 1
		}
	}
	return 0
}

func anyError(_ scenario, series []judge.Minute) int {
	for i, m := range series {
		if m.Candidate.Events > 0 {
			return i + 1
		}
	}
	return 0
}

// alarm rolls back if the rate is above 1 % in two consecutive minutes, as the alarm of
// the AWS samples does.
func alarm(_ scenario, series []judge.Minute) int {
	running := 0
	for i, m := range series {
		if m.Candidate.Rate() > 0.01 {
			running++
		} else {
			running = 0
		}
		if running == 2 {
			return i + 1
		}
	}
	return 0
}

// successRate rolls back in the eleventh minute with a success rate below 99 %.
func successRate(_ scenario, series []judge.Minute) int {
	failures := 0
	for i, m := range series {
		if m.Candidate.Rate() > 0.01 {
			failures++
		}
		if failures > 10 {
			return i + 1
		}
	}
	return 0
}

// zTest compares the rates of all minutes so far at each look, one-sided at 5 %.
func zTest(_ scenario, series []judge.Minute) int {
	var stable, candidate judge.Counts
	for i, m := range series {
		stable.Requests += m.Stable.Requests
		stable.Events += m.Stable.Events
		candidate.Requests += m.Candidate.Requests
		candidate.Events += m.Candidate.Events
		pooled := float64(stable.Events+candidate.Events) / float64(stable.Requests+candidate.Requests)
		variance := pooled * (1 - pooled) * (1/float64(stable.Requests) + 1/float64(candidate.Requests))
		if candidate.Requests > 0 && stable.Requests > 0 && variance > 0 &&
			(candidate.Rate()-stable.Rate())/math.Sqrt(variance) > z95 {
			return i + 1
		}
	}
	return 0
}

// z95 is the 95 % quantile of the normal distribution.
const z95 = 1.6448536269514722

// mannWhitney compares the rates of the minutes by rank at each look from the fifth
// on, one-sided at 5 %.
func mannWhitney(_ scenario, series []judge.Minute) int {
	var stable, candidate []float64 // sorted
	for i, m := range series {
		if m.Candidate.Requests > 0 {
			candidate = insert(candidate, m.Candidate.Rate())
		}
		if m.Stable.Requests > 0 {
			stable = insert(stable, m.Stable.Rate())
		}
		if i >= 4 && rankScore(stable, candidate) > z95 {
			return i + 1
		}
	}
	return 0
}

func insert(sorted []float64, value float64) []float64 {
	at, _ := slices.BinarySearch(sorted, value)
	return slices.Insert(sorted, at, value)
}

// rankScore returns the normal score of the candidate's rank sum, corrected for ties.
func rankScore(stable, candidate []float64) float64 {
	n, m := float64(len(stable)), float64(len(candidate))
	if n == 0 || m == 0 {
		return 0
	}
	sum, ties := 0.0, 0.0
	for i, j := 0, 0; i < len(stable) || j < len(candidate); {
		var value float64
		if j >= len(candidate) || i < len(stable) && stable[i] <= candidate[j] {
			value = stable[i]
		} else {
			value = candidate[j]
		}
		before, a, b := i+j, i, j
		for i < len(stable) && stable[i] == value {
			i++
		}
		for j < len(candidate) && candidate[j] == value {
			j++
		}
		tied := float64(i - a + j - b)
		sum += float64(j-b) * (float64(before) + (tied+1)/2)
		ties += tied*tied*tied - tied
	}
	all := n + m
	variance := n * m / 12 * (all + 1 - ties/(all*(all-1)))
	if variance <= 0 {
		return 0
	}
	return (sum - m*(all+1)/2) / math.Sqrt(variance)
}
