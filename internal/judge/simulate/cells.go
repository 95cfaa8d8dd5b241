package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"sync"

	"weir/internal/judge"
)

// result holds what one rule did in a cell.
type result struct {
	releases   int
	rolledBack int
	requests   float64 // the mean of the candidate's requests until detection or the end
	deviation  float64 // the standard deviation of that mean
}

func (r result) power() float64 { return float64(r.rolledBack) / float64(r.releases) }

// cell holds a scenario and the results of all rules on the same releases.
type cell struct {
	scenario
	results []result
	// difference is the ratio of Weir's mean requests to Wald's, less 1, and noise is
	// its standard deviation. Both rules saw the same releases.
	difference, noise float64
}

func (c scenario) String() string {
	return fmt.Sprintf("%s/%g/%g/%g/%s", c.strain.name, c.traffic, c.base, c.ratio, c.design.name)
}

// run simulates every scenario on all cores. The seed of a cell is its name, so the
// result depends neither on the order nor on the number of cores.
func run(scenarios []scenario, rules []rule, releases int) []cell {
	cells := make([]cell, len(scenarios))
	var group sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				cells[i] = simulate(scenarios[i], rules, releases)
			}
		})
	}
	for i := range scenarios {
		next <- i
	}
	close(next)
	group.Wait()
	return cells
}

func simulate(c scenario, rules []rule, releases int) cell {
	name := fnv.New64a()
	fmt.Fprint(name, c)
	random := newSource(name.Sum64())
	series := make([]judge.Minute, minutes)
	totals := make([]sums, len(rules))
	var both float64
	for range releases {
		random.draw(c, series)
		var used [2]float64
		for i, rule := range rules {
			at := rule.run(c, series)
			requests := exposed(series, at)
			totals[i].add(requests, at > 0)
			if i < 2 {
				used[i] = requests
			}
		}
		both += used[0] * used[1]
	}
	out := cell{scenario: c, results: make([]result, len(rules))}
	for i := range rules {
		out.results[i] = totals[i].result(releases)
	}
	if len(rules) > 1 {
		out.difference, out.noise = compare(totals[0], totals[1], both, float64(releases))
	}
	return out
}

// exposed returns the candidate's requests up to a minute, or to the end if at is 0.
func exposed(series []judge.Minute, at int) float64 {
	if at == 0 {
		at = len(series)
	}
	var sum int64
	for _, m := range series[:at] {
		sum += m.Candidate.Requests
	}
	return float64(sum)
}

type sums struct {
	requests, squares float64
	rolledBack        int
}

func (s *sums) add(requests float64, rolledBack bool) {
	s.requests += requests
	s.squares += requests * requests
	if rolledBack {
		s.rolledBack++
	}
}

func (s *sums) result(releases int) result {
	n := float64(releases)
	mean := s.requests / n
	return result{
		releases: releases, rolledBack: s.rolledBack, requests: mean,
		deviation: math.Sqrt(math.Max(0, s.squares/n-mean*mean) / n),
	}
}

// compare returns the ratio of two means less 1, and its standard deviation by the
// delta method for pairs. The argument both is the sum of the products of the pairs,
// and n is the number of pairs.
func compare(a, b sums, both, n float64) (difference, noise float64) {
	if b.requests == 0 {
		return 0, 0
	}
	ma, mb := a.requests/n, b.requests/n
	ratio := ma / mb
	variance := (a.squares/n - ma*ma) - 2*ratio*(both/n-ma*mb) + ratio*ratio*(b.squares/n-mb*mb)
	return ratio - 1, math.Sqrt(math.Max(0, variance)/n) / mb
}

// all returns the scenarios in which the judge must keep its promises.
func all() []scenario {
	var list []scenario
	for _, traffic := range []float64{60, 600, 6000} {
		for _, base := range []float64{0.0005, 0.005, 0.05} {
			for _, design := range designs {
				for _, ratio := range []float64{1, 1.5, 2, 3, 10} {
					list = append(list, scenario{traffic: traffic, base: base, ratio: ratio, design: design})
				}
			}
		}
	}
	return list
}
