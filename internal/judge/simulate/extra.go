package main

import "weir/internal/judge"

// latency returns scenarios in which latency shifts. The event is a request slower
// than a threshold. A twentieth or a tenth of stable's requests are slower, and more of
// the candidate's are.
func latency() []scenario {
	var list []scenario
	for _, traffic := range []float64{60, 600, 6000} {
		for _, base := range []float64{0.05, 0.1} {
			for _, ratio := range []float64{1, 1.2, 1.5, 2, 3} {
				list = append(list, scenario{traffic: traffic, base: base, ratio: ratio, design: designs[1], strain: strain{name: "slow"}})
			}
		}
	}
	return list
}

// strained returns scenarios of a good candidate in which the model is wrong.
func strained() []scenario {
	var list []scenario
	for _, s := range []strain{
		{name: "as modelled"},
		{name: "bursts on both at once, variance 1", together: 1},
		{name: "bursts on each alone, variance 0.1", alone: 0.1},
		{name: "bursts on each alone, variance 1", alone: 1},
		{name: "cold start, 3 times", cold: 3},
		{name: "cold start, 10 times", cold: 10},
		{name: "cold start, 10 times, 3 min warm-up", cold: 10, warmUp: 3},
		{name: "drift of both, 5 times in the hour", drift: 5},
	} {
		for _, design := range []design{designs[1], designs[3]} {
			for _, traffic := range []float64{60, 600, 6000} {
				list = append(list, scenario{traffic: traffic, base: 0.005, ratio: 1, design: design, strain: s})
			}
		}
	}
	return list
}

// share simulates good releases that are judged by three signals at once. It returns
// how many any signal rolled back.
func share(releases int) result {
	random := newSource(3)
	var sum sums
	bases := []float64{0.005, 0.05, 0.0005}
	signals := make([]judge.Signal, len(bases))
	for i := range signals {
		signals[i] = judge.Signal{Name: string(rune('a' + i)), Minutes: make([]judge.Minute, minutes)}
	}
	for range releases {
		for i, base := range bases {
			random.draw(scenario{traffic: 600, base: base, ratio: 1, design: designs[1]}, signals[i].Minutes)
		}
		v, err := judge.Judge(judge.Release{Alpha: alpha, PlannedMinutes: minutes, Signals: signals})
		if err != nil {
			panic(err) // the counts are drawn above
		}
		sum.add(0, v.Outcome == judge.Fail)
	}
	return sum.result(releases)
}
