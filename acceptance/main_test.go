// Package acceptance_test runs releases as users do: the real template, the real
// compiled functions and the real state machine, on a local cloud, through the
// AWS SDK. Time is stepped, so that hours pass as fast as the work in them.
package acceptance_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/statemachine"
)

var assemblies built

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "weir-acceptance-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if assemblies, err = build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if code == 0 && wholeSuite() {
		code = max(checkCoverage(), checkPermissions())
	}
	return code
}

// wholeSuite tells whether every test was asked for.
func wholeSuite() bool {
	return flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" &&
		flag.Lookup("test.list").Value.String() == "" && !testing.Short()
}

// checkCoverage fails when a transition of the definition was taken by no test.
func checkCoverage() int {
	missing := []string{}
	for edge := range definedTransitions() {
		if !covered.edges[edge] {
			missing = append(missing, edge)
		}
	}
	slices.Sort(missing)
	fmt.Printf("transitions of the definition: %d of %d taken\n", len(definedTransitions())-len(missing), len(definedTransitions()))
	if len(missing) == 0 {
		return 0
	}
	fmt.Printf("no test takes these transitions: %q\n", missing)
	return 1
}

// coverage is which transitions the executions of all tests took.
type coverage struct {
	mu    sync.Mutex
	edges map[string]bool
}

var covered = coverage{edges: map[string]bool{}}

// note finds the transitions in a history: a state that is entered follows the
// one whose exit, or failure, is the event before it.
func (c *coverage) note(history []sfntypes.HistoryEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	exited := map[int64]string{} // by event id
	for _, event := range history {
		if event.StateExitedEventDetails != nil {
			exited[event.Id] = aws.ToString(event.StateExitedEventDetails.Name)
		}
		if entered := event.StateEnteredEventDetails; entered != nil {
			if from, ok := exited[event.PreviousEventId]; ok {
				c.edges[from+" -> "+aws.ToString(entered.Name)] = true
			}
		}
	}
}

// definedTransitions reads every edge of the definition.
func definedTransitions() map[string]bool {
	type state struct {
		Next, Default string
		Catch         []struct{ Next string }
		Choices       []struct{ Next string }
		Branches      []struct{ States map[string]json.RawMessage }
		ItemProcessor *struct{ States map[string]json.RawMessage }
	}
	edges := map[string]bool{}
	var walk func(states map[string]json.RawMessage)
	walk = func(states map[string]json.RawMessage) {
		for _, name := range slices.Sorted(maps.Keys(states)) {
			var s state
			if err := json.Unmarshal(states[name], &s); err != nil {
				panic(err) // the definition is tested where it lives
			}
			targets := []string{s.Next, s.Default}
			for _, c := range s.Catch {
				targets = append(targets, c.Next)
			}
			for _, c := range s.Choices {
				targets = append(targets, c.Next)
			}
			for _, to := range targets {
				if to != "" {
					edges[name+" -> "+to] = true
				}
			}
			for _, branch := range s.Branches {
				walk(branch.States)
			}
			if s.ItemProcessor != nil {
				walk(s.ItemProcessor.States)
			}
		}
	}
	var machine struct{ States map[string]json.RawMessage }
	if err := json.Unmarshal([]byte(statemachine.Definition), &machine); err != nil {
		panic(err) // the definition is tested where it lives
	}
	walk(machine.States)
	return edges
}
