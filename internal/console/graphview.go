package console

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// graphView is a graph as it is drawn: numbers and classes, the colours are the
// style sheet's.
type graphView struct {
	Width, Height float64
	Nodes         []nodeView
	Edges         []edgeView
	Summary       string // for those who do not see it
}

type nodeView struct {
	X, Y, Width, Height, Radius float64
	Status                      stateStatus
	Lines                       []textLine
	Title                       string
}

type textLine struct {
	X, Y  float64
	Text  string
	Small bool
}

type edgeView struct {
	Path           string
	Taken, OnError bool
	Forth, Back    bool // arrow heads at the right and the left end
}

// graphOfStory draws the definition with the states coloured by what happened.
func graphOfStory(definition string, s story) (*graphView, error) {
	g, err := graphOf(definition, s.taken)
	if err != nil {
		return nil, err
	}
	if len(g.nodes) == 0 {
		return nil, nil
	}
	l := layOut(g)
	view := &graphView{}
	var now []string
	for _, name := range slices.Sorted(maps.Keys(g.nodes)) {
		n := nodeOf(g.nodes[name], l.at[name], s)
		view.Nodes = append(view.Nodes, n)
		view.Width, view.Height = max(view.Width, n.X+n.Width+graphMargin), max(view.Height, n.Y+n.Height+graphMargin)
		if n.Status == running || n.Status == failed {
			now = append(now, name+" ("+n.Status.words()+")")
		}
	}
	for _, e := range g.edges {
		there, back := s.taken[transition{e.from, e.to}], s.taken[transition{e.to, e.from}]
		rightwards := l.at[e.from].column < l.at[e.to].column
		view.Edges = append(view.Edges, edgeView{Path: pathThrough(l.through[e]), OnError: e.onError,
			Taken: there || e.both && back, Forth: e.both || rightwards, Back: e.both || !rightwards})
	}
	slices.SortStableFunc(view.Edges, func(a, b edgeView) int { return order(a.Taken) - order(b.Taken) }) // taken ones on top
	view.Summary = fmt.Sprintf("%d states of %d were entered", entered(s, g), len(g.nodes))
	if len(now) > 0 {
		view.Summary += "; now: " + strings.Join(now, ", ")
	}
	return view, nil
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

func entered(s story, g graph) int {
	n := 0
	for name := range g.nodes {
		if s.states[name] != nil {
			n++
		}
	}
	return n
}

func nodeOf(n *node, p *place, s story) nodeView {
	view := nodeView{X: p.left(), Y: p.y - nodeHeight/2, Width: nodeWidth, Height: nodeHeight, Radius: 4, Status: notEntered}
	if n.kind == "Choice" || n.kind == "Succeed" || n.kind == "Fail" {
		view.Radius = nodeHeight / 2
	}
	small := ""
	view.Title = n.name + ": not entered"
	if v := s.states[n.name]; v != nil {
		view.Status = v.status
		view.Title = n.name + ": " + v.status.words()
		if v.entries > 1 {
			small = fmt.Sprintf("%d times", v.entries)
			view.Title += ", entered " + small
		}
	}
	for _, inner := range n.inner {
		if v := s.states[inner]; v != nil {
			view.Title += "\n  " + inner + ": " + v.status.words()
			if v.status == running && view.Status == running {
				small = inner
			}
		}
	}
	view.Title += "\n" + n.comment
	lines := wrap(n.name, 16)
	heights := map[int][]float64{1: {4}, 2: {-3, 11}, 3: {-8, 4, 15}}
	if small != "" {
		lines = append(lines[:min(len(lines), 2)], small)
	}
	for i, text := range lines {
		line := textLine{X: view.X + nodeWidth/2, Y: p.y + heights[len(lines)][i], Text: text, Small: small != "" && i == len(lines)-1}
		view.Lines = append(view.Lines, line)
	}
	return view
}

// wrap breaks a name into at most two lines.
func wrap(name string, width int) []string {
	if len(name) <= width {
		return []string{name}
	}
	words := strings.Fields(name)
	for i := len(words) - 1; i > 0; i-- {
		if first := strings.Join(words[:i], " "); len(first) <= width {
			return []string{first, strings.Join(words[i:], " ")}
		}
	}
	return []string{name}
}

// pathThrough is a smooth SVG path, level at each place.
func pathThrough(places []*place) string {
	var b strings.Builder
	last := len(places) - 1
	fmt.Fprintf(&b, "M%.1f %.1f", places[0].right(), places[0].y)
	x, y := places[0].right(), places[0].y
	for i, p := range places[1:] {
		middle := (x + p.left()) / 2
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", middle, y, middle, p.y, p.left(), p.y)
		if i+1 < last {
			fmt.Fprintf(&b, "H%.1f", p.right())
		}
		x, y = p.right(), p.y
	}
	return b.String()
}

func (s stateStatus) words() string {
	switch s {
	case running:
		return "in progress"
	case succeeded:
		return "succeeded"
	case caughtError:
		return "caught an error"
	case failed:
		return "failed"
	case canceled:
		return "canceled"
	}
	return "not entered"
}
