package replay

import (
	"fmt"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"weir/internal/judge"
)

// series holds the evidence of one signal and its limit over the minutes.
type series struct {
	name            string
	evidence, limit plotter.XYs
}

// lowest is the smallest e-value that is drawn. Smaller ones are drawn at it.
const lowest = 0.01

// seriesOf returns the series of each signal and phase in the verdicts.
func seriesOf(verdicts []judge.Verdict) []series {
	var list []series
	at := map[string]int{}
	for _, v := range verdicts {
		for _, e := range v.Evidence {
			name := e.Signal
			if e.Phase == judge.PhaseWatch {
				name += ", watch"
			}
			i, ok := at[name]
			if !ok {
				i = len(list)
				at[name] = i
				list = append(list, series{name: name})
			}
			list[i].evidence = append(list[i].evidence, plotter.XY{X: float64(v.Minute), Y: math.Max(lowest, e.EValue)})
			list[i].limit = append(list[i].limit, plotter.XY{X: float64(v.Minute), Y: math.Max(lowest, e.Limit)})
		}
	}
	return list
}

// SVG writes a picture of the verdicts, as judge.Trace returns them. For each signal
// it has the evidence as a solid line and the limit as a dashed line, over the minutes,
// on a logarithmic scale of e-values. It returns an error if the picture cannot be
// drawn or written.
func SVG(verdicts []judge.Verdict, out io.Writer) error {
	p := plot.New()
	p.Title.Text = "Evidence against the limit"
	p.X.Label.Text = "minute"
	p.Y.Label.Text = "e-value"
	p.Y.Scale = plot.LogScale{}
	p.Y.Tick.Marker = plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	for i, s := range seriesOf(verdicts) {
		evidence, err := plotter.NewLine(s.evidence)
		if err != nil {
			return fmt.Errorf("draw the evidence of %s: %w", s.name, err)
		}
		limit, err := plotter.NewLine(s.limit)
		if err != nil {
			return fmt.Errorf("draw the limit of %s: %w", s.name, err)
		}
		evidence.Color, limit.Color = plotutil.Color(i), plotutil.Color(i)
		evidence.Width = vg.Points(1.5)
		limit.Dashes = plotutil.Dashes(1)
		p.Add(evidence, limit)
		p.Legend.Add(s.name, evidence)
		p.Legend.Add(s.name+", limit", limit)
	}
	picture, err := p.WriterTo(20*vg.Centimeter, 10*vg.Centimeter, "svg")
	if err != nil {
		return fmt.Errorf("draw the evidence: %w", err)
	}
	if _, err := picture.WriteTo(out); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

// Text writes the verdicts, as judge.Trace returns them, as bars. For each signal it
// has one row per minute. The bar shows how far the evidence is on its way to the
// limit, which is at the right end. It returns an error if out does.
func Text(verdicts []judge.Verdict, out io.Writer) error {
	for _, s := range seriesOf(verdicts) {
		if _, err := fmt.Fprintf(out, "%s\nminute  evidence     limit\n", s.name); err != nil {
			return fmt.Errorf("write the picture: %w", err)
		}
		for i, point := range s.evidence {
			limit := s.limit[i].Y
			if _, err := fmt.Fprintf(out, "%6.0f  %8.3g  %8.3g  %s\n", point.X, point.Y, limit, bar(point.Y, limit)); err != nil {
				return fmt.Errorf("write the picture: %w", err)
			}
		}
	}
	return nil
}

// bar returns a bar. Its length is the log of the evidence relative to the log of the
// limit.
func bar(evidence, limit float64) string {
	const width = 40
	part := 0.0
	if evidence >= limit {
		part = 1
	} else if evidence > 1 {
		part = math.Log(evidence) / math.Log(limit)
	}
	filled := int(part * width)
	return strings.Repeat("#", filled) + strings.Repeat(".", width-filled) + "|"
}
