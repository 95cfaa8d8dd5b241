package main

import (
	"bytes"
	"fmt"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"weir/internal/judge"
	"weir/internal/judge/replay"
)

// drawExample draws the evidence of one bad release and its limit. The release has 600
// requests a minute and a weight of 10 %. Of stable's requests 0.5 % fail, and of the
// candidate's three times as many.
func drawExample(file string) error {
	c := scenario{traffic: 600, base: 0.005, ratio: 3, design: designs[1]}
	series := make([]judge.Minute, minutes)
	newSource(3).draw(c, series)
	verdicts, err := judge.Trace(judge.Release{PlannedMinutes: minutes, Signals: []judge.Signal{{Name: "errors", Minutes: series}}})
	if err != nil {
		return fmt.Errorf("trace the example: %w", err)
	}
	var picture bytes.Buffer
	if err := replay.SVG(verdicts, &picture); err != nil {
		return err
	}
	if err := os.WriteFile(file, picture.Bytes(), 0o644); err != nil {
		return fmt.Errorf("save the picture: %w", err)
	}
	return nil
}

// draw draws the false rollbacks of each rule against the requests that it exposes at a
// ratio of 3. There is one dot per combination of traffic, base rate and weight. Good
// rules are at the lower left.
func draw(cells []cell, file string) error {
	p := plot.New()
	p.Title.Text = "Good versions rolled back, and requests exposed to bad ones (ratio 3)"
	p.X.Label.Text = "candidate's requests, relative to Wald's test told the ratio"
	p.Y.Label.Text = "good versions rolled back, %"
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	o := outcome{cells: cells}
	for i, rule := range rules {
		if i == walds {
			continue
		}
		var dots plotter.XYs
		for _, c := range cells {
			good, ok := o.find(c.scenario, 1)
			if !ok || c.ratio != 3 || c.strain.name != "" {
				continue
			}
			dots = append(dots, plotter.XY{X: c.results[i].requests / c.results[walds].requests, Y: 100 * good.results[i].power()})
		}
		scatter, err := plotter.NewScatter(dots)
		if err != nil {
			return fmt.Errorf("draw %s: %w", rule.name, err)
		}
		scatter.Color, scatter.Shape = plotutil.Color(i), plotutil.Shape(i)
		p.Add(scatter)
		p.Legend.Add(rule.name, scatter)
	}
	if err := p.Save(22*vg.Centimeter, 13*vg.Centimeter, file); err != nil {
		return fmt.Errorf("save the picture: %w", err)
	}
	return nil
}
