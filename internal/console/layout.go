package console

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// A graph is laid out in columns, from the start to the right, as by Sugiyama,
// Tagawa and Toda (1981): each state goes one column right of those before it,
// long ways pass through places of their own, the order in a column follows the
// neighbours', and then heights do.

// Sizes in pixels.
const (
	nodeWidth   = 116
	nodeHeight  = 40
	columnGap   = 36
	nodeGap     = 14 // between nodes of a column
	passHeight  = 8  // of a way that passes a column
	graphMargin = 6
)

// place is where a state, or a way that passes, is drawn.
type place struct {
	name   string // empty for a way that passes
	column int
	y      float64 // of the middle
	before []*place
	after  []*place
}

// layout is a graph with its places.
type layout struct {
	columns [][]*place
	at      map[string]*place
	through map[*edge][]*place // from the left to the right
}

func layOut(g graph) layout {
	l := layout{at: map[string]*place{}, through: map[*edge][]*place{}}
	column := columnsOf(g)
	l.columns = make([][]*place, 1+slices.Max(append(slices.Collect(maps.Values(column)), 0)))
	for _, name := range inOrder(g, column) {
		l.at[name] = l.put(name, column[name])
	}
	for _, e := range g.edges {
		left, right := l.at[e.from], l.at[e.to]
		if left.column > right.column {
			left, right = right, left
		}
		chain := []*place{left}
		for c := left.column + 1; c < right.column; c++ {
			chain = append(chain, l.put("", c))
		}
		chain = append(chain, right)
		for i := 1; i < len(chain); i++ {
			chain[i-1].after = append(chain[i-1].after, chain[i])
			chain[i].before = append(chain[i].before, chain[i-1])
		}
		l.through[e] = chain
	}
	l.order()
	l.heights()
	return l
}

func (l *layout) put(name string, column int) *place {
	p := &place{name: name, column: column}
	l.columns[column] = append(l.columns[column], p)
	return p
}

// columnsOf gives each state its column: the longest way from the start that
// does not go back.
func columnsOf(g graph) map[string]int {
	ways := map[string][]string{}
	for _, e := range g.edges {
		ways[e.from] = append(ways[e.from], e.to)
		if e.both {
			ways[e.to] = append(ways[e.to], e.from)
		}
	}
	column, open := map[string]int{}, map[string]bool{}
	var forward []transition
	var walk func(name string)
	walk = func(name string) {
		column[name], open[name] = 0, true
		for _, to := range ways[name] {
			if _, known := column[to]; !known {
				walk(to)
			}
			if !open[to] {
				forward = append(forward, transition{name, to})
			}
		}
		open[name] = false
	}
	for _, name := range append([]string{g.start}, slices.Sorted(maps.Keys(g.nodes))...) {
		if _, known := column[name]; !known && g.nodes[name] != nil {
			walk(name)
		}
	}
	for range g.nodes { // no way that never goes back is longer
		for _, way := range forward {
			column[way.to] = max(column[way.to], column[way.from]+1)
		}
	}
	return column
}

// inOrder lists the states by column, then by name, so that the same graph is
// always laid out the same.
func inOrder(g graph, column map[string]int) []string {
	return slices.SortedFunc(maps.Keys(g.nodes), func(a, b string) int {
		return cmp.Or(cmp.Compare(column[a], column[b]), cmp.Compare(a, b))
	})
}

// order sorts each column by the mean rank of its neighbours, back and forth,
// and keeps the order with the fewest crossings.
func (l *layout) order() {
	best, fewest := l.ranks(), l.crossings()
	for round := range 16 {
		for i := range l.columns {
			column, side := l.columns[i], func(p *place) []*place { return p.before }
			if round%2 == 1 {
				column, side = l.columns[len(l.columns)-1-i], func(p *place) []*place { return p.after }
			}
			rank := l.ranks()
			slices.SortStableFunc(column, func(a, b *place) int {
				return cmp.Compare(meanOf(side(a), rank, rank[a]), meanOf(side(b), rank, rank[b]))
			})
		}
		if n := l.crossings(); n < fewest {
			best, fewest = l.ranks(), n
		}
	}
	for _, column := range l.columns {
		slices.SortFunc(column, func(a, b *place) int { return cmp.Compare(best[a], best[b]) })
	}
}

func (l *layout) ranks() map[*place]float64 {
	rank := map[*place]float64{}
	for _, column := range l.columns {
		for i, p := range column {
			rank[p] = float64(i) - float64(len(column))/2
		}
	}
	return rank
}

func meanOf(places []*place, at map[*place]float64, otherwise float64) float64 {
	if len(places) == 0 {
		return otherwise
	}
	sum := 0.0
	for _, p := range places {
		sum += at[p]
	}
	return sum / float64(len(places))
}

// crossings counts the pairs of ways between neighbouring columns that cross.
func (l *layout) crossings() int {
	rank, n := l.ranks(), 0
	for _, column := range l.columns {
		var ways [][2]float64
		for _, p := range column {
			for _, q := range p.after {
				ways = append(ways, [2]float64{rank[p], rank[q]})
			}
		}
		for i, a := range ways {
			for _, b := range ways[:i] {
				if (a[0]-b[0])*(a[1]-b[1]) < 0 {
					n++
				}
			}
		}
	}
	return n
}

// heights draws each place to the height of its neighbours, as far as the order
// and the gaps allow.
func (l *layout) heights() {
	for _, column := range l.columns {
		settle(column, func(*place) float64 { return 0 })
	}
	for round := range 24 {
		for i := range l.columns {
			column := l.columns[i]
			if round%2 == 1 {
				column = l.columns[len(l.columns)-1-i]
			}
			settle(column, func(p *place) float64 {
				sum, n := 0.0, 0.0
				for _, q := range append(slices.Clone(p.before), p.after...) {
					sum, n = sum+q.y, n+1
				}
				if n == 0 {
					return p.y
				}
				return sum / n
			})
		}
	}
	top := math.Inf(1)
	for _, column := range l.columns {
		top = min(top, column[0].y-column[0].height()/2)
	}
	for _, column := range l.columns {
		for _, p := range column {
			p.y += graphMargin - top
		}
	}
}

// settle puts the places of a column as near as can be, by least squares, to
// where they would be, without overlap: an isotonic regression.
func settle(column []*place, wanted func(*place) float64) {
	type block struct {
		sum, n float64
	}
	var blocks []block
	offsets := make([]float64, len(column))
	for i, p := range column {
		if i > 0 {
			offsets[i] = offsets[i-1] + (column[i-1].height()+p.height())/2 + nodeGap
		}
		blocks = append(blocks, block{wanted(p) - offsets[i], 1})
		for n := len(blocks) - 1; n > 0 && blocks[n-1].sum/blocks[n-1].n > blocks[n].sum/blocks[n].n; n-- {
			blocks[n-1].sum += blocks[n].sum
			blocks[n-1].n += blocks[n].n
			blocks = blocks[:n]
		}
	}
	i := 0
	for _, b := range blocks {
		for range int(b.n) {
			column[i].y = b.sum/b.n + offsets[i]
			i++
		}
	}
}

func (p *place) height() float64 {
	if p.name == "" {
		return passHeight
	}
	return nodeHeight
}

func (p *place) left() float64 { return graphMargin + float64(p.column)*(nodeWidth+columnGap) }

func (p *place) right() float64 { return p.left() + nodeWidth }
