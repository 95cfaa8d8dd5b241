package main

import (
	"bytes"
	"fmt"
	"math"
)

// outcome holds everything that was simulated.
type outcome struct {
	releases                 int
	cells, healthy, strained []cell
	shared                   result
}

// z99 is the half-width of a two-sided 99 % interval in standard deviations.
const z99 = 2.5758293035489004

// upper returns the upper end of the 99 % interval of the rate of rollbacks (Wilson,
// 1927).
func (r result) upper() float64 { return r.end(1) }

// end returns one end of that interval: side is 1 for the upper and -1 for the lower.
func (r result) end(side float64) float64 {
	n, p := float64(r.releases), r.power()
	middle := p + z99*z99/(2*n)
	half := z99 * math.Sqrt(p*(1-p)/n+z99*z99/(4*n*n))
	return (middle + side*half) / (1 + z99*z99/n)
}

// many is the number of releases from which on the upper end of the interval must be
// at most alpha. With fewer releases only the lower end must be.
const many = 20000

// breaks returns whether the rate of rollbacks is above alpha.
func (r result) breaks() bool {
	if r.releases < many {
		return r.end(-1) > alpha
	}
	return r.upper() > alpha
}

// smallestHeld is the smallest ratio at which Weir must be as fast as Wald's test. The
// table also has smaller ratios, but nothing is promised there.
const smallestHeld = 1.5

// The columns of the rules.
const (
	ours  = 0
	walds = 1
)

// broken returns the promises that are not kept, in words.
func (o outcome) broken() []string {
	var list []string
	for _, c := range o.healthy {
		if r := c.results[ours]; r.breaks() {
			list = append(list, fmt.Sprintf("false rollbacks %s: %.4f, up to %.4f", c.scenario, r.power(), r.upper()))
		}
	}
	if o.shared.breaks() {
		list = append(list, fmt.Sprintf("false rollbacks by three signals: %.4f, up to %.4f", o.shared.power(), o.shared.upper()))
	}
	for _, c := range o.cells {
		if c.ratio < smallestHeld {
			continue
		}
		weir, wald := c.results[ours], c.results[walds]
		if c.difference-z99*c.noise > 0.05 {
			list = append(list, fmt.Sprintf("slow %s: %+.3f ± %.3f", c.scenario, c.difference, c.noise))
		}
		noise := math.Sqrt((weir.power()*(1-weir.power()) + wald.power()*(1-wald.power())) / float64(weir.releases))
		if wald.power() > 0.5 && wald.power()-weir.power() > z99*noise {
			list = append(list, fmt.Sprintf("weak %s: power %.4f, Wald's %.4f", c.scenario, weir.power(), wald.power()))
		}
	}
	return list
}

// table returns the report in Markdown.
func (o outcome) table() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# The judge beside today's rules\n\nWritten by `make bench-judge`; do not edit. An hour of bake, %d simulated releases in each row, the same for every rule.\n", o.releases)
	o.falseTable(&b)
	o.detectionTable(&b)
	o.ruleTable(&b)
	o.strainTable(&b)
	return b.Bytes()
}

func (o outcome) falseTable(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## Good versions rolled back\n\nAlpha is 5 %%. The first column is of %d releases, with the upper end of its 99 %% interval; the others of %d.\n\n", o.healthy[0].results[ours].releases, o.releases)
	fmt.Fprint(b, "| requests/min | base rate | weight | Weir (at most) |")
	for _, r := range rules[2:] {
		fmt.Fprintf(b, " %s |", r.name)
	}
	fmt.Fprint(b, "\n|---|---|---|---|---|---|---|---|---|\n")
	for _, h := range o.healthy {
		r := h.results[ours]
		fmt.Fprintf(b, "| %g | %g %% | %s | %.2f %% (%.2f %%) |", h.traffic, 100*h.base, h.design.name, 100*r.power(), 100*r.upper())
		if c, ok := o.find(h.scenario, 1); ok {
			for _, other := range c.results[2:] {
				fmt.Fprintf(b, " %.1f %% |", 100*other.power())
			}
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintf(b, "\nThree signals at once (0.5 %%, 5 %%, 0.05 %% at 600 a minute, weight 10 %%; as many releases as in the first column): %.2f %% (%.2f %%).\n", 100*o.shared.power(), 100*o.shared.upper())
}

// find returns the cell whose scenario is c with another ratio.
func (o outcome) find(c scenario, ratio float64) (cell, bool) {
	c.ratio = ratio
	for _, other := range o.cells {
		if other.String() == c.String() {
			return other, true
		}
	}
	return cell{}, false
}

func (o outcome) detectionTable(b *bytes.Buffer) {
	fmt.Fprint(b, "\n## Bad versions: requests exposed, and how many were found\n\nRequests are the candidate's until detection or the end of the hour, in the mean. Wald's test is told the true ratio. `slow` rows are latency shifts: the event is a request above a threshold.\n\n")
	fmt.Fprint(b, "| requests/min | base rate | ratio | weight | Weir | Wald | Weir/Wald | found by Weir | by Wald |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range o.cells {
		if c.ratio == 1 {
			continue
		}
		weir, wald := c.results[ours], c.results[walds]
		fmt.Fprintf(b, "| %g | %g %% %s | %g | %s | %.0f | %.0f | %.3f ± %.3f | %.1f %% | %.1f %% |\n", c.traffic, 100*c.base, c.strain.name, c.ratio, c.design.name,
			weir.requests, wald.requests, 1+c.difference, z99*c.noise, 100*weir.power(), 100*wald.power())
	}
}

// ruleTable lists the cells in which a rule keeps alpha and detects earlier than Weir.
func (o outcome) ruleTable(b *bytes.Buffer) {
	fmt.Fprint(b, "\n## Where a rule of today is earlier\n\nOnly rules that roll back at most 5 % of the good versions under the same traffic, base rate and weight (upper end of the 99 % interval), and only differences beyond the noise.\n\n")
	fmt.Fprint(b, "| rule | requests/min | base rate | ratio | weight | its requests | Weir's | its false rollbacks | Weir's |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range o.cells {
		good, ok := o.find(c.scenario, 1)
		if !ok || c.ratio == 1 {
			continue
		}
		weir := c.results[ours]
		for i := walds + 1; i < len(rules); i++ {
			other := c.results[i]
			noise := math.Hypot(weir.deviation, other.deviation)
			if good.results[i].upper() <= alpha && weir.requests-other.requests > z99*noise {
				fmt.Fprintf(b, "| %s | %g | %g %% | %g | %s | %.0f | %.0f | %.2f %% | %.2f %% |\n", rules[i].name, c.traffic, 100*c.base, c.ratio, c.design.name,
					other.requests, weir.requests, 100*good.results[i].power(), 100*good.results[ours].power())
			}
		}
	}
}

func (o outcome) strainTable(b *bytes.Buffer) {
	fmt.Fprint(b, "\n## Good versions rolled back where the model is wrong\n\nBase rate 0.5 %. A burst multiplies a minute's rate by a draw with mean 1.\n\n| world | weight | requests/min | Weir |\n|---|---|---|---|\n")
	for _, c := range o.strained {
		fmt.Fprintf(b, "| %s | %s | %g | %.1f %% |\n", c.strain.name, c.design.name, c.traffic, 100*c.results[ours].power())
	}
}
