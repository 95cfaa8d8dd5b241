package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// graph is the upper level of a definition: its states and the ways between
// them. What a Map or a Parallel holds is told inside its node.
type graph struct {
	start string
	nodes map[string]*node
	edges []*edge
}

type node struct {
	name, kind, comment string
	inner               []string // states of its branches, sorted
}

// edge is a way from one state to another. Where the way back exists too, one
// edge stands for both.
type edge struct {
	from, to string
	both     bool
	onError  bool
}

// definedState is what the graph needs of a state in the States Language.
type definedState struct {
	Type, Comment, Next, Default string
	Choices                      []struct{ Next string }
	Catch                        []struct{ Next string }
	Branches                     []definedMachine
	ItemProcessor                *definedMachine
}

type definedMachine struct {
	StartAt string
	States  map[string]definedState
}

// graphOf reads a definition. Any error leads most states to the rollback, which
// would hide all else: such ways are drawn where they were taken, or are the
// only ones to a state.
func graphOf(definition string, taken map[transition]bool) (graph, error) {
	var m definedMachine
	if err := json.Unmarshal([]byte(definition), &m); err != nil {
		return graph{}, fmt.Errorf("read the definition: %w", err)
	}
	g := graph{start: m.StartAt, nodes: map[string]*node{}}
	for name, s := range m.States {
		g.nodes[name] = &node{name: name, kind: s.Type, comment: s.Comment, inner: s.inner()}
	}
	entered := map[string]bool{m.StartAt: true}
	for name, s := range m.States {
		for _, to := range s.ways() {
			entered[to] = entered[to] || to != name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		for _, to := range m.States[name].ways() {
			g.add(name, to, false)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		for _, c := range m.States[name].Catch {
			if taken[transition{name, c.Next}] || !entered[c.Next] {
				g.add(name, c.Next, true)
			}
		}
	}
	return g, nil
}

// add adds a way once, to states that exist.
func (g *graph) add(from, to string, onError bool) {
	if g.nodes[to] == nil || from == to {
		return
	}
	for _, e := range g.edges {
		switch {
		case e.from == from && e.to == to:
			return
		case e.from == to && e.to == from:
			e.both = true
			return
		}
	}
	g.edges = append(g.edges, &edge{from: from, to: to, onError: onError})
}

func (s definedState) ways() []string {
	var ways []string
	for _, c := range s.Choices {
		ways = append(ways, c.Next)
	}
	for _, to := range []string{s.Next, s.Default} {
		if to != "" {
			ways = append(ways, to)
		}
	}
	return ways
}

func (s definedState) inner() []string {
	machines := slices.Clone(s.Branches)
	if s.ItemProcessor != nil {
		machines = append(machines, *s.ItemProcessor)
	}
	var names []string
	for _, m := range machines {
		for name, state := range m.States {
			names = append(append(names, name), state.inner()...)
		}
	}
	slices.Sort(names)
	return names
}
