package console

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot"

	"weir/internal/release"
)

// chart is the evidence of one signal against its limit over time, on a scale of
// powers of ten. Only its numbers are here: the style sheet colours it, so that
// it follows the light or dark of the page.
type chart struct {
	Signal                   string
	Latest                   weighed
	Lines                    []chartLine
	Dots                     []dot
	Steps                    []band
	XTicks, YTicks           []tick
	Width, Height            float64
	Left, Right, Top, Bottom float64
	Summary                  string // for those who do not see it
}

type chartLine struct{ Class, Points string }

type dot struct {
	X, Y           float64
	Verdict, Title string
}

type band struct {
	X, Width, LabelX float64
	Label            string
	Odd              bool
}

type tick struct {
	At    float64
	Label string
}

// Sizes in the chart's own units, near to pixels.
const (
	chartWidth, chartHeight  = 560, 240
	chartLeft, chartRight    = 52, 548
	chartTop, chartBottom    = 26, 204
	leastDrawn               = 0.01 // less evidence says no more
	labelRoom                = 34   // width of a step's label
	mostDecades, wantedTicks = 6, 6
	mostPoints, mostDots     = 400, 40
)

// point is what one observation said of one signal.
type point struct {
	minute float64 // since the first traffic
	weighed
}

// chartsOf draws each signal that was weighed, in the order they came up. Times
// are minutes since from; steps are the weights that were set.
func chartsOf(observations []observation, steps []release.SetWeight, from, until time.Time) []chart {
	points := map[string][]point{}
	var names []string
	for _, l := range observations {
		for _, e := range l.Evidence {
			if !e.Watch && l.Weight == 100 && e.Verdict != "fail" {
				continue // promoted: the watch goes on from here
			}
			if points[e.Signal] == nil {
				names = append(names, e.Signal)
			}
			points[e.Signal] = append(points[e.Signal], point{l.At.Sub(from).Minutes(), e})
		}
	}
	span := max(1, until.Sub(from).Minutes())
	var charts []chart
	for _, name := range names {
		charts = append(charts, chartOf(name, thinned(points[name], mostPoints), steps, from, span))
	}
	return charts
}

func chartOf(name string, points []point, steps []release.SetWeight, from time.Time, span float64) chart {
	c := chart{Signal: name, Latest: points[len(points)-1].weighed, Width: chartWidth, Height: chartHeight,
		Left: chartLeft, Right: chartRight, Top: chartTop, Bottom: chartBottom}
	low, high := rangeOf(points)
	x := func(minute float64) float64 {
		return chartLeft + (chartRight-chartLeft)*max(0, min(1, minute/span))
	}
	y := func(value float64) float64 {
		return chartBottom - (chartBottom-chartTop)*plot.LogScale{}.Normalize(low, high, max(low, min(high, value)))
	}
	for _, phase := range []bool{false, true} { // bake and watch are two tests: no line joins them
		var evidence, limit []string
		for _, p := range points {
			if p.Watch != phase {
				continue
			}
			if len(evidence) == 0 { // before any count the evidence is 1
				start := x(startOf(phase, steps, from))
				evidence = append(evidence, fmt.Sprintf("%.1f,%.1f", start, y(1)))
				limit = append(limit, fmt.Sprintf("%.1f,%.1f", start, y(p.Limit)))
			}
			evidence = append(evidence, fmt.Sprintf("%.1f,%.1f", x(p.minute), y(p.Value)))
			limit = append(limit, fmt.Sprintf("%.1f,%.1f", x(p.minute), y(p.Limit)))
		}
		if len(evidence) > 0 {
			c.Lines = append(c.Lines, chartLine{"limit", strings.Join(limit, " ")}, chartLine{"evidence", strings.Join(evidence, " ")})
		}
	}
	for _, p := range thinned(points, mostDots) {
		c.Dots = append(c.Dots, dot{X: x(p.minute), Y: y(p.Value), Verdict: p.Verdict,
			Title: fmt.Sprintf("%.1f min: evidence %s of limit %s, %s", p.minute, short(p.Value), short(p.Limit), p.Verdict)})
	}
	c.Steps = bandsOf(steps, from, span, x)
	c.YTicks, c.XTicks = valueTicks(low, high, y), minuteTicks(span, x)
	c.Summary = fmt.Sprintf("After %.0f minutes the evidence against the candidate is %s and the limit %s: %s.",
		points[len(points)-1].minute, short(c.Latest.Value), short(c.Latest.Limit), c.Latest.Verdict)
	return c
}

