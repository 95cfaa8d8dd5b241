package judge

import (
	"math"
	"testing"
)

// exactBoundary holds the distribution on the integers without any approximation. It
// is the reference for boundary.
type exactBoundary struct {
	distribution []float64
	spent        float64
}

func (e *exactBoundary) advance(s split) {
	events := int(s.events)
	chances := make([]float64, events+1)
	for x := range chances {
		if s.exact {
			chances[x] = math.Exp(choose(s.candidate, float64(x)) + choose(s.total-s.candidate, s.events-float64(x)) - choose(s.total, s.events))
		} else {
			chances[x] = math.Exp(choose(s.events, float64(x)) + float64(x)*math.Log(s.share) + (s.events-float64(x))*math.Log1p(-s.share))
		}
	}
	next := make([]float64, len(e.distribution)+events)
	for i, p := range e.distribution {
		for x, q := range chances {
			next[i+x] += p * q
		}
	}
	e.distribution = next
}

func (e *exactBoundary) cut(events float64) {
	for i := int(events); i < len(e.distribution); i++ {
		e.spent += e.distribution[i]
		e.distribution[i] = 0
	}
}

// choose returns the log of the binomial coefficient.
func choose(n, k float64) float64 {
	if k < 0 || k > n {
		return math.Inf(-1)
	}
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}

func TestBoundarySpendsWhatItSays(t *testing.T) {
	tests := []struct {
		name   string
		minute Minute
		ratio  float64
		n      int
	}{
		{"one event a minute", Minute{Counts{540, 1}, Counts{60, 0}}, 1, 60},
		{"thirty at 10 %", Minute{Counts{5400, 27}, Counts{600, 3}}, 1, 60},
		{"thirty at 1 %", Minute{Counts{5940, 30}, Counts{60, 0}}, 1, 60},
		{"three hundred at 1 %", Minute{Counts{5940, 297}, Counts{60, 3}}, 1, 60},
		{"three hundred at 10 %", Minute{Counts{5400, 270}, Counts{600, 30}}, 1, 60},
		{"three hundred at 50 %", Minute{Counts{3000, 150}, Counts{3000, 150}}, 1, 40},
		{"three hundred at 99 %", Minute{Counts{60, 3}, Counts{5940, 297}}, 1, 40},
		{"a ratio of 2", Minute{Counts{5400, 90}, Counts{600, 20}}, 2, 60},
		{"half of all requests", Minute{Counts{300, 150}, Counts{300, 150}}, 1, 40},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBoundary()
			e := exactBoundary{distribution: []float64{1}}
			for minute := range test.n {
				s := splitOf(test.minute, test.ratio)
				b.advance(s)
				e.advance(s)
				limit := b.limit(0.05 * math.Pow(float64(minute+1)/float64(test.n), 0.4))
				b.cut(limit)
				e.cut(limit)
			}
			t.Logf("says %.5f, is %.5f; cells of %v", b.spent, e.spent, b.step)
			// The approximations may hide at most a tenth of the reserve.
			if e.spent > 0.05*1.005 || b.spent > 0.05+1e-12 {
				t.Errorf("spent %.5f and said %.5f", e.spent, b.spent)
			}
		})
	}
}

func BenchmarkBoundary(b *testing.B) {
	m := Minute{Counts{5400, 270}, Counts{600, 30}}
	for b.Loop() {
		limits := newBoundary()
		for minute := range 60 {
			s := splitOf(m, 1)
			limits.advance(s)
			limits.cut(limits.limit(0.05 * float64(minute+1) / 60))
		}
	}
}

func TestTailWithinACell(t *testing.T) {
	for _, test := range []struct {
		tail tail
		half float64 // the probability above half of the last cell
	}{
		{tail{last: 0.4}, 0.2},
		{tail{last: 0.4, before: 0.1}, 0.2},
		{tail{last: 0.4, before: 0.2, beforeThat: 0.1}, 0.4 * math.Sqrt(0.5)},
		// The second difference of the logs is -log(2): an eighth of it is added.
		{tail{last: 0.4, before: 0.2, beforeThat: 0.05}, 0.4 * math.Sqrt(0.5) * math.Pow(2, 1.0/8)},
		// After a cut the second difference can be above 0 or below the slope.
		{tail{last: 0.4, before: 0.2, beforeThat: 0.18}, 0.4 * math.Sqrt(0.5)},
		{tail{last: 0.4, before: 0.2, beforeThat: 0.001}, 0.4 * math.Sqrt(0.5) * math.Pow(2, 1.0/8)},
	} {
		near(t, "the probability above half of the cell", test.tail.above(0.5), test.half, 1e-12)
		for _, part := range []float64{0, 0.01, 0.3, 0.5, 0.9} {
			if got := test.tail.partAt(test.tail.above(part)); math.Abs(got-part) > 1e-9 {
				t.Errorf("%+v: the part of %v is %v", test.tail, part, got)
			}
		}
		if got := test.tail.partAt(0); got != 1 {
			t.Errorf("%+v: the part of 0 is %v", test.tail, got)
		}
	}
}
