package judge

import (
	"math"
	"math/rand/v2"
	"testing"
)

// These tests compute the probability of a wrong failure exactly. For a small design
// they judge every way in which the events can fall on the versions, and add up the
// probabilities of those that fail.

// design holds one signal's requests, and the events of both versions, by minute.
type design []struct{ stable, candidate, events int64 }

func randomDesign(r *rand.Rand) design {
	d := make(design, 2+r.IntN(4))
	for i := range d {
		d[i].stable, d[i].candidate = int64(r.IntN(60)), int64(r.IntN(60))
		d[i].events = min(int64(r.IntN(5)), d[i].stable+d[i].candidate)
	}
	return d
}

// chance returns the probability that x of a minute's events are the candidate's.
func (d design) chance(i int, x int64) float64 {
	m := d[i]
	return math.Exp(choose(float64(m.candidate), float64(x)) +
		choose(float64(m.stable), float64(m.events-x)) - choose(float64(m.stable+m.candidate), float64(m.events)))
}

// each calls back for every way in which the events can fall, with its probability.
func (d design) each(call func(minutes []Minute, chance float64)) {
	minutes := make([]Minute, len(d))
	var fall func(i int, chance float64)
	fall = func(i int, chance float64) {
		if i == len(d) {
			call(minutes, chance)
			return
		}
		for x := int64(0); x <= d[i].events; x++ {
			if p := d.chance(i, x); p > 0 {
				minutes[i] = Minute{
					Stable:    Counts{d[i].stable, d[i].events - x},
					Candidate: Counts{d[i].candidate, x},
				}
				fall(i+1, chance*p)
			}
		}
	}
	fall(0, 1)
}

// largeAlpha is an alpha that small designs can spend.
const largeAlpha = 0.3

// failing returns the probability that a design without a regression fails.
func failing(t *testing.T, d design, planned int) float64 {
	t.Helper()
	sum := 0.0
	d.each(func(minutes []Minute, chance float64) {
		v, err := Judge(Release{Alpha: largeAlpha, PlannedMinutes: planned, Signals: []Signal{{Name: "errors", Minutes: minutes}}})
		if err != nil {
			t.Fatal(err)
		}
		if v.Outcome == Fail {
			sum += chance
		}
	})
	return sum
}

func TestGuaranteeIsExact(t *testing.T) {
	changes := []struct {
		name   string
		change func(design, *rand.Rand) design
	}{
		{"as drawn", func(d design, _ *rand.Rand) design { return d }},
		{"minutes in another order", func(d design, r *rand.Rand) design {
			r.Shuffle(len(d), func(i, j int) { d[i], d[j] = d[j], d[i] })
			return d
		}},
		{"a minute split in two", func(d design, _ *rand.Rand) design {
			first, second := d[0], d[0]
			first.stable, first.candidate, first.events = d[0].stable/2, d[0].candidate/2, 0
			second.stable, second.candidate = d[0].stable-first.stable, d[0].candidate-first.candidate
			first.events = min(d[0].events/2, first.stable+first.candidate)
			second.events = min(d[0].events-first.events, second.stable+second.candidate)
			return append(design{first, second}, d[1:]...)
		}},
		{"two targets merged", func(d design, r *rand.Rand) design {
			for i, other := range randomDesign(r) {
				if i < len(d) {
					d[i].stable += other.stable
					d[i].candidate += other.candidate
					d[i].events = min(d[i].events+other.events, 5)
				}
			}
			return d
		}},
		{"sides relabelled", func(d design, _ *rand.Rand) design {
			for i := range d {
				d[i].stable, d[i].candidate = d[i].candidate, d[i].stable
			}
			return d
		}},
	}
	for _, test := range changes {
		t.Run(test.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 7))
			highest := 0.0
			for range 60 {
				d := test.change(randomDesign(r), r)
				for _, planned := range []int{len(d), 2, 60} {
					p := failing(t, d, planned)
					highest = max(highest, p)
					if p > largeAlpha {
						t.Errorf("%v, %d planned: fails with chance %.4f", d, planned, p)
					}
				}
			}
			if highest < 0.8*largeAlpha {
				t.Errorf("at most %.3f is spent of %v: the test shows nothing", highest, largeAlpha)
			}
		})
	}
}

func TestGuaranteeOfTwoSignals(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 12 {
		a, b := randomDesign(r)[:2], randomDesign(r)[:2]
		for _, swapped := range []bool{false, true} {
			sum := 0.0
			a.each(func(first []Minute, p float64) {
				b.each(func(second []Minute, q float64) {
					signals := []Signal{{Name: "errors", Minutes: first}, {Name: "slow", Minutes: second}}
					if swapped {
						signals[0], signals[1] = signals[1], signals[0]
					}
					v, err := Judge(Release{Alpha: largeAlpha, Signals: signals})
					if err != nil {
						t.Fatal(err)
					}
					if v.Outcome == Fail {
						sum += p * q
					}
				})
			})
			if sum > largeAlpha {
				t.Errorf("%v and %v fail with chance %.4f", a, b, sum)
			}
		}
	}
}

func TestVerdictIsTheSameWhenGivenAgain(t *testing.T) {
	release := drawn(30)
	first, err := Judge(release)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Judge(release)
	if err != nil {
		t.Fatal(err)
	}
	if first.Reason != again.Reason || first.Minute != again.Minute {
		t.Errorf("%s\n%s", first.Reason, again.Reason)
	}
}

// A bad candidate passes with probability at most 1 - power.
func TestPassKeepsItsPower(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	passed := 0
	const releases = 2000
	for range releases {
		minutes := make([]Minute, 30)
		for i := range minutes {
			minutes[i] = Minute{Counts{540, draw(r, 540, 0.02)}, Counts{60, draw(r, 60, 0.04)}}
		}
		for n := 1; n <= len(minutes); n++ {
			v, err := Judge(Release{PlannedMinutes: 30, Signals: []Signal{{Name: "errors", Minutes: minutes[:n]}}})
			if err != nil {
				t.Fatal(err)
			}
			if v.Outcome == Fail {
				break
			}
			if v.Outcome == Pass {
				passed++
				break
			}
		}
	}
	if rate := float64(passed) / releases; rate > 0.1 {
		t.Errorf("%.3f of the candidates at twice the rate passed at some look; power is 0.9", rate)
	}
}

func draw(r *rand.Rand, n int, p float64) int64 {
	var k int64
	for range n {
		if r.Float64() < p {
			k++
		}
	}
	return k
}
