package console

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/internal/release"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func observedAt(minute float64, signal string, value, limit float64, watch bool) observation {
	weight := 10
	if watch {
		weight = 100
	}
	return observation{At: start.Add(time.Duration(minute * float64(time.Minute))), Weight: weight,
		Evidence: []weighed{{Evidence: release.Evidence{Signal: signal, Verdict: "inconclusive", Value: value, Limit: limit}, Watch: watch}}}
}

// TestChartIsTrueToItsNumbers reads values back from where they are drawn.
func TestChartIsTrueToItsNumbers(t *testing.T) {
	observations := []observation{observedAt(1, "errors", 1, 50, false), observedAt(2, "errors", 5, 40, false), observedAt(4, "errors", 100, 20, false)}
	charts := chartsOf(observations, []release.SetWeight{{Weight: 10, At: start}}, start, start.Add(5*time.Minute))
	if len(charts) != 1 {
		t.Fatalf("%d charts for one signal", len(charts))
	}
	c := charts[0]
	value := axisOf(t, c.YTicks, func(v float64) float64 { return math.Log10(v) })
	minute := axisOf(t, c.XTicks, func(v float64) float64 { return v })
	for _, line := range c.Lines {
		points := pointsOf(t, line.Points)[1:] // the first is the start
		for i, e := range observations {
			want := e.Evidence[0].Value
			if line.Class == "limit" {
				want = e.Evidence[0].Limit
			}
			if got := math.Pow(10, value(points[i][1])); math.Abs(got/want-1) > 0.02 {
				t.Errorf("%s of look %d is drawn at %.3g, want %g", line.Class, i, got, want)
			}
			if got, want := minute(points[i][0]), e.At.Sub(start).Minutes(); math.Abs(got-want) > 0.02 {
				t.Errorf("look %d is drawn at minute %.2f, want %g", i, got, want)
			}
		}
	}
	if first := pointsOf(t, c.Lines[1].Points)[0]; math.Abs(value(first[1])) > 0.01 || first[0] != chartLeft {
		t.Errorf("the evidence begins at %v, not at 1 on the left", first)
	}
}

// axisOf turns a drawn position into the number there, from two ticks.
func axisOf(t *testing.T, ticks []tick, scale func(float64) float64) func(float64) float64 {
	t.Helper()
	if len(ticks) < 2 {
		t.Fatalf("an axis has %d ticks", len(ticks))
	}
	number := func(tick tick) float64 {
		v, err := strconv.ParseFloat(tick.Label, 64)
		if err != nil {
			t.Fatal(err)
		}
		return scale(v)
	}
	a, b := ticks[0], ticks[len(ticks)-1]
	return func(at float64) float64 {
		return number(a) + (number(b)-number(a))*(at-a.At)/(b.At-a.At)
	}
}

func pointsOf(t *testing.T, text string) [][2]float64 {
	t.Helper()
	var points [][2]float64
	for _, pair := range strings.Fields(text) {
		a, b, _ := strings.Cut(pair, ",")
		x, err := strconv.ParseFloat(a, 64)
		if err != nil {
			t.Fatal(err)
		}
		y, err := strconv.ParseFloat(b, 64)
		if err != nil {
			t.Fatal(err)
		}
		points = append(points, [2]float64{x, y})
	}
	return points
}

func TestBakeAndWatchAreTwoLines(t *testing.T) {
	observations := []observation{observedAt(1, "errors", 1, 22, false), observedAt(8, "errors", 0.5, 400, true)}
	observations[1].Evidence = append(observations[1].Evidence, observations[0].Evidence...) // the bake's, again
	steps := []release.SetWeight{{Weight: 10, At: start}, {Weight: 100, At: start.Add(5 * time.Minute)}}
	c := chartsOf(observations, steps, start, start.Add(10*time.Minute))[0]
	if len(c.Lines) != 4 || len(c.Dots) != 2 {
		t.Fatalf("%d lines and %d dots, want evidence and limit of each test and a dot a look", len(c.Lines), len(c.Dots))
	}
	if got, want := pointsOf(t, c.Lines[3].Points)[0][0], c.Steps[1].X; math.Abs(got-want) > 0.1 {
		t.Errorf("the watch begins at %.1f, the promotion at %.1f", got, want)
	}
}

func TestEachSignalHasItsChart(t *testing.T) {
	observations := []observation{observedAt(1, "errors", 1, 22, false), observedAt(1, "slow", 1, 22, false), observedAt(2, "errors", 1, 22, false)}
	charts := chartsOf(observations, nil, start, start.Add(3*time.Minute))
	if len(charts) != 2 || charts[0].Signal != "errors" || charts[1].Signal != "slow" || len(charts[0].Dots) != 2 {
		t.Errorf("charts are %+v", charts)
	}
	if chartsOf([]observation{{At: start}}, nil, start, start) != nil {
		t.Error("a look without evidence has a chart")
	}
}

func TestWeekIsThinnedToItsPeaks(t *testing.T) {
	var observations []observation
	for minute := range 10000 {
		value := 1.0
		if minute == 7777 {
			value = 19
		}
		observations = append(observations, observedAt(float64(minute), "errors", value, 20, false))
	}
	c := chartsOf(observations, nil, start, start.Add(10000*time.Minute))[0]
	if n := len(pointsOf(t, c.Lines[1].Points)); n > mostPoints+2 {
		t.Errorf("%d points are drawn", n)
	}
	if len(c.Dots) > mostDots+1 || len(c.XTicks) > 2*wantedTicks {
		t.Errorf("%d dots and %d ticks are drawn", len(c.Dots), len(c.XTicks))
	}
	peaks := 0
	for _, d := range c.Dots {
		if strings.Contains(d.Title, "evidence 19 of") {
			peaks++
		}
	}
	if peaks != 1 {
		t.Errorf("the peak is drawn %d times", peaks)
	}
	if last := c.Dots[len(c.Dots)-1]; !strings.HasPrefix(last.Title, "9999.0 min") {
		t.Errorf("the last dot is %q", last.Title)
	}
}

func TestExtremeEvidenceStaysInTheChart(t *testing.T) {
	for _, value := range []float64{0, 1e-30, 1e15} {
		c := chartsOf([]observation{observedAt(1, "errors", value, 1e15, false)}, nil, start, start.Add(time.Minute))[0]
		if y := c.Dots[0].Y; math.IsNaN(y) || y < chartTop || y > chartBottom {
			t.Errorf("evidence %g is drawn at %g", value, y)
		}
		if len(c.YTicks) > 2*mostDecades {
			t.Errorf("evidence %g gives %d ticks", value, len(c.YTicks))
		}
	}
}

func TestLabelsOfShortStepsDoNotOverlap(t *testing.T) {
	var steps []release.SetWeight
	for i := range 50 {
		steps = append(steps, release.SetWeight{Weight: i + 1, At: start.Add(time.Duration(i) * time.Minute)})
	}
	c := chartsOf([]observation{observedAt(50, "errors", 1, 20, false)}, steps, start, start.Add(50*time.Minute))[0]
	last := -1000.0
	for _, b := range c.Steps {
		if b.Label == "" {
			continue
		}
		if b.LabelX < last+labelRoom {
			t.Errorf("label %s at %.0f overlaps one at %.0f", b.Label, b.LabelX, last)
		}
		last = b.LabelX
	}
}
