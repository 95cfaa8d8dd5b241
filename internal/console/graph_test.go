package console

import (
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/statemachine"
)

// TestWorkflowIsLaidOut holds the drawing of the real definition to what makes
// it readable, with no error taken and with all of them.
func TestWorkflowIsLaidOut(t *testing.T) {
	none, err := graphOf(statemachine.Definition, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := map[transition]bool{}
	for name := range none.nodes {
		all[transition{name, "Roll back"}] = true
	}
	for what, taken := range map[string]map[transition]bool{"no error": nil, "every error": all} {
		t.Run(what, func(t *testing.T) {
			g, err := graphOf(statemachine.Definition, taken)
			if err != nil {
				t.Fatal(err)
			}
			if len(g.nodes) < 20 {
				t.Fatalf("the graph has %d states only", len(g.nodes))
			}
			l := layOut(g)
			checkLayout(t, g, l)
			if width := float64(len(l.columns))*(nodeWidth+columnGap) - columnGap + 2*graphMargin; taken == nil && width > 1194 {
				t.Errorf("the graph is %.0f wide, which a window of 1280 does not show", width)
			}
		})
	}
}

func checkLayout(t *testing.T, g graph, l layout) {
	t.Helper()
	for c, column := range l.columns {
		for i, p := range column {
			if p.y-p.height()/2 < graphMargin-0.01 || math.IsNaN(p.y) {
				t.Errorf("%q is above the drawing, at %.1f", p.name, p.y)
			}
			if i > 0 && p.y-p.height()/2 < column[i-1].y+column[i-1].height()/2+nodeGap-0.01 {
				t.Errorf("column %d: %q overlaps %q", c, p.name, column[i-1].name)
			}
		}
	}
	for name := range g.nodes {
		if l.at[name] == nil {
			t.Errorf("%q is not drawn", name)
		}
	}
	for _, e := range g.edges {
		chain := l.through[e]
		for i := 1; i < len(chain); i++ {
			if chain[i].column != chain[i-1].column+1 {
				t.Errorf("the way from %q to %q jumps a column", e.from, e.to)
			}
		}
		if ends := []string{chain[0].name, chain[len(chain)-1].name}; ends[0] != e.from && ends[1] != e.from {
			t.Errorf("the way from %q to %q is drawn from %q to %q", e.from, e.to, ends[0], ends[1])
		}
	}
}

func TestOnlyErrorsThatHappenedAreDrawn(t *testing.T) {
	const definition = `{"StartAt": "A", "States": {
		"A": {"Type": "Task", "Next": "B", "Catch": [{"Next": "Undo"}]},
		"B": {"Type": "Task", "Next": "Undo", "Catch": [{"Next": "Undo"}, {"Next": "Lost"}]},
		"Undo": {"Type": "Succeed"}, "Lost": {"Type": "Fail"}}}`
	for what, want := range map[string]struct {
		taken map[transition]bool
		ways  string
	}{
		"the only way to a state is": {nil, "A-B B-Undo B~Lost"},
		"one that was taken is":      {map[transition]bool{{"A", "Undo"}: true}, "A-B B-Undo A~Undo B~Lost"},
	} {
		g, err := graphOf(definition, want.taken)
		if err != nil {
			t.Fatal(err)
		}
		var ways []string
		for _, e := range g.edges {
			mark := "-"
			if e.onError {
				mark = "~"
			}
			ways = append(ways, e.from+mark+e.to)
		}
		if got := strings.Join(ways, " "); got != want.ways {
			t.Errorf("%s: %s, want %s", what, got, want.ways)
		}
	}
}

func TestLoopsAndOddDefinitionsAreLaidOut(t *testing.T) {
	for what, definition := range map[string]string{
		"a loop of one":        `{"StartAt": "A", "States": {"A": {"Type": "Choice", "Default": "A"}}}`,
		"a loop of two":        `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Choice", "Choices": [{"Next": "A"}], "Default": "C"}, "C": {"Type": "Succeed"}}}`,
		"a loop of three":      `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Choice", "Choices": [{"Next": "A"}], "Default": "D"}, "D": {"Type": "Succeed"}}}`,
		"a state never led to": `{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "Z": {"Type": "Pass", "Next": "A"}}}`,
		"a state that is not":  `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}`,
		"a start that is not":  `{"StartAt": "Nowhere", "States": {"A": {"Type": "Succeed"}}}`,
	} {
		t.Run(what, func(t *testing.T) {
			g, err := graphOf(definition, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkLayout(t, g, layOut(g))
		})
	}
	if view, err := graphOfStory(`{}`, *newStory()); err != nil || view != nil {
		t.Errorf("no state at all gives %v, %v", view, err)
	}
	if _, err := graphOfStory(`no JSON`, *newStory()); err == nil {
		t.Error("what is no JSON is drawn")
	}
}

// happened is a story told in short: ">T A" enters a task A, "<T A" leaves it,
// "s" schedules its task, "x" fails it, "end" aborts the execution.
func happened(events ...string) *story {
	s := newStory()
	for i, event := range events {
		e := types.HistoryEvent{Id: int64(i + 1), PreviousEventId: int64(i)}
		kind, name, _ := strings.Cut(event, " ")
		switch kind {
		case ">":
			e.StateEnteredEventDetails = &types.StateEnteredEventDetails{Name: &name}
		case ">fail":
			e.Type, e.StateEnteredEventDetails = types.HistoryEventTypeFailStateEntered, &types.StateEnteredEventDetails{Name: &name}
		case "<":
			e.StateExitedEventDetails = &types.StateExitedEventDetails{Name: &name}
		case "s":
			e.TaskScheduledEventDetails = &types.TaskScheduledEventDetails{}
		case "x":
			e.TaskFailedEventDetails = &types.TaskFailedEventDetails{Error: aws.String("Boom")}
		case "end":
			e.Type = types.HistoryEventTypeExecutionAborted
		}
		s.fold(e)
	}
	return s
}

func TestStatesAreColouredByWhatHappened(t *testing.T) {
	for what, test := range map[string]struct {
		events []string
		want   map[string]stateStatus
	}{
		"under way":                 {[]string{"> A", "s"}, map[string]stateStatus{"A": running}},
		"left":                      {[]string{"> A", "s", "< A", "> B"}, map[string]stateStatus{"A": succeeded, "B": running}},
		"failed and tried again":    {[]string{"> A", "s", "x", "s", "< A"}, map[string]stateStatus{"A": succeeded}},
		"failed and caught":         {[]string{"> A", "s", "x", "< A", "> B"}, map[string]stateStatus{"A": caughtError, "B": running}},
		"failed, and well later":    {[]string{"> A", "s", "x", "< A", "> A", "s", "< A"}, map[string]stateStatus{"A": succeeded}},
		"ended in a Fail state":     {[]string{"> A", "< A", ">fail B", "end"}, map[string]stateStatus{"A": succeeded, "B": failed}},
		"stopped from outside":      {[]string{"> A", "< A", "> B", "end"}, map[string]stateStatus{"A": succeeded, "B": canceled}},
		"failed, and nobody caught": {[]string{"> A", "s", "x", "end"}, map[string]stateStatus{"A": failed}},
	} {
		t.Run(what, func(t *testing.T) {
			s := happened(test.events...)
			for name, want := range test.want {
				if got := s.visit(name).status; got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// TestBranchesKeepTheirEvents folds two branches whose events come in turns.
func TestBranchesKeepTheirEvents(t *testing.T) {
	s := newStory()
	enter := func(id, previous int64, name string) {
		s.fold(types.HistoryEvent{Id: id, PreviousEventId: previous, StateEnteredEventDetails: &types.StateEnteredEventDetails{Name: &name}})
	}
	enter(1, 0, "Both")
	enter(2, 1, "Left")
	enter(3, 1, "Right")
	s.fold(types.HistoryEvent{Id: 4, PreviousEventId: 2, TaskFailedEventDetails: &types.TaskFailedEventDetails{Error: aws.String("Boom")}})
	if len(s.troubles) != 1 || s.troubles[0].State != "Left" {
		t.Errorf("the failure is %+v, want one of Left", s.troubles)
	}
}