// thinned keeps at most about most points of a long release: of each stretch the
// strongest evidence, and the latest of all.
func thinned(points []point, most int) []point {
	stretch := (len(points) + most - 1) / most
	if stretch <= 1 {
		return points
	}
	var kept []point
	for i := 0; i < len(points); i += stretch {
		part := points[i:min(i+stretch, len(points))]
		strongest := slices.MaxFunc(part, func(a, b point) int { return cmp.Compare(a.Value*b.Limit, b.Value*a.Limit) })
		kept = append(kept, strongest)
	}
	if last := points[len(points)-1]; kept[len(kept)-1].minute != last.minute {
		kept = append(kept, last)
	}
	return kept
}

// startOf is the minute in which a test begins: at the first traffic, or at the
// promotion.
func startOf(watch bool, steps []release.SetWeight, from time.Time) float64 {
	for _, step := range steps {
		if watch && step.Weight == 100 {
			return step.At.Sub(from).Minutes()
		}
	}
	return 0
}

// rangeOf is the whole powers of ten that hold all points.
func rangeOf(points []point) (low, high float64) {
	low, high = 0.1, 100
	for _, p := range points {
		for _, v := range []float64{p.Value, p.Limit} {
			low, high = min(low, max(leastDrawn, v)), max(high, v)
		}
	}
	return math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high)))
}

// bandsOf are the spans in which each weight was in force.
func bandsOf(steps []release.SetWeight, from time.Time, span float64, x func(float64) float64) []band {
	var bands []band
	labelled := -math.MaxFloat64 // to where the last label reaches
	for i, step := range steps {
		start, end := x(step.At.Sub(from).Minutes()), x(span)
		if i+1 < len(steps) {
			end = x(steps[i+1].At.Sub(from).Minutes())
		}
		b := band{X: start, Width: end - start, LabelX: start + 3, Odd: i%2 == 1}
		if b.LabelX >= labelled && b.LabelX+labelRoom <= chartRight+6 {
			b.Label, labelled = strconv.Itoa(step.Weight)+" %", b.LabelX+labelRoom
		}
		bands = append(bands, b)
	}
	return bands
}

func valueTicks(low, high float64, y func(float64) float64) []tick {
	var ticks []tick
	every := int(math.Ceil(math.Log10(high/low) / mostDecades))
	for i, t := range slices.DeleteFunc(plot.LogTicks{Prec: -1}.Ticks(low, high), func(t plot.Tick) bool { return t.Label == "" }) {
		if i%max(1, every) == 0 {
			ticks = append(ticks, tick{At: y(t.Value), Label: t.Label})
		}
	}
	return ticks
}

// minuteTicks are round numbers of minutes, hours for long releases.
func minuteTicks(span float64, x func(float64) float64) []tick {
	unit, every := "", 1.0
	if span > 180 {
		unit, every = " h", 60
	}
	for _, step := range []float64{1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 360, 720} {
		if every = max(every, step); span/every <= wantedTicks+1 {
			break
		}
	}
	for span/every > wantedTicks+1 {
		every *= 2
	}
	var ticks []tick
	for minute := 0.0; minute <= span; minute += every {
		label := strconv.FormatFloat(minute, 'g', 4, 64)
		if unit != "" {
			label = strconv.FormatFloat(minute/60, 'g', 4, 64) + unit
		}
		ticks = append(ticks, tick{At: x(minute), Label: label})
	}
	return ticks
}

// short writes a number for a reader: three digits, powers of ten where large.
func short(v float64) string {
	switch {
	case v >= 1e15:
		return "over 1e15"
	case v >= 1e6:
		return strconv.FormatFloat(v, 'e', 1, 64)
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
